"""Warnings of one problem are one warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import warning_on

from triage.decide.grouping import GroupingRules, Topology
from triage.domain import EarlyWarning
from triage.flow.problems import Problems, in_order, to_problems, warning_rules

OF_ALERTS = GroupingRules(topology=Topology([("web", "db")]))
RULES = warning_rules(OF_ALERTS)


def over(warning: EarlyWarning, seconds: float) -> EarlyWarning:
    return replace(warning, closed_at=warning.opened_at + timedelta(seconds=seconds))


def test_same_cause_at_many_at_once_is_one_warning_that_is_over_with_the_last() -> None:
    problems = Problems(RULES)
    opened = [warning_on(f"host-{at}", at % 3) for at in range(100)]
    settled = problems.settle(opened, {})
    [lead] = settled.told.values()
    assert (lead.id, lead.size, lead.closed_at) == (opened[0].id, 100, None)
    assert {one.part_of for one in settled.rows.values()} == {"", lead.id}
    half = problems.settle([over(one, 600) for one in opened[:99]], {})
    assert half.told == {}
    assert half.rows[lead.id].closed_at is None
    assert half.rows[lead.id].ended_at is not None
    [ended] = problems.settle([over(opened[99], 900)], {}).told.values()
    assert ended.closed_at == opened[99].opened_at + timedelta(seconds=900)


def test_dependency_joins_other_causes_and_strangers_stay_apart() -> None:
    moves = [warning_on("web", 0, "latency"), warning_on("db", 120, "locks"), warning_on("mail", 240, "queue")]
    rows = Problems(RULES).settle(moves, {}).rows
    assert [rows[one.id].part_of for one in moves] == ["", moves[0].id, ""]


def test_growth_is_told_at_every_doubling() -> None:
    problems = Problems(RULES)
    told = [bool(problems.settle([warning_on(f"host-{at}", at)], {}).told) for at in range(20)]
    assert [at + 1 for at, is_told in enumerate(told) if is_told] == [1, 2, 4, 8, 16]


def test_without_rules_every_warning_is_a_problem_of_its_own() -> None:
    settled = Problems(None).settle([warning_on(f"host-{at}", 0) for at in range(5)], {})
    assert len(settled.told) == 5


def test_what_is_over_at_a_moment_comes_before_what_opens_then() -> None:
    was, now = over(warning_on("web", 0), 60), warning_on("web", 60)
    assert in_order([now], [was]) == [was, now]


moves_made = st.lists(
    st.tuples(st.sampled_from(["web", "db", "a", "b"]), st.sampled_from(["cpu", "locks"]), st.integers(0, 1500)),
    max_size=15,
)


def moves_of(plan: Sequence[tuple[str, str, int]]) -> list[EarlyWarning]:
    now = 0
    opened: list[EarlyWarning] = []
    closed: list[EarlyWarning] = []
    for entity, metric, pause in plan:
        now += pause + 1
        opened.append(warning_on(entity, now, metric))
        closed += [over(opened[-1], 400)] if pause % 2 else []
    return in_order(opened, closed)


@given(moves_made)
def test_problems_of_a_whole_history_are_those_of_its_stream(plan: Sequence[tuple[str, str, int]]) -> None:
    moves = moves_of(plan)
    rows = Problems(RULES).settle(moves, {}).rows
    in_stream: dict[str, set[str]] = {}
    for one in rows.values():
        in_stream.setdefault(one.part_of or one.id, set()).add(one.id)
    ended = {one.id: one for one in moves}
    found = to_problems(ended.values(), OF_ALERTS)
    assert {each[0].id: {one.id for one in each} for each in found} == in_stream
    assert [one for each in found for one in each if rows[one.id] != one] == []


@given(moves_made, st.integers(0, 15), st.integers(0, 15))
def test_neither_batches_nor_a_restart_change_a_problem(
    plan: Sequence[tuple[str, str, int]], cut: int, kept: int
) -> None:
    moves = moves_of(plan)
    whole = Problems(RULES).settle(moves, {}).rows
    problems = Problems(RULES)
    rows: dict[str, EarlyWarning] = {}
    for part in (moves[:cut], moves[cut:]):
        rows |= problems.settle(part, {}).rows
        open_ids = {one.id for one in rows.values() if one.closed_at is None}
        problems = Problems(RULES)
        problems.take_up([one for one in rows.values() if {one.id, one.part_of} & open_ids], rows.values())
        # After a kill some of what is on disk is found again.
        again = moves[: min(kept, cut)]
        rows |= problems.settle(again, {one.id: rows[one.id] for one in again if one.id in rows}).rows
    assert rows == whole
