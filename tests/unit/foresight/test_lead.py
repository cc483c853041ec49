from __future__ import annotations

import numpy as np
import pytest

from triage.errors import BundleRefused
from triage.foresight.lead import Halving, Lead
from triage.measure.warnings import Window
from triage.parts import JSON, Part

HOUR_NS = 3_600 * 10**9
SOON = Halving(None, 0.0, 3.0)


def test_shorter_spans_are_never_likelier_than_longer_ones_and_the_last_is_the_horizon() -> None:
    told = Lead(Window(HOUR_NS), (SOON, SOON)).forecast(0.7, np.zeros(3))
    spans, shares = zip(*told.within, strict=True)
    assert spans == (900.0, 1800.0, 3600.0)
    assert list(shares) == sorted(shares)
    assert shares[-1] == 0.7
    assert told.earliest_s < told.expected_s < told.latest_s < 3600.0


def test_times_count_from_now_with_the_gap_before_the_horizon() -> None:
    told = Lead(Window(HOUR_NS, gap_ns=2 * HOUR_NS), (SOON, SOON)).forecast(0.7, np.zeros(3))
    assert [span for span, _ in told.within] == [8100.0, 9000.0, 10800.0]
    assert 7200.0 < told.earliest_s < 8100.0


def test_part_that_tells_of_no_lead_time_is_refused() -> None:
    part = Lead(Window(HOUR_NS), (SOON, SOON)).to_part()
    assert Lead.from_part(part, 3).forecast(0.7, np.zeros(3)) == Lead(Window(HOUR_NS), (SOON, SOON)).forecast(
        0.7, np.zeros(3)
    )
    changes: list[dict[str, JSON]] = [{"halvings": []}, {"halvings": [1, 2]}, {"horizon_ns": "long"}]
    for change in changes:
        with pytest.raises(BundleRefused, match="lead times"):
            Lead.from_part(Part(part.arrays, dict(part.document) | change), 3)
