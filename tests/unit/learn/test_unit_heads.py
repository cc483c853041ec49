from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.histories import COLUMNS, constructed_history, take
from tests.unit.learn.rounded import embeddings_of

from triage.learn.bag_fitting import HeadTruth, fit_bag
from triage.learn.features import fit_features
from triage.learn.fitting import Effort, choose_model, refit_model
from triage.learn.heads import to_positions
from triage.learn.lessons import HeldRows, StreamedRows
from triage.learn.model import IncidentModel
from triage.learn.rows import to_matrix
from triage.learn.unit_heads import UNITS_ALONE
from triage.measure.calibration import Calibration

HISTORY = constructed_history(300)
FIT, HELD_OUT, LATER = take(HISTORY, range(180)), take(HISTORY, range(180, 220)), take(HISTORY, range(220, 300))
LONG = Effort(strengths=(3.0,), half_lives=(0.5,), most_linear=100)


@cache
def chosen() -> IncidentModel:
    return choose_model(FIT, HELD_OUT, COLUMNS, LONG)[0]


def test_history_that_is_too_long_for_linear_heads_is_learnt_by_units_alone() -> None:
    model, recipes = choose_model(FIT, HELD_OUT, COLUMNS, LONG)
    assert recipes == {"topic": UNITS_ALONE}
    assert model.head("topic").weights.shape == (0, 3)
    assert model.head("topic").calibration != Calibration()
    linear, _ = choose_model(FIT, HELD_OUT, COLUMNS, replace(LONG, most_linear=180))
    assert linear.bag.n_units == 0


def test_units_alone_beat_the_commonest_label() -> None:
    head = chosen().head("topic")
    truth = to_positions(LATER[1]["topic"], head.classes)
    right = chosen().probabilities(LATER[0])["topic"].argmax(axis=1) == truth
    assert right.mean() > 0.75
    assert np.bincount(truth).max() < 0.5 * len(truth)


def test_refit_stays_with_units_alone_and_knows_new_labels() -> None:
    labels = {"topic": [*FIT[1]["topic"][:-3], *["new"] * 3]}
    served = refit_model(chosen(), FIT[0], labels, {"topic": UNITS_ALONE})
    assert "new" in served.head("topic").classes
    assert served.head("topic").calibration == chosen().head("topic").calibration
    assert served.bag.n_units == chosen().bag.n_units


def test_reasons_add_up_to_the_log_odds_less_what_no_feature_adds() -> None:
    model = IncidentModel.from_part(chosen().to_part())
    head = model.head("topic")
    inputs = LATER[0].take(range(5))
    for answer, row in zip(model.answer(inputs, 10_000), model.features.rows(inputs), strict=True):
        found = answer.answers["topic"]
        levels = np.maximum(embeddings_of(model.bag)[row.ids].T @ row.values + model.bag.bias, 0.0)
        of_biases = (model.bag.bias * (levels > 0)) @ head.outputs + head.intercept
        log_odds = np.log(found.probabilities) / head.calibration.scale - of_biases
        expected = (log_odds[found.probabilities.argmax()] - log_odds.mean()) * head.calibration.scale
        assert sum(reason.contribution for reason in found.reasons) == pytest.approx(expected, abs=1e-3)


def test_streamed_and_held_rows_give_the_same_units_to_the_last_bit() -> None:
    features = fit_features(FIT[0], COLUMNS)
    matrix = to_matrix(features.rows(FIT[0]), len(features))
    truths = [HeadTruth(to_positions(FIT[1]["topic"], chosen().head("topic").classes), 3)]
    sources = HeldRows(matrix), StreamedRows(features, FIT[0], chunk=13)
    held, streamed = (fit_bag(source, truths, np.ones(180), 2) for source in sources)
    assert held.bag.embeddings.tobytes() == streamed.bag.embeddings.tobytes()
    assert held.outputs[0].tobytes() == streamed.outputs[0].tobytes()
