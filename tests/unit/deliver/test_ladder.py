"""When a message is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import NOON

from triage.deliver.ladder import LADDER_S, next_attempt_at, retry_after_s


def test_ladder_is_that_of_standard_webhooks() -> None:
    assert sum(LADDER_S) == timedelta(hours=75, minutes=35, seconds=5).total_seconds()


@given(st.integers(1, 9), st.floats(0, 1, exclude_max=True))
def test_jitter_only_ever_adds_and_at_most_a_tenth(attempt: int, dice: float) -> None:
    due_at = next_attempt_at(attempt, NOON, dice)
    assert due_at is not None
    wait_s = (due_at - NOON).total_seconds()
    assert LADDER_S[attempt - 1] <= wait_s <= 1.1 * LADDER_S[attempt - 1]


@given(st.integers(1, 9), st.floats(0, 1e9))
def test_what_a_destination_asks_for_only_ever_delays_and_at_most_a_day(attempt: int, asked_s: float) -> None:
    plain, asked = next_attempt_at(attempt, NOON, 0.0), next_attempt_at(attempt, NOON, 0.0, asked_s)
    assert plain is not None
    assert asked is not None
    assert plain <= asked <= max(plain, NOON + timedelta(days=1))


def test_there_is_no_eleventh_attempt() -> None:
    assert next_attempt_at(10, NOON, 0.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 30 ", 30.0),
        ("Mon, 23 Nov 2026 10:01:05 GMT", 60.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("Monday, 23-Nov-26 10:01:05 GMT", 60.0),
        ("Mon, 23 Nov 2026 12:01:05 +0200", 60.0),
        ("-5", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOON) == seconds
