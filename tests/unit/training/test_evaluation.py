from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from tests.histories import as_inputs, constructed_history
from tests.unit.training.running import trained

from triage.decide.documents import to_policy
from triage.decide.policy import Policy, TargetPolicy
from triage.decide.promise import Threshold
from triage.domain import Decision, Incident, ModelRef
from triage.engine import Engine, LoadedModel
from triage.errors import DataError
from triage.learn.model import IncidentModel
from triage.training.evaluation import Fit, Slice, evaluate, probabilities, score
from triage.training.ports import History

FRESH = constructed_history(60, seed=77, priority=True)
RULE = TargetPolicy(0.9, Threshold(0.8, 59, 59, 0.95), None)
NOW = datetime(2026, 2, 1, tzinfo=UTC)
NOBODY = np.zeros(3, bool)


def first_rows(history: History, n: int) -> History:
    assert history.opened_at is not None
    assert history.known_at is not None
    return replace(
        history,
        inputs=history.inputs[:n],
        targets=history.targets[:n],
        opened_at=history.opened_at[:n],
        known_at=history.known_at[:n],
        keys=history.keys[:n],
    )


def as_incidents(history: History) -> list[Incident]:
    assert history.opened_at is not None
    rows = zip(history.inputs.to_dict("records"), history.opened_at, strict=True)
    return [
        Incident(str(number), "", NOW, at.to_pydatetime(), {str(name): cell for name, cell in row.items() if cell})
        for number, (row, at) in enumerate(rows)
    ]


def joined_keys(first: History, second: History) -> History:
    """Return the second history with the identities of some of its newest rows taken from the first."""
    keys = second.keys.copy()
    keys[-2:] = first.keys[:2]
    return replace(second, keys=keys)


def test_newest_slice_of_the_training_file_is_judged_by_the_fit_from_before_as_the_report_was() -> None:
    history, bundle, report = trained()
    found = evaluate(bundle, history)
    assert found.fit is Fit.BEFORE_REFIT
    assert (found.rows, found.in_slice, found.left_out) == (260, 52, 0)
    assert [scores.as_document() for scores in found.scores] == [scores.as_document() for scores in report.scores]


@pytest.mark.parametrize("which", Slice)
def test_fresh_file_is_judged_by_the_served_fit(which: Slice) -> None:
    found = evaluate(trained()[1], FRESH, which)
    assert found.fit is Fit.SERVED
    assert found.left_out == 0
    assert found.in_slice == {Slice.NEWEST: 12, Slice.VALIDATE: 7, Slice.ALL: 60}[which]
    assert [scores.n for scores in found.scores] == [found.in_slice] * 4


def test_served_fit_is_judged_as_it_answers() -> None:
    bundle = trained()[1]
    model, policy = IncidentModel.from_part(bundle.parts["served"]), to_policy(bundle.parts["policy"])
    expected = {
        target: accuracy_score(FRESH.targets[target], np.array(labels)[predicted.argmax(axis=1)])
        for target, (labels, predicted) in probabilities(model, policy, as_inputs(FRESH)).items()
    }
    found = evaluate(bundle, FRESH, Slice.ALL)
    assert {scores.target: scores.accuracy for scores in found.scores} == pytest.approx(expected)


def test_rows_that_were_fitted_or_chosen_on_are_left_out_and_counted() -> None:
    history, bundle, report = trained()
    found = evaluate(bundle, history, Slice.ALL)
    assert found.fit is Fit.BEFORE_REFIT
    assert found.in_slice == 260
    assert found.left_out == report.slices["fit"] + report.slices["validate"]
    assert [scores.n for scores in found.scores] == [260 - found.left_out] * 4


def test_validation_slice_is_shown_to_who_asks_for_it_by_name() -> None:
    history, bundle, report = trained()
    found = evaluate(bundle, history, Slice.VALIDATE)
    assert (found.fit, found.left_out) == (Fit.BEFORE_REFIT, 0)
    assert found.in_slice == report.slices["validate"]


