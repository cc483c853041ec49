from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.watch.alerting import (
    AIMED_SHARE,
    CLOSED,
    LEAST_THRESHOLD,
    NOTHING,
    OPENED,
    Pace,
    alerts_at,
    judge_entity,
    openings,
)
from triage.watch.budget import Budget
from triage.watch.entities import WARM_UP
from triage.watch.state import DEBT_NS, ENTITY_EVIDENCE, NOW_NS, STEPS, THRESHOLD, EntityState, empty_entities

HOUR_NS, MINUTE_NS = 3_600_000_000_000, 60_000_000_000
DAILY = Budget.parse("1/day")


def an_entity(threshold: float = 3.0) -> EntityState:
    """Return an entity that has been watched for long enough to have saved up all that may be."""
    state = empty_entities(1, threshold)
    state.clock[0, STEPS] = 9
    return state


def events(state: EntityState, evidence: list[float], step_ns: int = HOUR_NS, budget: Budget = DAILY) -> list[int]:
    found = []
    for value in evidence:
        state.clock[0, NOW_NS] += step_ns
        state.numbers[0, ENTITY_EVIDENCE] = value
        found.append(judge_entity(state, 0, step_ns, Pace.of(budget)))
    return found


def test_warning_opens_at_the_threshold_and_closes_once_the_evidence_has_been_low_for_a_while() -> None:
    assert events(an_entity(), [2.9, 3.0, 2.9, 0.0, 2.9, 0.0, 0.0]) == [
        NOTHING, OPENED, NOTHING, NOTHING, NOTHING, NOTHING, CLOSED,
    ]  # fmt: skip


def test_next_incident_alerts_while_there_is_budget_saved_up() -> None:
    bursts = [9.0, 0.0, 0.0] * 7
    assert events(an_entity(), bursts).count(OPENED) == 5


def test_warning_is_not_opened_again_in_cool_down() -> None:
    state = an_entity()
    minutes = [9.0, *[0.0] * 20, *[9.0] * 60]
    opened = np.flatnonzero(np.array(events(state, minutes, HOUR_NS // 60)) == OPENED)
    assert opened.tolist() == [0, 60]


def test_threshold_rises_at_an_alert_and_falls_to_the_least_while_there_is_none() -> None:
    state = an_entity()
    events(state, [9.0])
    assert state.numbers[0, THRESHOLD] > 3.0
    events(state, [0.0] * 24 * 30)
    assert state.numbers[0, THRESHOLD] == LEAST_THRESHOLD


def test_gap_lowers_the_threshold_no_more_than_one_period_does() -> None:
    after_a_year, after_a_day = an_entity(), an_entity()
    events(after_a_year, [0.0], 365 * 24 * HOUR_NS)
    events(after_a_day, [0.0], 24 * HOUR_NS)
    assert after_a_year.numbers[0, THRESHOLD] == after_a_day.numbers[0, THRESHOLD] < 3.0


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.7, 1.0, 1.5]))
def test_however_heavy_the_evidence_alerts_come_to_the_aimed_rate(seed: int, size: float) -> None:
    days = 100
    evidence = np.random.default_rng(seed).exponential(size, days * 24)
    alerts = events(an_entity(), evidence.tolist()).count(OPENED)
    assert 0.6 * AIMED_SHARE * days <= alerts <= 1.25 * AIMED_SHARE * days


@pytest.mark.parametrize(("text", "expected"), [("1/day", 3.256), ("12/day", LEAST_THRESHOLD), ("1/30d", 4.733)])
def test_threshold_begins_where_as_many_steps_pass_it_by_chance_as_the_budget_aims_at(
    text: str, expected: float
) -> None:
    state, budget = an_entity(LEAST_THRESHOLD), Budget.parse(text)
    for step in range(WARM_UP + 1):
        state.clock[0, STEPS], state.clock[0, NOW_NS] = step + 1, step * MINUTE_NS
        judge_entity(state, 0, MINUTE_NS if step else 0, Pace.of(budget))
    assert state.numbers[0, THRESHOLD] == pytest.approx(expected, abs=0.01)


def test_entity_begins_with_one_alert_whatever_a_periods_worth_is() -> None:
    state, pace = an_entity(), Pace.of(Budget.parse("24/day"))
    opened = []
    for step in range(24):
        state.clock[0, STEPS], state.clock[0, NOW_NS] = step + 1, step * 5 * MINUTE_NS
        state.numbers[0, ENTITY_EVIDENCE] = 0.0 if step % 3 else 9.0
        if judge_entity(state, 0, 5 * MINUTE_NS if step else 0, pace) == OPENED:
            opened.append(5 * step)
    assert opened == [0, 60]


def test_openings_count_warnings_without_a_budget() -> None:
    time_ns = np.arange(21) * HOUR_NS
    evidence = np.array([9.0, 0.0, 0.0] * 7)
    assert openings(time_ns, evidence, 3.0, DAILY) == 7
    assert openings(time_ns, evidence, 9.5, DAILY) == 0


def test_rehearsed_alerts_are_those_of_the_stream() -> None:
    evidence = np.random.default_rng(0).exponential(1.5, 24 * 60)
    state = an_entity(LEAST_THRESHOLD)
    state.clock[0, DEBT_NS] = Pace.of(DAILY).first_debt_ns + HOUR_NS
    live = np.array(events(state, evidence.tolist())) == OPENED
    assert live.any()
    assert (alerts_at(np.arange(len(evidence)) * HOUR_NS, evidence, LEAST_THRESHOLD, DAILY) == live).all()
