"""How long something takes, as people say it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decide.grouping.times import spoken


@pytest.mark.parametrize(
    ("duration_s", "said"),
    [
        (1, "1 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (3601, "1 h 1 s"),
        (86_400, "24 h"),
    ],
)
def test_time_is_said_in_hours_minutes_and_seconds_without_those_of_which_there_are_none(
    duration_s: float, said: str
) -> None:
    assert spoken(duration_s) == said


@given(st.floats(1.0, 7 * 86_400.0))
def test_what_is_said_is_the_time_to_the_second(duration_s: float) -> None:
    units = {"h": 3600, "min": 60, "s": 1}
    parts = re.findall(r"(\d+) (h|min|s)", spoken(duration_s))
    assert sum(int(count) * units[unit] for count, unit in parts) == round(duration_s)
