from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from tests.fakes import MemoryBundle, MemoryRuns, MemoryShelf
from tests.histories import constructed_history, nested, reworded
from tests.unit.training.running import quick_request, train, trained

from triage.decide.documents import to_policy
from triage.domain import Incident, ModelRef
from triage.engine import Engine, LoadedModel
from triage.errors import DataError
from triage.learn.inputs import InputColumns
from triage.learn.linear import Recipe
from triage.learn.model import IncidentModel
from triage.measure.splits import Split
from triage.parts import Part
from triage.training.evaluation import split_history
from triage.training.ports import History
from triage.training.request import Places
from triage.training.run import train_incidents

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TARGETS = ["topic", "impact", "urgency", "priority"]


def content_of(part: Part) -> tuple[str, dict[str, bytes]]:
    return json.dumps(part.document, sort_keys=True), {name: array.tobytes() for name, array in part.arrays.items()}


def bundle_of(history: History) -> MemoryBundle:
    shelf = MemoryShelf()
    train(history, shelf)
    return shelf.load("desk")


def with_labels(history: History, **columns: Sequence[str | None]) -> History:
    targets = history.targets.copy()
    for name, labels in columns.items():
        targets[name] = pd.Series(list(labels), dtype=object)
    return replace(history, targets=targets)


def engine_of(bundle: MemoryBundle) -> Engine:
    model, policy = IncidentModel.from_part(bundle.parts["served"]), to_policy(bundle.parts["policy"])
    return Engine([LoadedModel(ModelRef(bundle.name, bundle.version), model, policy)])


def test_first_model_is_promoted_and_reported_whole() -> None:
    history, bundle, report = trained()
    assert (report.name, report.version, report.run_id, report.promoted) == ("desk", "1", "run-1", True)
    assert report.comparisons == ()
    assert [scores.target for scores in report.scores] == list(report.policy.targets) == TARGETS
    assert report.recipes == dict.fromkeys(TARGETS[:3], Recipe(3.0, 0.5))
    assert report.slices == {"fit": 151, "validate": 47, "newest": 52, "purged": 10}
    assert to_policy(bundle.parts["policy"]) == report.policy
    assert {scores.n for scores in report.scores} == {52}
    assert sum(report.slices.values()) == len(history)


def test_target_follows_its_parent_before_and_after_the_refit_and_its_answers_back_off_to_it() -> None:
    history = nested(constructed_history(300))
    shelf = MemoryShelf()
    report = train(history, shelf)
    bundle = shelf.load("desk")
    assert report.parents == bundle.card["parents"] == {"kind": "topic"}
    for name in ("before_refit", "served"):
        assert IncidentModel.from_part(bundle.parts[name]).parents == {"kind": "topic"}
    # Says what it is about, and not where.
    texts = {"title": "vpn router gateway", "description": "wlan vpn"}
    (answer,) = engine_of(bundle).handle_many([Incident("1", "desk", NOW, None, texts)], NOW)
    topic, kind = (next(each for each in answer.predictions if each.target == name) for name in ("topic", "kind"))
    assert kind.ranked[0].label.startswith(topic.ranked[0].label)
    assert ("In its place stands topic 'network'" in kind.why) == (kind.decision != topic.decision)


def test_what_is_learnt_beats_the_commonest_label() -> None:
    for scores in trained()[2].scores:
        assert scores.accuracy > scores.majority_accuracy
        assert scores.macro_f1 > scores.majority_macro_f1


def test_bundle_remembers_which_rows_it_was_fitted_and_chosen_on() -> None:
    history, bundle, _ = trained()
    split: Split = split_history(history)
    memory = bundle.parts["rows"].arrays
    assert memory["fitted"].tolist() == sorted(history.keys[split.fit].tolist())
    assert memory["chosen_on"].tolist() == sorted(history.keys[split.validate].tolist())
    assert memory["served"].tolist() == sorted(history.keys.tolist())


def test_same_history_gives_the_same_bundle_to_the_last_byte() -> None:
    history, bundle, _ = trained()
    again = bundle_of(history)
    assert again.card == bundle.card
    assert {name: content_of(part) for name, part in again.parts.items()} == {
        name: content_of(part) for name, part in bundle.parts.items()
    }


