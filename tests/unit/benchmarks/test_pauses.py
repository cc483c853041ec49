"""Waiting on made-up monitors: what the benchmark promises."""

from __future__ import annotations

from benchmarks.pauses import judge, raise_alerts

from triage.decide.grouping import PauseRules


def test_most_transient_alerts_are_spared_and_few_real_ones_wait_and_no_more_than_stated() -> None:
    made = [list(raise_alerts(21))]
    spared, delayed, _, real, stated, _ = map(float, judge(made, PauseRules()))
    assert spared >= 0.5
    assert delayed <= 0.15
    assert real <= stated <= PauseRules().most_miss_risk
