from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.simulate.dice import Dice
from triage.simulate.load import STEPS_A_DAY, draw_load, wander

MONDAY = datetime(2026, 9, 21, tzinfo=UTC)
DAYS = 14

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def load() -> Floats:
    return draw_load(MONDAY, DAYS * STEPS_A_DAY, 4, 0.05, Dice(7))


def test_days_are_busy_and_nights_are_not(load: Floats) -> None:
    by_hour = load.reshape(DAYS, 24, -1).mean(axis=(0, 2))
    assert by_hour[10] > 5 * by_hour[3]
    assert 8 <= int(by_hour.argmax()) <= 15


def test_weekends_are_quieter(load: Floats) -> None:
    by_day: Floats = load.reshape(DAYS, -1).mean(axis=1)
    assert by_day[[5, 6, 12, 13]].max() < 0.8 * by_day[[0, 1, 2, 3, 4]].min()


def test_services_move_together(load: Floats) -> None:
    # Also beyond the hour of the day: against a course without roughness.
    course = draw_load(MONDAY, DAYS * STEPS_A_DAY, 4, 0.0, Dice(7))
    beyond: Floats = np.atleast_2d(np.corrcoef((load / course).T))
    assert beyond[np.triu_indices(4, 1)].mean() > 0.05
    assert np.corrcoef(load.T).min() > 0.9


def test_load_has_no_jumps(load: Floats) -> None:
    assert np.abs(np.diff(load, axis=0)).max() < 0.1


def test_wander_keeps_the_deviation_of_its_draws() -> None:
    assert wander(Dice(7).normals(40_000), 0.9).std() == pytest.approx(1, abs=0.05)