def test_nothing_in_the_newest_rows_changes_what_is_judged_or_promised() -> None:
    history, bundle, _ = trained()
    changed = bundle_of(reworded(history, split_history(history).newest))
    for name in ("before_refit", "policy"):
        assert content_of(changed.parts[name]) == content_of(bundle.parts[name])
    assert changed.card["majorities"] == bundle.card["majorities"]
    assert content_of(changed.parts["served"]) != content_of(bundle.parts["served"])


def test_majority_row_is_that_of_the_rows_fitted_on() -> None:
    history = trained()[0]
    later = [*history.targets["topic"].tolist()[:182], *["printing"] * 78]
    report = train(with_labels(history, topic=later), MemoryShelf())
    # Fitted on mostly "access", judged on nothing but "printing".
    assert report.scores[0].majority_accuracy == 0.0


def test_thresholds_do_not_change_the_weights_and_later_rows_not_the_vocabulary() -> None:
    history, bundle, _ = trained()
    changed = bundle_of(reworded(history, split_history(history).threshold))
    assert content_of(changed.parts["before_refit"]) == content_of(bundle.parts["before_refit"])
    assert content_of(changed.parts["policy"]) != content_of(bundle.parts["policy"])


def test_served_model_knows_the_newest_words_and_the_judged_one_does_not() -> None:
    history, _, _ = trained()
    changed = bundle_of(reworded(history, split_history(history).newest))
    served, judged = (IncidentModel.from_part(changed.parts[name]) for name in ("served", "before_refit"))
    # Its pieces may be known from other words; the word itself is not.
    knows = [
        (model.features.terms.row("entirely").ids < model.features.terms.sizes[0]).any() for model in (served, judged)
    ]
    assert knows == [True, False]


def test_run_is_put_on_record_with_its_parameters_scores_and_data() -> None:
    history, _, _ = trained()
    runs, shelf = MemoryRuns(), MemoryShelf()
    report = train(history, shelf, runs)
    (record,) = runs.records
    assert (record.name, record.version, record.bundle) == ("desk", "1", shelf.folder("desk", "1"))
    assert record.scores == report.scores
    assert record.metrics["incidents"] == 260
    assert record.metrics["topic.accuracy"] == report.scores[0].accuracy
    assert np.isfinite(list(record.metrics.values())).all()
    assert record.parameters["targets"] == "topic, impact, urgency, priority"
    assert record.parameters["strength.topic"] == "3.0"
    assert record.parameters["half_life.topic"] == "0.5"
    assert "strength.priority" not in record.parameters
    assert record.tags == {"data.sha256": history.fingerprint, "code.version": "1.2.3"}
    assert runs.mirrored == [("desk", "1")]


def test_progress_is_told_in_sentences() -> None:
    told: list[str] = []
    train_incidents(trained()[0], quick_request(), Places(MemoryShelf(), MemoryRuns(), told.append))
    assert [sentence.split()[0] for sentence in told] == ["Fitting", "Judging", "Leaving", "Fitting", "Storing"]


def test_candidate_as_good_as_the_champion_is_promoted() -> None:
    history, shelf, runs = trained()[0], MemoryShelf(), MemoryRuns()
    train(history, shelf, runs)
    report = train(history, shelf, runs)
    assert (report.promoted, report.version, shelf.champion("desk")) == (True, "2", "2")
    assert {(found.target, found.low, found.high) for found in report.comparisons} == {
        (target, 0.0, 0.0) for target in TARGETS
    }


def test_candidate_that_is_surely_worse_is_stored_and_recorded_but_the_champion_stays() -> None:
    history, shelf, runs = trained()[0], MemoryShelf(), MemoryRuns()
    train(history, shelf, runs)
    before = shelf.load("desk")
    # The labels of all but the newest rows are one class further: whoever learns them is always wrong.
    labels, newest = history.targets["topic"].tolist(), set(split_history(history).newest.tolist())
    following = {"access": "network", "network": "printing", "printing": "access"}
    misled = [label if row in newest else following[label] for row, label in enumerate(labels)]
    report = train(with_labels(history, topic=misled), shelf, runs)
    assert not report.promoted
    assert [found.target for found in report.comparisons if found.is_worse] == ["topic"]
    assert report.version == "2"
    assert shelf.load("desk", "2").version == "2"
    assert shelf.champion("desk") == "1"
    assert shelf.load("desk") is before
    assert len(runs.records) == 2
    assert runs.mirrored == [("desk", "1")]


