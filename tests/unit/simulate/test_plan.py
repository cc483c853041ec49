from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.simulate.faults import FAULT_KINDS
from triage.simulate.layout import lay_out
from triage.simulate.load import STEP_S
from triage.simulate.plan import Plan, control_half, draw_plan

SEEDS = st.integers(0, 2**64)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20), st.integers(1, 12), st.floats(0, 1), SEEDS)
def test_times_of_a_fault_are_in_order(entities: int, days: int, difficulty: float, seed: int) -> None:
    layout = lay_out(entities)
    plan = draw_plan(layout, days, difficulty, seed)
    for fault in plan.faults:
        begin = fault.onset_s if fault.precursor_s is None else fault.precursor_s
        assert 86_400 - 3 * 3600 <= begin <= fault.onset_s < fault.opened_s < fault.resolved_s < days * 86_400
        assert layout[fault.entity].kind in fault.kind.strikes
        assert layout[fault.origin].service == layout[fault.entity].service
        if fault.precursor_s is not None:
            assert 30 * 60 <= fault.onset_s - fault.precursor_s <= 180 * 60
    assert all(0 <= change.made_s < days * 86_400 for change in plan.changes)
    assert all(0 <= each.begin_s < each.end_s for each in plan.harmless)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_no_sample_between_onset_and_opening(seed: int) -> None:
    for fault in draw_plan(lay_out(6), 8, 0.5, seed).faults:
        assert fault.onset_s // STEP_S == fault.opened_s // STEP_S
        assert fault.onset_s % STEP_S > 0


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_faults_of_an_entity_do_not_overlap(seed: int) -> None:
    last: dict[int, int] = {}
    for fault in draw_plan(lay_out(6), 20, 0.5, seed).faults:
        begin = fault.onset_s if fault.precursor_s is None else fault.precursor_s
        assert begin > last.get(fault.entity, 0) + 6 * 3600
        last[fault.entity] = fault.resolved_s


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [draw_plan(lay_out(6), 10, 0.5, seed) for seed in range(20)]


def test_every_fault_occurs_with_and_without_precursor(plans: list[Plan]) -> None:
    seen = Counter((fault.kind.name, fault.precursor_s is not None) for plan in plans for fault in plan.faults)
    for kind in FAULT_KINDS:
        assert seen[kind.name, True] > 0, kind.name
        assert seen[kind.name, False] > 0 or kind.foretold == 1.0, kind.name


def test_ten_days_of_six_entities_hold_every_fault(plans: list[Plan]) -> None:
    kinds = {kind.name for kind in FAULT_KINDS}
    assert all({fault.kind.name for fault in plan.faults} == kinds for plan in plans)


def test_everything_harmless_occurs(plans: list[Plan]) -> None:
    kinds = Counter(each.kind for plan in plans for each in plan.harmless)
    assert set(kinds) == {"spike", "job", "batch", "surge"}
    shifts = [change.shifts for plan in plans for change in plan.changes]
    assert 0.3 < sum(shifts) / len(shifts) < 0.5


def test_a_harder_estate_has_fewer_precursors_and_more_that_is_harmless() -> None:
    easy, hard = ([draw_plan(lay_out(6), 10, difficulty, seed) for seed in range(20)] for difficulty in (0.0, 1.0))

    def foretold(plans: list[Plan]) -> float:
        faults = [fault for plan in plans for fault in plan.faults]
        return sum(fault.precursor_s is not None for fault in faults) / len(faults)

    assert foretold(easy) > foretold(hard)
    assert sum(len(plan.harmless) for plan in easy) < sum(len(plan.harmless) for plan in hard)


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(2, 20))
def test_nothing_comes_before_faults_of_the_control_half_and_all_else_stays(seed: int, entities: int) -> None:
    layout = lay_out(entities)
    controls = control_half(layout)
    assert abs(2 * len(controls) - entities) <= 5
    usual, controlled = draw_plan(layout, 10, 0.5, seed), draw_plan(layout, 10, 0.5, seed, controls)
    assert [fault.opened_s for fault in controlled.faults] == [fault.opened_s for fault in usual.faults]
    for before, after in zip(usual.faults, controlled.faults, strict=True):
        assert after.precursor_s == (None if after.entity in controls else before.precursor_s)
    assert controlled.harmless == usual.harmless
