from __future__ import annotations

import pytest

from triage.errors import UsageError
from triage.measure.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("60m", 3600), ("30h", 108_000), ("2d", 172_800), (" 1.5H ", 5400), ("0m", 0)]
)
def test_a_span_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text).to_ns() == seconds * 10**9


def test_steps_are_as_long_as_the_data_says() -> None:
    assert parse_duration("30steps").to_ns(step_ns=300 * 10**9) == 9_000 * 10**9
    assert parse_duration("1step").to_ns(step_ns=7) == 7


def test_steps_without_a_length_are_refused() -> None:
    with pytest.raises(UsageError, match="whole numbers"):
        parse_duration("30steps").to_ns()


@pytest.mark.parametrize("text", ["", "60", "m", "60 minutes", "-5m", "1e3s", "5w"])
def test_anything_else_is_refused_by_the_option_s_name(text: str) -> None:
    with pytest.raises(UsageError, match="--horizon"):
        parse_duration(text, "--horizon")


def test_a_span_beyond_a_century_is_refused() -> None:
    with pytest.raises(UsageError, match="century"):
        parse_duration("40000d").to_ns()
