from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.learn.clock import fit_clock
from triage.learn.duration import LEVELS, DurationModel
from triage.learn.duration_fitting import LEAST_ENDED, fit_duration, half_life, to_stretches
from triage.learn.features import Features, fit_features
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.waits import Waits, waits_at

FIELDS_ONLY = InputColumns((), ("kind",), opened_at=False)
TEXT_ONLY = InputColumns(("title",), (), opened_at=False)


def drawn(n: int, columns: InputColumns, seed: int = 0) -> tuple[Inputs, NDArray[np.float64], NDArray[np.float64]]:
    """Draw incidents, four an hour, of which one kind takes an hour or so and the other a hundred."""
    generator = np.random.default_rng(seed)
    quick = generator.random(n) < 0.5
    words = ["reset the password" if is_quick else "replace the broken server" for is_quick in quick]
    fields: dict[str, list[str | None]] = {"kind": ["reset" if is_quick else "repair" for is_quick in quick]}
    inputs = Inputs([""] * n, fields) if columns.fields else Inputs(words, {})
    return inputs, np.arange(n) / 4.0, generator.exponential(np.where(quick, 1.0, 100.0))


def known_at(opened: NDArray[np.float64], hours: NDArray[np.float64], moment: float) -> Waits:
    return waits_at(opened, hours, opened + hours, moment)


def fitted(columns: InputColumns) -> tuple[DurationModel, Features]:
    inputs, opened, hours = drawn(1_500, columns)
    features = fit_features(inputs, columns)
    model = fit_duration(features, inputs, known_at(opened, hours, opened[-1]))
    assert model is not None
    return model, features


@pytest.mark.parametrize("columns", [FIELDS_ONLY, TEXT_ONLY], ids=["fields", "text"])
def test_bounds_hold_on_later_cases_though_the_slow_ones_were_open_still(columns: InputColumns) -> None:
    model, features = fitted(columns)
    inputs, opened, hours = drawn(1_500, columns, seed=1)
    found = model.quantiles(features.rows(inputs), opened)
    for level, bound in zip(LEVELS, found.T, strict=True):
        assert (hours <= bound).mean() == pytest.approx(level, abs=0.06)
    middle = found[:, LEVELS.index(0.5)]
    assert np.median(middle[hours > 30.0]) > 10 * np.median(middle[hours < 0.3])


def test_few_known_ends_tell_nothing() -> None:
    inputs, opened, hours = drawn(LEAST_ENDED, FIELDS_ONLY)
    features = fit_features(inputs, FIELDS_ONLY)
    waits = known_at(opened, np.ones(LEAST_ENDED), 1e6)
    assert fit_duration(features, inputs, waits.take(np.arange(LEAST_ENDED - 1))) is None
    assert fit_duration(features, inputs, known_at(opened, hours, 1e6)) is not None


def test_where_all_end_at_once_there_is_nothing_to_tell() -> None:
    inputs, opened, hours = drawn(200, FIELDS_ONLY)
    assert fit_duration(fit_features(inputs, FIELDS_ONLY), inputs, known_at(opened, hours * 0.0, 1e6)) is None


def test_same_cases_give_the_same_model() -> None:
    first, _ = fitted(FIELDS_ONLY)
    again, _ = fitted(FIELDS_ONLY)
    for name, array in first.to_part().arrays.items():
        assert array.tobytes() == again.to_part().arrays[name].tobytes()


def test_half_life_is_that_of_so_many_cases_where_these_go_further_back() -> None:
    _, opened, hours = drawn(400, FIELDS_ONLY)
    waits = known_at(opened, hours, opened[-1])
    assert half_life(waits, days=1.0, incidents=10) == 24.0
    assert half_life(waits, days=1.0, incidents=201) == pytest.approx(50.0)
    assert half_life(waits, days=1.0, incidents=9_999) == pytest.approx(opened[-1] - opened[0])


def test_a_moment_that_is_not_known_is_as_busy_as_any() -> None:
    clock = fit_clock(np.array([9.0, 10.0, 33.0]))
    found = to_stretches(np.array([0.0, 1.0, 10.0, 100.0]), np.zeros((2, 1)), np.array([np.nan, 30.0]), clock)
    assert found[:, 0].tolist() == [0.0, 1.0, 2.0] * 2
    assert found[:3, 1].tolist() == [1.0] * 3
    assert found[3, 1] < 1.0
