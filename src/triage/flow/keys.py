"""A request that comes with a key is done once: the same again gets the same answer. No HTTP, no SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage.errors import Conflict, DataError, Problem

__all__ = ["KeyStore", "KeyedAnswer", "KeyedAnswers"]

# The header is any text; more than this is no key but a body.
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class KeyedAnswer:
    """What was answered on a request with a key.

    Parameters
    ----------
    digest : str
        Of the request's body.
    status : int
    body : bytes
        JSON in UTF-8.
    """

    digest: str
    status: int
    body: bytes


class KeyStore(Protocol):
    """Whoever keeps answers by key. What is returned for is committed."""

    async def claim(self, key: str) -> bool:
        """Take a key for this process unless another one has it; it is free again once this process is gone."""

    async def let_go(self, key: str) -> None:
        """Give a key back."""

    async def answer_of(self, key: str) -> KeyedAnswer | None:
        """Return what was answered under a key; None if nothing was."""

    async def keep_answer(self, key: str, answer: KeyedAnswer, now: datetime) -> None:
        """Keep an answer, unless there is one under the key; and let very old ones go."""


class KeyedAnswers:
    """Does requests once, whichever process of a database they come to.

    Parameters
    ----------
    store : KeyStore
    clock : callable returning datetime
        The present (aware, UTC).
    """

    def __init__(self, store: KeyStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._in_flight: set[str] = set()

    async def once(
        self, route: str, key: str, digest: str, work: Callable[[], Awaitable[tuple[int, bytes]]]
    ) -> tuple[int, bytes]:
        """Return the stored answer, or do the work and keep what it answers.

        Parameters
        ----------
        route : str
            Keys of different routes have nothing to do with each other.
        key : str
        digest : str
            Of the body.
        work : callable returning awaitable of (int, bytes)
            Status and body of the answer. What it raises is not kept: the key can be used again.

        Raises
        ------
        Conflict
            A request with this key is being done.
        DataError
            The key is none, or was used for another body.
        """
        if not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
            problem = Problem(f"must be 1 to {_LONGEST_KEY} printable characters", where="Idempotency-Key", got=key)
            raise DataError("The request has a key that cannot be used.", [problem])
        place = f"{route} {key}"
        if place in self._in_flight:
            raise _in_flight(key)
        self._in_flight.add(place)
        try:
            if not await self._store.claim(place):
                raise _in_flight(key)
            known = await self._store.answer_of(place)
            if known is None:
                status, body = await work()
                await self._store.keep_answer(place, KeyedAnswer(digest, status, body), self._clock())
                return status, body
        finally:
            await self._store.let_go(place)
            self._in_flight.discard(place)
        if known.digest != digest:
            raise DataError(f"The Idempotency-Key {key!r} was used for another body. Use another one.")
        return known.status, known.body


def _in_flight(key: str) -> Conflict:
    return Conflict(f"A request with the Idempotency-Key {key!r} is being answered. Wait for that.")
