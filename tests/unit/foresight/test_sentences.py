from __future__ import annotations

import pytest

from triage.domain import Forecast
from triage.foresight.sentences import spelled


@pytest.mark.parametrize(
    ("horizon_s", "expected"), [(5400.0, "within 90 min "), (36_000.0, "within 10 h "), (864_000.0, "within 10 days ")]
)
def test_spans_are_spelled_in_the_unit_that_suits_them(horizon_s: float, expected: str) -> None:
    assert expected in spelled(Forecast(0.5, ((horizon_s, 0.5),), horizon_s / 2, horizon_s / 4, horizon_s))
