"""How one attempt ended, and what an HTTP answer or failure says about it. Nothing is sent or kept here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

import httpx

from triage.deliver.ladder import retry_after_s
from triage.flow import Message

__all__ = ["Attempt", "Core", "Verdict", "attempted"]

# What is wrong with the message itself: no later attempt could end otherwise.
_REFUSALS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_MOST_SAID = 300


class Verdict(StrEnum):
    """What an attempt says about the next one."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended.

    Parameters
    ----------
    verdict : Verdict
    reason : str, default=""
        What the destination said, or what kept it from saying something.
    ref : str, default=""
        What the core calls the incident.
    retry_after_s : float or None, default=None
        How long it wants to be left alone, in seconds.
    """

    verdict: Verdict
    reason: str = ""
    ref: str = ""
    retry_after_s: float | None = None


class Core(Protocol):
    """One destination, spoken to in its own way."""

    async def deliver(self, message: Message) -> Attempt:
        """Tell the core; whatever it answers is an attempt, not an error."""

    async def close(self) -> None:
        """Let connections go."""


async def attempted(work: Awaitable[str], clock: Callable[[], datetime]) -> Attempt:
    """Turn calls over HTTP into an attempt.

    Parameters
    ----------
    work : awaitable of str
        Gives what the core calls the incident, or raises what httpx raises.
    clock : callable returning datetime
    """
    try:
        return Attempt(Verdict.DELIVERED, ref=await work)
    except httpx.HTTPStatusError as err:
        return _judged(err.response, clock())
    except httpx.HTTPError as err:
        return Attempt(Verdict.RETRY, f"{type(err).__name__}: {err}"[:_MOST_SAID])
    except (ValueError, KeyError, TypeError) as err:
        # An answer that is not what the core's documentation promises, such as the login page of a proxy.
        return Attempt(Verdict.RETRY, f"The answer cannot be read: {err!r}"[:_MOST_SAID])


def _judged(response: httpx.Response, now: datetime) -> Attempt:
    said = response.text[:_MOST_SAID].strip()
    reason = f"{response.status_code} {response.reason_phrase}: {said}".rstrip(": ")
    if response.status_code == HTTPStatus.GONE:
        return Attempt(Verdict.GONE, reason)
    if response.status_code in _REFUSALS:
        return Attempt(Verdict.REFUSED, reason)
    return Attempt(Verdict.RETRY, reason, retry_after_s=retry_after_s(response.headers.get("retry-after"), now))
