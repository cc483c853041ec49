from __future__ import annotations

import numpy as np
import pytest

from triage.watch.novelty_layout import (
    BOXES,
    MOST_REMEMBERED,
    NoveltyState,
    empty_novelty,
    grown_novelty,
    is_remembered,
    roomy_novelty,
    taken_novelty,
)

OWNER = np.array([0, 1, 1, 2])


def two_remembered() -> NoveltyState:
    state = empty_novelty(3)
    state.of_entity[:] = 2, 0, 1
    state.series[:2] = 3, 0
    state.taken[0] = 2
    return taken_novelty(state, 3)


def test_series_costs_what_the_documentation_says() -> None:
    one = empty_novelty(0, 1)
    assert sum(array.nbytes for array in one) - one.taken.nbytes == 36_064 + 8


def test_rows_that_are_taken_survive_being_cut_out_and_given_room() -> None:
    state = two_remembered()
    roomy = roomy_novelty(state)
    assert len(roomy.low) == MOST_REMEMBERED
    for kept, back in zip(state, taken_novelty(grown_novelty(roomy, 5), 3), strict=True):
        np.testing.assert_array_equal(kept, back)


def test_sound_state_is_taken_for_one() -> None:
    assert is_remembered(two_remembered(), OWNER)
    assert is_remembered(empty_novelty(3, 0), OWNER)


@pytest.mark.parametrize(
    ("name", "value"),
    [("of_entity", 1), ("of_entity", 3), ("series", 1), ("series", 4), ("series", -1), ("taken", 3), ("used", -1)],
)
def test_place_that_is_not_there_is_found(name: str, value: int) -> None:
    state = two_remembered()
    getattr(state, name)[...] = value
    assert not is_remembered(state, OWNER)


def test_more_boxes_than_there_are_is_found() -> None:
    state = two_remembered()
    state.counts[:] = BOXES + 1
    assert not is_remembered(state, OWNER)
