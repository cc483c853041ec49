from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.clock import fit_clock
from triage.learn.duration_kernel import Course, Told, WaitRoom, ended_by, fill_course
from triage.learn.trees import NO_TREES

EDGES = np.array([0.0, 1.0, 4.0, 20.0])
LINE = np.array([0.0, 1.0])


@given(st.floats(0.0, 20.0))
def test_between_two_edges_the_chance_lies_on_a_straight_line(hours: float) -> None:
    share = np.array([0.0, 0.5, 0.5, 0.9])
    assert ended_by(Course(EDGES, share, 0.01, LINE, LINE), hours) == pytest.approx(np.interp(hours, EDGES, share))


@pytest.mark.parametrize("opened", [-30.5, 0.0, 166.5, 1000.25])
def test_a_stretch_is_as_busy_as_the_clock_says(opened: float) -> None:
    clock = fit_clock(np.array([9.5, 9.6, 10.2, 30.0]))
    nodes = NO_TREES.nodes
    room = WaitRoom(np.empty(0), np.empty((3, 2)), np.empty(3), np.empty(4))
    fill_course(Told(EDGES, np.empty((0, 0), np.float32), np.empty(0), nodes, clock.sums, LINE, LINE), opened, room)
    assert room.stretches[:, 1].tolist() == clock.between(opened + EDGES[:-1], opened + EDGES[1:]).tolist()
