"""What is said of a row follows from what came before it, whatever the file's order and whatever comes later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.metric_series import estate, history_of

from triage.datasets import MetricOptions, Table, to_metric_history
from triage.training.metrics import MetricHistory
from triage.training.watching import RowAnswers, watch_history
from triage.watch.budget import Budget
from triage.watch.points import Points
from triage.watch.watcher import Watcher


def watched(history: MetricHistory) -> RowAnswers:
    return watch_history(Watcher(Budget.parse("1/day")), history)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> MetricHistory:
    return history_of(estate(), tmp_path_factory.mktemp("estate"))


def test_every_row_has_a_score_and_the_fault_is_warned_of_with_its_cause(history: MetricHistory) -> None:
    answers = watched(history)
    assert answers.score.shape == (history.n_rows,)
    assert ((answers.score >= 0) & (answers.score <= 1)).all()
    found = [warning for warning in answers.warnings if warning.entity == "web" and warning.opened_at.day in {25, 26}]
    assert "latency" in {warning.causes[0].metric for warning in found}


def test_alerts_rows_and_warnings_are_the_same_events(history: MetricHistory) -> None:
    answers = watched(history)
    rows = np.flatnonzero(answers.alert)
    assert sorted(answers.causes) == rows.tolist()
    assert len(answers.alerts) == len(answers.warnings) == len(rows)
    at = {(history.entities[history.entity_of_row[row]], int(history.time_ns_of_row[row])) for row in rows.tolist()}
    assert {(each.entity, round(each.opened_at.timestamp()) * 10**9) for each in answers.warnings} == at


def test_row_in_which_a_metric_is_found_to_stand_still_is_marked_with_it_as_cause() -> None:
    values = np.random.default_rng(1).normal(size=900)
    values[500:] = values[499]
    times = pd.date_range("2026-01-01", periods=900, freq="min").strftime("%Y-%m-%dT%H:%M:%S")
    frame = pd.DataFrame({"entity": "web", "metric": "cpu", "timestamp": times, "value": values.astype(str)})
    answers = watched(to_metric_history(table_of(frame), MetricOptions()))
    warning = answers.warnings[-1]
    assert "cpu has not changed for 250 samples" in warning.why
    assert answers.alert[749]
    assert [cause.metric for cause in answers.causes[749]] == ["cpu"]
    # It uses nothing of the budget, and is not judged as if it did.
    assert len(answers.alerts) == len(answers.warnings) - 1


def test_the_file_s_order_does_not_matter(history: MetricHistory) -> None:
    turned = history.of_rows(np.ones(history.n_rows, dtype=bool))
    frame = estate().sample(frac=1, random_state=3)
    shuffled = to_metric_history(table_of(frame), MetricOptions())
    scores = pd.Series(watched(shuffled).score, index=frame.index).sort_index()
    assert np.array_equal(scores.to_numpy(), watched(turned).score)


def table_of(frame: pd.DataFrame) -> Table:
    return Table(Path("metrics.csv"), frame.reset_index(drop=True), tuple(frame.columns), np.arange(len(frame)) + 2)


def test_a_lone_metric_is_scored_as_a_series_and_several_as_their_entity(history: MetricHistory) -> None:
    watcher, points = Watcher(Budget.parse("1/day")), history.in_time_order()
    rows = watcher.series_of([entity for entity, _ in history.series], [metric for _, metric in history.series])
    said = watcher.handle(Points(rows[history.series_of_point[points]], history.time_ns[points], history.value[points]))
    answers = watched(history)
    db = history.entities.index("db")
    at_db = history.entity_of_point[points] == db
    assert np.array_equal(answers.score[history.row_of_point[points[at_db]]], said.score[at_db])
    last_of_web = np.flatnonzero(~at_db)[1::2]
    assert np.array_equal(answers.score[history.row_of_point[points[last_of_web]]], said.entity_score[last_of_web])


def test_a_row_without_samples_repeats_its_entity_s_last_score() -> None:
    frame = pd.DataFrame({"timestamp": np.arange(40), "entity": "web", "cpu": [*np.sin(np.arange(38)), 9.0, np.nan]})
    score = watched(to_metric_history(table_of(frame), MetricOptions())).score
    assert score[39] == score[38] > 0
    frame.loc[0, "cpu"] = np.nan
    assert watched(to_metric_history(table_of(frame), MetricOptions())).score[0] == 0.0


rows = st.tuples(
    st.sampled_from(["web", "db"]), st.integers(0, 40), st.one_of(st.none(), st.floats(-5, 5)), st.floats(-5, 5)
)


@given(st.lists(rows, min_size=1, max_size=60), st.integers(0, 40))
def test_nothing_later_changes_an_answer(drawn: list[tuple[str, int, float | None, float]], until: int) -> None:
    frame = pd.DataFrame(drawn, columns=["entity", "timestamp", "cpu", "mem"])
    whole = to_metric_history(table_of(frame), MetricOptions())
    early = frame["timestamp"].to_numpy() <= until
    if not early.any():
        return
    part = to_metric_history(table_of(frame[early]), MetricOptions())
    assert np.array_equal(watched(part).score, watched(whole).score[early])
    assert np.array_equal(watched(part).alert, watched(whole).alert[early])
