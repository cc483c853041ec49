from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.histories import as_inputs
from tests.unit.training.running import trained

from triage.decide.documents import to_policy
from triage.learn.inputs import from_frame
from triage.learn.model import IncidentModel
from triage.training.evaluation import Probabilities, probabilities, split_history
from triage.training.gate import Comparison, compare

HISTORY, CHAMPION, _ = trained()
NEWEST = split_history(HISTORY).newest


def answers(part: str = "before_refit") -> Probabilities:
    model, policy = IncidentModel.from_part(CHAMPION.parts[part]), to_policy(CHAMPION.parts["policy"])
    return probabilities(model, policy, as_inputs(HISTORY).take(NEWEST.tolist()))


def certain(target: str, *, right: bool) -> Probabilities:
    """Answer with the true label throughout, or always with another."""
    labels = sorted(set(HISTORY.targets[target]))
    truth = [labels.index(label) for label in HISTORY.targets[target].iloc[NEWEST]]
    chosen: NDArray[np.int64] = (np.array(truth) + (0 if right else 1)) % len(labels)
    return {target: (labels, np.eye(len(labels))[chosen])}


def test_candidate_that_answers_like_the_champion_is_not_worse() -> None:
    comparisons = compare(answers(), CHAMPION, HISTORY, NEWEST)
    assert comparisons == tuple(Comparison(target, 52, 0.0, 0.0) for target in answers())
    assert not any(comparison.is_worse for comparison in comparisons)


def test_candidate_that_is_always_wrong_is_worse() -> None:
    (comparison,) = compare(certain("topic", right=False), CHAMPION, HISTORY, NEWEST)
    assert comparison.is_worse
    assert -1.0 <= comparison.low <= comparison.high < 0.0


def test_candidate_that_is_always_right_is_not_worse() -> None:
    (comparison,) = compare(certain("topic", right=True), CHAMPION, HISTORY, NEWEST)
    assert not comparison.is_worse
    assert 0.0 < comparison.low <= comparison.high <= 1.0


def test_candidate_with_a_few_more_errors_is_not_worse_beyond_chance() -> None:
    candidate = answers()
    labels, predicted = candidate["topic"]
    worse = predicted.copy()
    worse[:2] = predicted[:2, ::-1]
    assert not any(found.is_worse for found in compare({"topic": (labels, worse)}, CHAMPION, HISTORY, NEWEST))


def test_same_answers_give_the_same_comparison() -> None:
    first = compare(certain("topic", right=False), CHAMPION, HISTORY, NEWEST)
    assert compare(certain("topic", right=False), CHAMPION, HISTORY, NEWEST) == first


def test_target_that_the_champion_does_not_know_is_not_compared() -> None:
    extended = replace(HISTORY, targets=HISTORY.targets.assign(new=HISTORY.targets["topic"]))
    candidate = {"new": certain("topic", right=True)["topic"]}
    assert compare(candidate, CHAMPION, extended, NEWEST) == ()


def test_rows_that_the_champion_was_fitted_on_are_left_out() -> None:
    keys = HISTORY.keys.copy()
    keys[NEWEST[:3]] = HISTORY.keys[:3]
    assert compare(answers(), CHAMPION, replace(HISTORY, keys=keys), NEWEST) == ()
    keys[NEWEST[1:3]] = HISTORY.keys[NEWEST[1:3]]
    comparisons = compare(answers(), CHAMPION, replace(HISTORY, keys=keys), NEWEST)
    assert {comparison.rows for comparison in comparisons} == {51}


def test_rows_without_a_label_are_not_compared() -> None:
    targets = HISTORY.targets.copy()
    targets.loc[NEWEST[:2], "topic"] = None
    targets.loc[NEWEST[:3], "impact"] = None
    targets.loc[NEWEST, "urgency"] = None
    comparisons = compare(answers(), CHAMPION, replace(HISTORY, targets=targets), NEWEST)
    assert {comparison.target: comparison.rows for comparison in comparisons} == {"topic": 50, "priority": 52}


@pytest.mark.parametrize("column", ["title", "site"])
def test_champion_is_not_judged_on_a_file_without_its_columns(column: str) -> None:
    lacking = replace(HISTORY, inputs=HISTORY.inputs.drop(columns=column))
    assert compare(certain("topic", right=False), CHAMPION, lacking, NEWEST) == ()


def test_champion_that_reads_times_is_not_judged_on_a_file_without() -> None:
    assert compare(certain("topic", right=False), CHAMPION, replace(HISTORY, opened_at=None), NEWEST) == ()


def test_champion_reads_its_own_columns_whatever_the_candidate_reads() -> None:
    fewer = replace(HISTORY.columns, text=("description",), fields=())
    comparisons = compare(answers(), CHAMPION, replace(HISTORY, columns=fewer), NEWEST)
    assert {(comparison.low, comparison.high) for comparison in comparisons} == {(0.0, 0.0)}
    assert from_frame(HISTORY.inputs, None, fewer).texts != as_inputs(HISTORY).texts
