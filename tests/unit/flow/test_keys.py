"""A request with a key is done once."""

from __future__ import annotations

import asyncio

import pytest
from tests.delivery import MemoryKeys, memory_keys
from tests.fakes import fixed_clock

from triage.errors import Conflict, DataError
from triage.flow import KeyedAnswers


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> tuple[int, bytes]:
        self.done += 1
        return 201, str(self.done).encode()

    async def slowly(self) -> tuple[int, bytes]:
        await self.may_end.wait()
        return await self()

    async def failing(self) -> tuple[int, bytes]:
        raise DataError("wrong")


def test_same_key_and_body_again_gives_the_stored_answer() -> None:
    async def play() -> list[object]:
        keyed, work = memory_keys(), Work()
        return [await keyed.once("/a", "k", "d", work) for _ in range(2)] + [work.done]

    assert asyncio.run(play()) == [(201, b"1"), (201, b"1"), 1]


def test_other_body_under_the_key_is_refused_and_another_route_has_keys_of_its_own() -> None:
    async def play() -> int:
        keyed, work = memory_keys(), Work()
        await keyed.once("/a", "k", "d", work)
        with pytest.raises(DataError, match="another body"):
            await keyed.once("/a", "k", "e", work)
        await keyed.once("/b", "k", "e", work)
        return work.done

    assert asyncio.run(play()) == 2


def test_key_in_flight_is_a_conflict() -> None:
    async def play() -> int:
        keyed, work = memory_keys(), Work()
        first = asyncio.create_task(keyed.once("/a", "k", "d", work.slowly))
        await asyncio.sleep(0)
        with pytest.raises(Conflict, match="being answered"):
            await keyed.once("/a", "k", "d", work)
        work.may_end.set()
        await first
        return work.done

    assert asyncio.run(play()) == 1


def test_key_in_flight_in_another_process_is_a_conflict() -> None:
    async def play() -> int:
        store, work = MemoryKeys(elsewhere={"/a k"}), Work()
        keyed = KeyedAnswers(store, fixed_clock)
        with pytest.raises(Conflict, match="being answered"):
            await keyed.once("/a", "k", "d", work)
        store.elsewhere.clear()
        await keyed.once("/a", "k", "d", work)
        return work.done

    assert asyncio.run(play()) == 1


def test_error_leaves_the_key_free() -> None:
    async def play() -> tuple[int, bytes]:
        keyed, work = memory_keys(), Work()
        with pytest.raises(DataError):
            await keyed.once("/a", "k", "d", work.failing)
        return await keyed.once("/a", "k", "e", work)

    assert asyncio.run(play()) == (201, b"1")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(DataError, match="cannot be used"):
        asyncio.run(memory_keys().once("/a", key, "d", Work()))
