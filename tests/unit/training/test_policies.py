from __future__ import annotations

import numpy as np
import pytest
from tests.histories import constructed_history, fitted_model, labels_of, take

from triage.decide.policy import Policy
from triage.errors import DataError
from triage.learn.heads import to_positions
from triage.training.evidence import ChoosingRows
from triage.training.policies import choose_policy, choose_priority_rule, name_derived

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


def choosing(n: int, *, labels: dict[str, list[str | None]] | None = None, waiting: int = 0) -> ChoosingRows:
    inputs, truths = take(HISTORY, range(240 - n, 240))
    some = HISTORY if waiting else None
    asleep = take(HISTORY, range(waiting))[0] if some else inputs.take([])
    waits = np.zeros(n) if not waiting else np.linspace(0, 5, n)
    return ChoosingRows(inputs, truths | (labels or {}), asleep, waits, np.linspace(10, 0, n + waiting))


def chosen(
    rows: ChoosingRows,
    promise: float = 0.6,
    targets: dict[str, list[str | None]] | None = None,
    older: int = len(HISTORY),
) -> Policy:
    rule = choose_priority_rule(fitted_model(), FITTED, CALIBRATE, "priority")
    return choose_policy(fitted_model(), rows, promise, rule, (targets or labels_of(HISTORY), np.arange(older)))


def test_thresholds_are_chosen_for_each_target() -> None:
    policy = chosen(choosing(70))
    assert list(policy.targets) == ["topic", "impact", "urgency", "priority"]
    assert policy.targets["topic"].auto is not None
    assert policy.targets["topic"].auto.lower_bound >= 0.6
    assert {rule.promise for rule in policy.targets.values()} == {0.6}
    assert policy.familiarity is not None


def test_suggestions_ask_for_less_than_the_promise() -> None:
    rule = chosen(choosing(70), promise=0.8).targets["topic"]
    assert rule.suggest is not None
    assert rule.suggest.lower_bound >= 0.5
    assert rule.auto is None or rule.suggest.at_least <= rule.auto.at_least


def test_label_that_the_model_does_not_know_counts_as_an_error() -> None:
    unknown: dict[str, list[str | None]] = {"topic": ["new"] * 70}
    rule = chosen(choosing(70, labels=unknown)).targets["topic"]
    assert rule.auto is rule.suggest is None


@pytest.mark.parametrize("labels", [[None] * 70, [*["network"] * 3, *[None] * 67]])
def test_unlabelled_rows_are_no_evidence(labels: list[str | None]) -> None:
    assert chosen(choosing(70, labels={"topic": labels})).targets["topic"].auto is None


def test_no_rows_are_no_evidence() -> None:
    policy = chosen(choosing(0))
    assert all(rule.auto is rule.suggest is None for rule in policy.targets.values())


def test_labels_of_too_few_tickets_are_no_evidence_for_automatic_ones_but_for_suggestions() -> None:
    few = labels_of(HISTORY) | {"topic": ["network"] * 10 + ["printing"] * 10 + ["access"] * 10 + [None] * 210}
    rule = chosen(choosing(70), targets=few).targets["topic"]
    assert rule.rare == ("access", "network", "printing")
    assert rule.auto is None
    assert rule.suggest is not None


def test_tickets_that_judge_do_not_make_a_label_less_rare() -> None:
    topics = [*["network"] * 30, *["printing"] * 15, *[None] * 135, *["printing"] * 10, *["lift"] * 30, *[None] * 20]
    few = labels_of(HISTORY) | {"topic": topics}
    assert chosen(choosing(70), targets=few).targets["topic"].rare == ()
    # The newest fifth is looked at to report, and not to choose by.
    assert chosen(choosing(70), targets=few, older=180).targets["topic"].rare == ("lift", "printing")


def test_labels_that_wait_lower_the_bound() -> None:
    known, waiting = (chosen(choosing(60, waiting=waiting), promise=0.5).targets["topic"].auto for waiting in (0, 100))
    assert known is not None
    assert waiting is None or waiting.lower_bound < known.lower_bound
