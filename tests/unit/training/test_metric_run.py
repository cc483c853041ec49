from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.fakes import MemoryBundle, MemoryRuns, MemoryShelf
from tests.metric_series import estate, history_of

from triage.errors import DataError, UsageError
from triage.measure.warnings import Window
from triage.training.metric_evaluation import MetricSlice, evaluate_metrics, open_watcher
from triage.training.metric_run import MetricReport, MetricRequest, train_metrics
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.reach import MetricFit
from triage.training.request import Places
from triage.watch.budget import Budget

MINUTE = 60 * 10**9
REQUEST = MetricRequest("estate", Budget.parse("1/day"), Window(90 * MINUTE))


@pytest.fixture
def history(tmp_path: Path) -> MetricHistory:
    return history_of(estate(), tmp_path)


@pytest.fixture
def places() -> Places:
    return Places(MemoryShelf(), MemoryRuns(), lambda _: None)


def incidents_at(history: MetricHistory, *days: float, entity: str = "web") -> MetricIncidents:
    opened = np.array([int(history.time_ns_of_row.min() + day * 86_400e9) for day in days], dtype=np.int64)
    return MetricIncidents("incidents", (entity,) * len(days), opened, opened + 30 * MINUTE, tuple(map(str, days)))


def train(history: MetricHistory, places: Places, incidents: MetricIncidents | None = None) -> MetricReport:
    return train_metrics(history, incidents, REQUEST, places)


def test_a_run_is_stored_put_on_record_and_promoted(history: MetricHistory, places: Places) -> None:
    report = train(history, places, incidents_at(history, 4.5, 5.4))
    assert places.shelf.champion("estate") == report.version == "1"
    assert isinstance(places.runs, MemoryRuns)
    (record,) = places.runs.records
    assert places.runs.mirrored == [("estate", "1")]
    assert {"series", "points", "alerts_per_entity_day", "early_recall", "lift"} <= set(record.metrics)
    card = places.shelf.load("estate").card
    assert card["kind"] == "metrics"
    assert (report.entities, report.series, report.points) == (2, 3, len(history))


def test_incidents_of_the_earlier_part_are_not_judged(history: MetricHistory, places: Places) -> None:
    report = train(history, places, incidents_at(history, 1.0, 4.5, 5.4))
    assert (report.scores.incidents, report.incidents_left_out) == (2, 1)


def test_incidents_of_unknown_entities_are_left_out_and_counted(history: MetricHistory, places: Places) -> None:
    report = train(history, places, incidents_at(history, 5.4, entity="cache"))
    assert (report.scores.incidents, report.incidents_left_out) == (0, 1)


def test_an_alert_on_an_incident_that_is_not_judged_is_not_false_either(history: MetricHistory, places: Places) -> None:
    without = train(history, places).scores
    # Half an hour after the cut at 4.2 days: a whole horizon was not watched.
    every_moment = incidents_at(history, *np.arange(4.21, 4.26, 0.01).tolist())
    assert train(history, places, every_moment).scores.alerts <= without.alerts


def test_the_evaluation_of_the_training_file_says_what_the_run_said(history: MetricHistory, places: Places) -> None:
    incidents = incidents_at(history, 4.5, 5.4)
    report = train(history, places, incidents)
    judged = evaluate_metrics(places.shelf.load("estate"), history, incidents)
    assert judged.fit is MetricFit.BEFORE_REFIT
    assert judged.scores == report.scores
    everything = evaluate_metrics(places.shelf.load("estate"), history, incidents, MetricSlice.ALL)
    assert everything.left_out == history.n_rows - judged.in_slice
    assert everything.scores == report.scores


def test_a_later_file_is_judged_by_the_watcher_that_serves(history: MetricHistory, places: Places) -> None:
    train(history, places)
    later = history.moved(7 * 86_400 * 10**9)
    judged = evaluate_metrics(places.shelf.load("estate"), later, incidents_at(later, 4.5, 5.4), MetricSlice.ALL)
    assert (judged.fit, judged.left_out) == (MetricFit.SERVED, 0)
    assert judged.scores.incidents == 2


def test_steps_that_are_numbered_anew_follow_the_training(tmp_path: Path, places: Places) -> None:
    frame = estate()
    frame["timestamp"] = np.arange(len(frame)) // 2
    train(history_of(frame, tmp_path), places)
    other = estate(seed=2)
    other["timestamp"] = np.arange(len(other)) // 2
    new = history_of(other, tmp_path)
    judged = evaluate_metrics(places.shelf.load("estate"), new, incidents_at(new, 0.5), MetricSlice.ALL)
    assert (judged.fit, judged.left_out) == (MetricFit.SERVED, 0)


def test_too_short_a_history_is_refused(history: MetricHistory, places: Places) -> None:
    with pytest.raises(DataError, match="Give a longer history"):
        train(history.of_rows(np.arange(history.n_rows) < 20), places)


def test_a_model_of_incidents_is_no_watcher(history: MetricHistory, places: Places) -> None:
    train(history, places)
    with pytest.raises(UsageError, match="triage label"):
        open_watcher(MemoryBundle("desk", "1", {}, places.shelf.load("estate").parts))


def test_the_stored_watcher_answers_as_it_was_fitted(history: MetricHistory, places: Places) -> None:
    report = train(history, places)
    watcher = open_watcher(places.shelf.load("estate"))
    assert watcher.threshold == report.threshold
    assert watcher.budget == REQUEST.budget
