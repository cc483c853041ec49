"""Bytes into JSON values."""

from __future__ import annotations

import pytest

from triage.errors import DataError, MalformedBody
from triage.intake import read_json, to_items


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n\t",
        b"{",
        b'{"id": NaN}',
        b'{"id": Infinity}',
        b'{"id": 1e400}',
        b'{"id": "\\ud800"}',
        b'{"id": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"id": 1}'.encode("utf-16"),
        b"[" * 100_000,
        b"{'id': 1}",
        b'{"id": 1,}',
        b"{} {}",
    ],
)
def test_what_is_not_json_in_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        read_json(body)


def test_of_a_key_given_twice_the_last_value_counts() -> None:
    assert read_json(b'{"id": 1, "id": 2}') == {"id": 2}


def test_list_of_objects_is_taken_in_its_order() -> None:
    assert to_items([{"id": 1}, {"id": 2}]) == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(("count", "told"), [(0, "Got 0."), (1001, "Got 1,001; send it in parts.")])
def test_list_must_hold_1_to_1000_items(count: int, told: str) -> None:
    with pytest.raises(DataError) as caught:
        to_items([{}] * count)
    assert caught.value.message == f"A list must hold 1 to 1,000 incidents. {told}"


def test_items_that_are_no_objects_are_counted_and_numbered() -> None:
    with pytest.raises(DataError) as caught:
        to_items([{}, [], 3, *["x"] * 7])
    [problem] = caught.value.problems
    assert (problem.rows, problem.count, problem.got) == ((2, 3, 4, 5, 6), 9, "a list")
