from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.decide.choices import target_choices, target_probabilities
from triage.decide.policy import Policy
from triage.decide.priority import PriorityRule
from triage.measure.calibration import Calibration

LEVELS = ("high", "low")
MATRIX = {("high", "high"): "P1", ("high", "low"): "P2", ("low", "high"): "P2", ("low", "low"): "P3"}
RULE = PriorityRule("impact", "urgency", "priority", ("P1", "P2", "P3"), MATRIX, Calibration())
HEADS: dict[str, tuple[tuple[str, ...], NDArray[np.float64]]] = {
    "impact": (LEVELS, np.array([[0.9, 0.1], [0.1, 0.9]])),
    "urgency": (LEVELS, np.array([[0.8, 0.2], [0.2, 0.8]])),
}


def test_likeliest_label_of_each_row_is_chosen() -> None:
    found = target_probabilities(Policy({}), HEADS)
    assert {target: chosen.tolist() for target, chosen in target_choices(Policy({}), found).items()} == {
        "impact": [0, 1],
        "urgency": [0, 1],
    }


def test_priority_follows_from_the_heads_and_is_chosen_by_its_rule() -> None:
    policy = Policy({}, RULE)
    found = target_probabilities(policy, HEADS)
    labels, probabilities = found["priority"]
    assert labels == RULE.classes
    assert probabilities.sum(axis=1).tolist() == [1.0, 1.0]
    assert target_choices(policy, found)["priority"].tolist() == RULE.choose(probabilities).tolist() == [0, 2]
