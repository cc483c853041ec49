from __future__ import annotations

import numpy as np
import pytest
from tests.histories import constructed_history, fitted_model, take

from triage.errors import DataError
from triage.learn.heads import to_positions
from triage.training.policies import choose_priority_rule, choose_thresholds, name_derived

HISTORY = constructed_history(priority=True)
FITTED, CALIBRATE = take(HISTORY, range(170))[1], take(HISTORY, range(170, 240))


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["topic", "impact", "urgency", "priority"], "priority"),
        (["Priority", "Urgency", "Impact"], "Priority"),
        (["priority", "impact"], None),
        (["impact", "urgency"], None),
        ([], None),
    ],
)
def test_priority_is_derived_where_impact_and_urgency_are_learnt_too(targets: list[str], expected: str | None) -> None:
    assert name_derived(targets) == expected


def test_priority_rule_reads_the_planted_matrix_and_is_calibrated_on_later_rows() -> None:
    rule = choose_priority_rule(fitted_model(), FITTED, CALIBRATE, "priority")
    assert rule.matrix == {("1", "1"): "1", ("1", "2"): "2", ("2", "1"): "2", ("2", "2"): "3"}
    assert rule.classes == ("1", "2", "3")
    assert rule.calibration.scale != 1.0
    rows = fitted_model().features.rows(CALIBRATE[0])
    impact, urgency = (fitted_model().head(target) for target in ("impact", "urgency"))
    found = rule.probabilities(
        (impact.classes, impact.probabilities(rows)), (urgency.classes, urgency.probabilities(rows))
    )
    truth = to_positions(CALIBRATE[1]["priority"], rule.classes)
    assert (found.argmax(axis=1) == truth).mean() > np.bincount(truth).max() / len(truth)


@pytest.mark.parametrize("labels", [[None] * 170, ["1"] * 170, [None, "1"] * 85])
def test_priority_with_a_single_label_is_refused_by_name(labels: list[str | None]) -> None:
    with pytest.raises(DataError, match="priority"):
        choose_priority_rule(fitted_model(), FITTED | {"priority": labels}, CALIBRATE, "priority")


def test_priority_that_is_never_labelled_later_leaves_the_rule_uncalibrated() -> None:
    later = CALIBRATE[0], CALIBRATE[1] | {"priority": [None] * 70}
    assert choose_priority_rule(fitted_model(), FITTED, later, "priority").calibration.scale == 1.0


def probabilities_of(confidence: list[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([[each, 1 - each] for each in confidence])


def test_thresholds_are_chosen_for_each_target() -> None:
    found = {"good": (("a", "b"), probabilities_of([0.9] * 60)), "bad": (("a", "b"), probabilities_of([0.9] * 60))}
    policy = choose_thresholds(found, {"good": ["a"] * 60, "bad": ["b"] * 60}, 0.95, None)
    assert policy.targets["good"].auto is not None
    assert policy.targets["good"].auto.rows == 60
    assert policy.targets["bad"].auto is policy.targets["bad"].suggest is None
    assert {rule.promise for rule in policy.targets.values()} == {0.95}


def test_suggestions_ask_for_less_than_the_promise() -> None:
    confidence = [*np.linspace(0.99, 0.7, 200), *np.linspace(0.69, 0.51, 200)]
    labels = ["a"] * 200 + ["a", "a", "b", "a"] * 50
    rule = choose_thresholds({"t": (("a", "b"), probabilities_of(confidence))}, {"t": labels}, 0.95, None).targets["t"]
    assert rule.auto is not None
    assert rule.suggest is not None
    assert rule.suggest.at_least < rule.auto.at_least
    assert rule.suggest.lower_bound >= 0.5


def test_label_that_the_model_does_not_know_counts_as_an_error() -> None:
    found = {"t": (("a", "b"), probabilities_of([0.9] * 60))}
    assert choose_thresholds(found, {"t": ["a"] * 60}, 0.95, None).targets["t"].auto is not None
    assert choose_thresholds(found, {"t": ["a"] * 59 + ["new"]}, 0.95, None).targets["t"].auto is None


@pytest.mark.parametrize("labels", [[None] * 60, ["a"] * 10 + [None] * 50])
def test_unlabelled_rows_are_no_evidence(labels: list[str | None]) -> None:
    found = {"t": (("a", "b"), probabilities_of([0.9] * 60))}
    assert choose_thresholds(found, {"t": labels}, 0.95, None).targets["t"].auto is None


def test_no_rows_are_no_evidence() -> None:
    rule = choose_thresholds({"t": (("a", "b"), np.zeros((0, 2)))}, {"t": []}, 0.95, None).targets["t"]
    assert rule.auto is rule.suggest is None
