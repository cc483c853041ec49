from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from triage.errors import BundleRefused
from triage.learn.features import Features, fit_features
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.open_cases import Course
from triage.learn.risk_fitting import RiskLessons, RiskRecipe, fit_risk
from triage.learn.risks import RiskModel
from triage.parts import Part

N = 300
SITES = [("a", "b", "c")[at % 3] for at in range(N)]
INPUTS = Inputs([f"{'vpn' if at % 2 else 'printer'} is down at {at % 5}" for at in range(N)], {"site": list(SITES)})
COLUMNS = InputColumns(("text",), ("site",), opened_at=False)


@cache
def features() -> Features:
    return fit_features(INPUTS, COLUMNS)


@cache
def model() -> RiskModel:
    """Return a model of one risk, with trees; nothing changes it."""
    truth = np.array([at % 3 == 0 or at % 10 == 1 for at in range(N)], float)
    lessons = RiskLessons(features().rows(INPUTS), {"breach": truth}, Course(np.ones(N, np.bool_), np.zeros(N)))
    return RiskModel(features(), (fit_risk(features(), lessons, "breach", RiskRecipe(1.0, with_trees=True)),))


def test_stored_risks_give_the_same_answers_and_reasons_to_the_last_bit() -> None:
    again = RiskModel.from_part(model().to_part(), features())
    rows = features().rows(INPUTS.take(range(20)))
    for at, ((mine,), (other,)) in enumerate(zip(model().assess(rows), again.assess(rows), strict=True)):
        assert mine.probability == other.probability
        assert mine.reasons(INPUTS, at) == other.reasons(INPUTS, at)


def test_reasons_the_base_and_the_shift_add_up_to_the_log_odds() -> None:
    (head,) = model().heads
    for at, row in enumerate(features().rows(INPUTS.take(range(20)))):
        (answer,) = model().assess([row])[0]
        base = (head.intercept * head.linear_share + head.trees.base) * head.scale + head.shift
        given = sum(reason.contribution for reason in answer.reasons(INPUTS, at, most=10_000))
        assert given + base == pytest.approx(np.log(answer.probability / (1.0 - answer.probability)), abs=1e-5)


@pytest.mark.parametrize("name", ["weights_0", "shares_0", "sizes_0"])
def test_arrays_that_do_not_fit_the_features_are_refused(name: str) -> None:
    part = model().to_part()
    for array in (part.arrays[name][:-1], part.arrays[name].ravel()[:, None, None]):
        with pytest.raises(BundleRefused):
            RiskModel.from_part(Part({**part.arrays, name: array}, part.document), features())


def test_trees_over_fewer_columns_than_there_are_are_refused() -> None:
    part = model().to_part()
    heads = part.document["heads"]
    assert isinstance(heads, list)
    assert isinstance(heads[0], dict)
    # Every node asks for the first column, so that the trees by themselves are sound.
    arrays = {**part.arrays, "feature_0": np.minimum(part.arrays["feature_0"], 0)}
    fewer = {**part.document, "heads": [{**heads[0], "n_columns": 1}]}
    with pytest.raises(BundleRefused):
        RiskModel.from_part(Part(arrays, fewer), features())
