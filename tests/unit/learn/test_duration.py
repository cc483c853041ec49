from __future__ import annotations

from dataclasses import replace
from operator import lt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import BundleRefused
from triage.learn.clock import fit_clock
from triage.learn.duration import LEVELS, Correction, Curve, DurationModel
from triage.learn.rows import Row
from triage.learn.trees import Trees
from triage.parts import JSON, Part

CLOCK = fit_clock(np.arange(168.0))
EDGES = np.array([0.0, 1.0, 10.0, 100.0])
CORRECTION = Correction(np.array([0.0, 0.5, 0.75, 1.0]), np.array([0.0, 0.6, 0.8, 1.0]))


def leaf(value: float) -> JSON:
    return {"leaf_value": value, "leaf_count": 1}


def model() -> DurationModel:
    """Whatever has the first feature mostly ends at once."""
    split: dict[str, JSON] = {
        "split_feature": 2,
        "threshold": 0.0,
        "decision_type": "<=",
        "default_left": True,
        "missing_type": "None",
        "left_child": leaf(-1.0),
        "right_child": leaf(2.0),
    }
    trees = Trees.from_dump({"max_feature_idx": 2, "tree_info": [{"tree_structure": split}]})
    weights = np.array([[3.0], [0.0]], np.float32)
    return DurationModel(EDGES, weights, np.array([-1.0]), trees, CLOCK, CORRECTION)


def row(*ids: int) -> Row:
    return Row(np.array(ids, np.int32), np.ones(len(ids)))


def curve(correction: Correction = CORRECTION) -> Curve:
    return Curve(EDGES, np.array([0.0, 0.5, 0.7, 0.9]), 0.01, correction)


def test_features_shorten_the_wait() -> None:
    quick, slow = model().hours(row(0), 8.0), model().hours(row(1), 8.0)
    assert all(map(lt, quick, slow))


def test_hours_at_many_rows_are_those_at_each() -> None:
    rows, opened, waited = [row(0), row(1)], np.array([8.0, np.nan]), np.array([0.0, 5.0])
    found = model().quantiles(rows, opened, waited)
    for at, (each, moment, since) in enumerate(zip(rows, opened, waited, strict=True)):
        assert found[at].tolist() == model().hours(each, moment, since)


def test_hours_are_the_quantiles_of_the_curve_of_the_linear_scores() -> None:
    # Feature 0 weighs 3, the intercept is -1.
    of_scores = model().curve_of(np.array([2.0]), 8.0)
    assert model().hours(row(0), 8.0, 5.0) == [of_scores.quantile(level, 5.0) for level in LEVELS]


@given(st.floats(0.01, 0.99), st.floats(0.0, 300.0))
def test_a_quantile_is_where_the_chance_is_reached(level: float, waited: float) -> None:
    hours = curve().quantile(level, waited)
    assert hours >= waited
    assert curve().ended_by(hours, waited) == pytest.approx(level, abs=1e-6)


@given(st.floats(0.0, 99.0), st.floats(0.0, 400.0))
def test_what_is_still_open_keeps_its_share_of_those_left(waited: float, more: float) -> None:
    hours = waited + more
    left = 1.0 - curve().ended_by(hours)
    assert 1.0 - curve().ended_by(hours, waited) == pytest.approx(left / (1.0 - curve().ended_by(waited)))


@given(st.floats(0.0, 300.0))
def test_hours_ascend_with_their_probability(waited: float) -> None:
    found = [curve().quantile(level, waited) for level in LEVELS]
    assert found == sorted(found)


def test_what_has_waited_longer_takes_longer() -> None:
    assert curve().quantile(0.5) < curve().quantile(0.5, 20.0) < curve().quantile(0.5, 1000.0)


def test_correction_moves_quantiles_to_what_late_cases_showed() -> None:
    plain = Correction(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert curve().quantile(0.6) == pytest.approx(curve(plain).quantile(0.5))


def test_model_survives_storage_to_the_last_bit() -> None:
    again = DurationModel.from_part(model().to_part(), n_features=2)
    assert again.quantiles([row(0)], np.array([7.0])).tolist() == model().quantiles([row(0)], np.array([7.0])).tolist()


def damaged(name: str, array: object) -> Part:
    part = model().to_part()
    return replace(part, arrays={**part.arrays, name: np.asarray(array)})


@pytest.mark.parametrize(
    ("part", "n_features"),
    [
        (Part({}, {}), 2),
        (model().to_part(), 3),
        (damaged("edges", [0.0, 2.0, 1.0, 3.0]), 2),
        (damaged("edges", [0.0, 1.0]), 2),
        (damaged("clock", np.zeros(5)), 2),
        (damaged("true", [0.0, 1.0]), 2),
        (damaged("said", [0.0, 0.5, np.nan, 1.0]), 2),
        (damaged("intercept", np.zeros(2)), 2),
    ],
)
def test_parts_that_do_not_fit_are_refused(part: Part, n_features: int) -> None:
    with pytest.raises(BundleRefused):
        DurationModel.from_part(part, n_features)
