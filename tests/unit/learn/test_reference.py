"""What is served equals what scikit-learn makes of the same weights on the same features."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from tests.histories import COLUMNS, as_inputs, constructed_history, fitted_model, labels_of
from tests.unit.learn.rounded import embeddings_of

from triage.learn.blending import add_bags
from triage.learn.fitting import Effort, choose_model
from triage.learn.heads import Head
from triage.learn.inputs import Inputs
from triage.learn.model import IncidentModel
from triage.learn.rows import to_matrix

# English, German and Chinese, long and short, and what nobody has seen.
FRESH = as_inputs(constructed_history(60, seed=99))
ODD = Inputs(
    ["", "Straße ÄÖÜ \uff36\uff30\uff2e", "网络断开 打印机", "हिन्दी привет", "vpn " * 3000, "🔥"],
    {name: [None, "Bonn", "新", "3", None, "x"] for name in COLUMNS.field_names},
)


def as_scikit_learn_has_them(head: Head) -> LogisticRegression:
    learner = LogisticRegression()
    scale = head.calibration.scale
    weights, intercept = head.weights.astype(np.float64) * scale, head.intercept * scale
    if len(head.classes) == 2:
        # scikit-learn keeps the second class's margin over the first's.
        weights, intercept = weights[:, 1:] - weights[:, :1], intercept[1:] - intercept[:1]
    learner.coef_, learner.intercept_, learner.classes_ = weights.T, intercept, np.array(head.classes)
    learner.n_features_in_ = head.weights.shape[0]
    return learner


@pytest.mark.parametrize("inputs", [FRESH, ODD])
def test_linear_heads_are_scikit_learns_logistic_regression(inputs: Inputs) -> None:
    model = fitted_model()
    matrix = to_matrix(model.features.rows(inputs), len(model.features))
    found = model.probabilities(inputs)
    for head in model.heads:
        expected = as_scikit_learn_has_them(head).predict_proba(matrix)
        assert found[head.target] == pytest.approx(expected, abs=1e-6)


def mixed_model() -> IncidentModel:
    """Return a model with hidden units in every head, whether they help or not."""
    history = constructed_history(120)
    inputs, targets = as_inputs(history), labels_of(history)
    effort = Effort((3.0,), (1.0,))
    model, recipes = choose_model((inputs, targets), (inputs, targets), COLUMNS, effort)
    rows = model.features.rows(inputs)
    mixed, _ = add_bags(
        model, recipes, (inputs, to_matrix(rows, len(model.features)), targets), (rows, targets), n_bags=1
    )
    return mixed


def as_network(model: IncidentModel, head: Head) -> MLPClassifier:
    """Return a network with the linear part as hidden units too: a number is what is above 0 of it less of its like."""
    n_classes, scale = len(head.classes), head.calibration.scale
    linear, identity = head.weights.astype(np.float64), np.eye(n_classes)
    hidden = np.hstack([embeddings_of(model.bag), linear, -linear])
    network = MLPClassifier(hidden_layer_sizes=(hidden.shape[1],), max_iter=1)
    network.partial_fit(np.zeros((n_classes, hidden.shape[0])), np.arange(n_classes), classes=np.arange(n_classes))
    network.coefs_ = [hidden, np.vstack([head.outputs, identity, -identity]) * scale]
    network.intercepts_ = [np.concatenate([model.bag.bias, head.intercept, -head.intercept]), np.zeros(n_classes)]
    return network


@pytest.mark.parametrize("inputs", [FRESH, ODD])
def test_heads_with_hidden_units_are_scikit_learns_network(inputs: Inputs) -> None:
    model = mixed_model()
    assert model.bag.n_units
    matrix = to_matrix(model.features.rows(inputs), len(model.features))
    found = model.probabilities(inputs)
    for head in model.heads:
        assert found[head.target] == pytest.approx(as_network(model, head).predict_proba(matrix), abs=1e-6)
