"""Where joint states lie."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.watch.series_made import MINUTE_NS

from triage.watch.budget import Budget
from triage.watch.joint_layout import MOST_MEMBERS, ROOM, START, empty_joint, grown_joint, room_for, with_room
from triage.watch.points import Points
from triage.watch.watcher import Watcher


@given(st.lists(st.lists(st.integers(0, MOST_MEMBERS + 2), min_size=4, max_size=4), min_size=1, max_size=12))
def test_chunks_lie_in_the_heap_and_apart_however_they_grow(wanted: list[list[int]]) -> None:
    state = empty_joint(0, 4)
    for members in wanted:
        state = with_room(state, np.array(members))
    assert state.clock[:, ROOM].tolist() == np.minimum(np.max(wanted, axis=0), MOST_MEMBERS).tolist()
    taken = np.zeros(len(state.heap), dtype=int)
    for start, size in zip(state.clock[:, START], room_for(state.clock[:, ROOM]), strict=True):
        assert start + size <= len(taken)
        taken[start : start + size] += 1
    assert taken.max(initial=0) <= 1


def test_one_that_comes_later_leaves_the_others_where_they_are() -> None:
    state = with_room(grown_joint(empty_joint(0, 100), empty_joint(0, 10)), (np.arange(110) < 100).astype(np.int64))
    heap, starts = state.heap, state.clock[:100, START].tolist()
    for later in range(100, 110):
        state = with_room(state, (np.arange(110) <= later).astype(np.int64))
        assert state.heap is heap
    assert state.clock[:100, START].tolist() == starts


def test_metrics_that_come_one_by_one_are_answered_and_kept_as_those_that_came_at_once() -> None:
    n, d = 400, 12
    values = np.random.default_rng(3).normal(size=(n, 2 * d)) + np.sin(np.arange(n) / 9.0)[:, None]
    entities, metrics = ["web", "db"] * d, [f"m{number // 2}" for number in range(2 * d)]
    at_once, one_by_one = Watcher(Budget.parse("1/day")), Watcher(Budget.parse("1/day"))
    rows = at_once.series_of(entities, metrics)
    scores: list[list[float]] = [[], []]
    for step, row in enumerate(values):
        some = min(2 + step // 8, 2 * d)  # another metric every eight steps
        one_by_one.series_of(entities[:some], metrics[:some])
        points = Points(rows[:some], np.full(some, step * MINUTE_NS), row[:some])
        for watcher, found in zip((at_once, one_by_one), scores, strict=True):
            found.extend(watcher.handle(points).entity_score.tolist())
    assert scores[0] == scores[1]
    kept, also = at_once.to_part(), one_by_one.to_part()
    assert kept.document == also.document
    for name, array in kept.arrays.items():
        np.testing.assert_array_equal(array, also.arrays[name], err_msg=name)
