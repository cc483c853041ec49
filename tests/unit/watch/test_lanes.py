from __future__ import annotations

import numpy as np

from triage.watch.lanes import ABOVE, FADE, LANES, LATER, LATER_HOUR, SURPRISE_BEFORE, at, empty_lanes, whole_vectors
from triage.watch.state import STATISTICS


def test_every_row_has_room_for_all_lanes_and_none_has_a_part_of_another() -> None:
    lanes = empty_lanes()
    assert at(1, 0) - at(0, LANES - 1) == 1
    last = (FADE + STATISTICS, LATER_HOUR, ABOVE + STATISTICS, LATER, SURPRISE_BEFORE)
    rooms = (lanes.wide, lanes.narrow, lanes.whole, lanes.place, lanes.before)
    assert [at(row, LANES - 1) + 1 for row in last] == [len(room) for room in rooms]


def test_lanes_that_are_computed_are_all_that_are_held_and_never_beyond_the_room() -> None:
    found = np.array([whole_vectors(held) for held in range(LANES + 1)])
    assert (found >= np.arange(LANES + 1)).all()
    assert found.max() == LANES