def test_other_models_on_the_shelf_are_not_compared_with() -> None:
    history, shelf = trained()[0], MemoryShelf()
    shelf.champions["other"] = "9"
    assert train(history, shelf).promoted


@pytest.mark.parametrize("n", [0, 1, 29])
def test_history_that_is_too_small_is_refused(n: int) -> None:
    with pytest.raises(DataError, match=f"constructed holds {n} incidents; at least 30"):
        train(constructed_history(n), MemoryShelf())


@pytest.mark.parametrize("target", TARGETS)
def test_target_with_a_single_label_is_refused_by_name(target: str) -> None:
    history = trained()[0]
    shelf = MemoryShelf()
    with pytest.raises(DataError) as caught:
        train(with_labels(history, **{target: ["only"] * len(history)}), shelf)
    assert [problem.where for problem in caught.value.problems] == [target]
    assert "'only'" in str(caught.value)
    assert not shelf.bundles


def test_labels_that_were_all_known_too_late_are_refused_with_the_reason() -> None:
    with pytest.raises(DataError, match="without looking ahead"):
        train(constructed_history(60, known_after_h=1e4), MemoryShelf())


def test_texts_that_share_no_word_are_refused() -> None:
    history = constructed_history(60)
    unlike = history.inputs.assign(title=[chr(ord("一") + number) for number in range(60)])
    with pytest.raises(DataError, match="no two of the texts"):
        train(replace(history, inputs=unlike, columns=InputColumns(("title",), (), opened_at=False)), MemoryShelf())


def test_fewest_incidents_are_learnt_and_nothing_is_automatic() -> None:
    shelf = MemoryShelf()
    report = train(constructed_history(30), shelf)
    assert report.promoted
    assert report.policy.targets["topic"].auto is None
    (prediction,) = engine_of(shelf.load("desk")).handle(Incident("1", "s", NOW), NOW).predictions
    assert prediction.target == "topic"


def test_history_without_times_is_cut_by_its_order() -> None:
    history = replace(trained()[0], opened_at=None, known_at=None)
    report = train(history, MemoryShelf())
    assert report.slices == {"fit": 156, "validate": 52, "newest": 52, "purged": 0}


@pytest.mark.parametrize("target", ["topic", "impact", "priority"])
def test_label_of_the_newest_rows_only_is_served_and_scored_as_an_error(target: str) -> None:
    history = trained()[0]
    labels = [*history.targets[target].tolist()[:-5], *["9 - never before"] * 5]
    shelf = MemoryShelf()
    report = train(with_labels(history, **{target: labels}), shelf)
    (scores,) = (each for each in report.scores if each.target == target)
    assert scores.classes[-1] == "9 - never before"
    triage = engine_of(shelf.load("desk")).handle(Incident("1", "s", NOW, labels={"title": "vpn"}), NOW)
    for prediction in triage.predictions:
        assert sum(ranked.probability for ranked in prediction.ranked) == pytest.approx(1.0)


def test_target_without_labels_in_the_newest_rows_has_no_scores_but_the_run_goes_on() -> None:
    history = trained()[0]
    labels = [*history.targets["topic"].tolist()[:200], *[None] * 60]
    shelf, runs = MemoryShelf(), MemoryRuns()
    report = train(with_labels(history, topic=labels), shelf, runs)
    assert report.scores[0].n == 0
    assert "topic.accuracy" not in runs.records[0].metrics
    assert json.dumps(shelf.load("desk").card["scores"], allow_nan=False)


def test_priority_is_learnt_from_the_text_where_impact_is_no_target() -> None:
    history = trained()[0]
    report = train(replace(history, targets=history.targets[["urgency", "priority"]]), MemoryShelf())
    assert list(report.recipes) == ["urgency", "priority"]
    assert report.policy.priority is None
