"""Grouping on simulated storms, at a smaller size than the benchmark's."""

from __future__ import annotations

from benchmarks.grouping import group_storms, judge

from triage.simulate import simulate_storms


def test_most_of_a_faults_alerts_are_one_group_and_few_unrelated_ones_are_in_it() -> None:
    storms = simulate_storms(days=10, entities=12, seed=21)
    shares = judge(storms, group_storms(storms)[0])
    assert shares.found >= 0.9
    assert shares.unrelated <= 0.02
