from __future__ import annotations

from triage.simulate.gauges import GAUGES, METRICS


def test_every_kind_has_four_to_six_metrics() -> None:
    assert all(4 <= len(gauges) <= 6 for gauges in GAUGES.values())


def test_usual_levels_lie_between_the_limits() -> None:
    for gauges in GAUGES.values():
        for gauge in gauges:
            for load in (0.0, 1.0):
                level = gauge.base + gauge.gain * load + gauge.bend * load
                assert gauge.low <= level - gauge.noise
                assert level + gauge.noise <= gauge.high


def test_metrics_are_listed_once() -> None:
    assert sorted(METRICS) == sorted({gauge.metric for gauges in GAUGES.values() for gauge in gauges})