def test_file_with_some_known_rows_is_judged_by_the_fit_from_before_without_them() -> None:
    history, bundle, _ = trained()
    found = evaluate(bundle, joined_keys(history, FRESH), Slice.ALL)
    assert (found.fit, found.left_out) == (Fit.BEFORE_REFIT, 2)


def test_nothing_left_to_judge_is_an_error() -> None:
    history, bundle, _ = trained()
    with pytest.raises(DataError, match="Nothing is left to judge 'desk' on in the newest slice"):
        evaluate(bundle, first_rows(history, 150))


def test_file_without_times_is_read_as_incidents_without_times() -> None:
    bundle = trained()[1]
    timeless = replace(FRESH, opened_at=None, known_at=None, columns=replace(FRESH.columns, opened_at=False))
    found = evaluate(bundle, timeless, Slice.ALL)
    assert found.scores[0].n == 60


def test_bundle_that_does_not_name_the_commonest_labels_is_refused() -> None:
    bundle = trained()[1]
    with pytest.raises(DataError, match="names no majorities"):
        evaluate(replace(bundle, card={**bundle.card, "majorities": None}), FRESH)


def test_derived_priority_is_among_the_probabilities() -> None:
    bundle = trained()[1]
    model, policy = IncidentModel.from_part(bundle.parts["served"]), to_policy(bundle.parts["policy"])
    found = probabilities(model, policy, as_inputs(FRESH))
    assert list(found) == ["topic", "impact", "urgency", "priority"]
    for labels, predicted in found.values():
        assert predicted.shape == (60, len(labels))
        assert predicted.sum(axis=1) == pytest.approx(np.ones(60))


def test_rows_without_a_label_are_not_judged_and_new_labels_are_errors() -> None:
    found = {"t": (("a", "b"), np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]]))}
    (scores,) = score(found, Policy({"t": RULE}), ({"t": ["a", None, "new"]}, NOBODY[:3]), {"t": "a"})
    assert (scores.n, scores.accuracy, scores.coverage, scores.precision) == (2, 0.5, 1.0, 0.5)
    assert scores.classes == ("a", "b", "new")


def test_commonest_label_need_not_be_predictable_nor_occur() -> None:
    found = {"t": (("a", "b"), np.array([[0.9, 0.1]]))}
    (scores,) = score(found, Policy({"t": RULE}), ({"t": ["a"]}, NOBODY[:1]), {"t": "gone"})
    assert (scores.accuracy, scores.majority_accuracy) == (1.0, 0.0)


def test_slice_without_labels_is_scored_as_unknown() -> None:
    found = {"t": (("a", "b"), np.array([[0.9, 0.1]]))}
    (scores,) = score(found, Policy({"t": RULE}), ({"t": [None]}, NOBODY[:1]), {"t": "a"})
    assert scores.n == 0
    assert np.isnan(scores.accuracy)


def test_what_serving_would_not_set_is_not_counted_as_automatic() -> None:
    found = {"t": (("a", "b"), np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]))}
    policy = Policy({"t": replace(RULE, rare=("b",))})
    (scores,) = score(found, policy, ({"t": ["a", "b", "b"]}, np.array([False, True, False])), {"t": "a"})
    assert scores.coverage == pytest.approx(1 / 3)
    assert scores.precision == 1.0


def test_report_and_engine_agree_on_what_is_automatic() -> None:
    bundle = trained()[1]
    strange = replace(FRESH, inputs=FRESH.inputs.assign(title="zzz qqq", description="xyzzy plugh", site=None))
    loaded = LoadedModel(
        ModelRef("desk", "1"), IncidentModel.from_part(bundle.parts["served"]), to_policy(bundle.parts["policy"])
    )
    for history in (FRESH, strange):
        answers = Engine([loaded]).handle_many(as_incidents(history), NOW)
        scores = evaluate(bundle, history, Slice.ALL).scores
        automatic = Counter(
            one.target for answer in answers for one in answer.predictions if one.decision is Decision.AUTO
        )
        assert {one.target: round(one.coverage * len(history)) for one in scores} == {
            one.target: automatic[one.target] for one in scores
        }
