from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.fakes import MemoryBundle, MemoryRuns, MemoryShelf
from tests.histories import constructed_history, timed
from tests.unit.training.running import train

from triage.decide.documents import to_policy
from triage.domain import Incident, ModelRef, Triage
from triage.engine import Engine, LoadedModel
from triage.learn.duration import LEVELS, DurationModel
from triage.learn.model import IncidentModel
from triage.training.durations import waits_before
from triage.training.evaluation import Slice, evaluate, split_history
from triage.training.ports import History
from triage.training.run import TrainingReport

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def history() -> History:
    return timed(constructed_history(700, known_after_h=None))


@cache
def trained() -> tuple[MemoryBundle, TrainingReport, MemoryRuns]:
    shelf, runs = MemoryShelf(), MemoryRuns()
    report = train(history(), shelf, runs)
    return shelf.load("desk"), report, runs


def test_both_fits_are_stored_and_the_card_and_the_record_say_how_they_did() -> None:
    bundle, report, runs = trained()
    assert report.outlook.hours is not None
    assert {"duration", "duration_before_refit"} <= set(bundle.parts)
    card = bundle.card["duration"]
    assert isinstance(card, dict)
    assert card["scores"] == report.outlook.hours.as_document()
    assert runs.records[0].metrics["hours.median_error"] == report.outlook.hours.median_error


def test_hours_told_are_nearer_than_the_same_hours_for_all() -> None:
    hours = trained()[1].outlook.hours
    assert hours is not None
    assert hours.overall.n == 140
    assert hours.pinball < 0.9 * hours.constant_pinball


def test_evaluation_of_the_training_file_says_what_training_said() -> None:
    bundle, report, _ = trained()
    assert evaluate(bundle, history()).outlook.hours == report.outlook.hours


def test_rows_that_had_a_part_in_it_are_not_judged() -> None:
    bundle, report, _ = trained()
    assert evaluate(bundle, history(), Slice.VALIDATE).outlook.hours is None
    assert evaluate(bundle, history(), Slice.ALL).outlook.hours == report.outlook.hours


def test_nothing_known_later_than_the_first_judged_opening_changes_what_is_judged() -> None:
    bundle, _, _ = trained()
    given = history()
    assert given.opened_at is not None
    begin = int(split_history(given).newest[0])
    later = (given.outcomes["resolved_at"] > given.opened_at.iloc[begin]).to_numpy()
    hours = given.outcomes["hours"].where(~later, given.outcomes["hours"] + 77.0)
    resolved_at = given.outcomes["resolved_at"].where(~later, given.outcomes["resolved_at"] + pd.Timedelta(hours=77))
    shelf = MemoryShelf()
    train(replace(given, outcomes=pd.DataFrame({"hours": hours, "resolved_at": resolved_at})), shelf)
    again = shelf.load("desk").parts["duration_before_refit"].arrays
    for name, array in bundle.parts["duration_before_refit"].arrays.items():
        assert array.tobytes() == again[name].tobytes()


def test_open_cases_count_as_open() -> None:
    given = history()
    waits = waits_before(given, 560)
    assert waits is not None
    assert len(waits) == 560
    assert 0 < (~waits.ended).sum() < 200


def engine() -> Engine:
    bundle = trained()[0]
    model, policy = IncidentModel.from_part(bundle.parts["served"]), to_policy(bundle.parts["policy"])
    duration = DurationModel.from_part(bundle.parts["duration"], len(model.features))
    return Engine([LoadedModel(ModelRef("desk", "1"), model, policy, duration=duration)])


def incident(title: str, **labels: str) -> Incident:
    return Incident("INC1", "desk", OPENED, OPENED, {"title": title, **labels})


def middle(triage: Triage) -> float:
    assert triage.duration is not None
    return dict(triage.duration.quantiles)[0.5]


def test_an_answer_tells_hours_by_what_the_incident_says() -> None:
    quick, slow = engine().handle_many([incident("printer toner"), incident("locked account password")], OPENED)
    assert 10 * middle(quick) < middle(slow)
    assert quick.duration is not None
    assert [level for level, _ in quick.duration.quantiles] == list(LEVELS)
    assert quick.duration.model == ModelRef("desk", "1")


def test_an_answer_tells_the_same_hours_alone_and_among_others() -> None:
    events = [incident("printer toner"), incident("router"), incident("badge login")]
    assert [engine().handle(event, OPENED).duration for event in events] == [
        triage.duration for triage in engine().handle_many(events, OPENED)
    ]


def test_an_update_that_says_it_is_open_still_is_told_more_hours() -> None:
    update = {"state": "In Progress", "sys_updated_at": "2026-03-04T09:00:00Z"}
    still_open = engine().handle(incident("printer toner", **update), OPENED)
    assert middle(still_open) > 48.0 > middle(engine().handle(incident("printer toner"), OPENED))


def test_an_incident_that_gives_nothing_is_told_nothing() -> None:
    assert engine().handle(Incident("INC1", "desk", OPENED, OPENED, {}), OPENED).duration is None


@pytest.mark.parametrize(
    "outcomes", [pd.DataFrame(index=pd.RangeIndex(260)), pd.DataFrame({"hours": np.full(260, np.nan)})]
)
def test_a_history_without_resolutions_trains_without(outcomes: pd.DataFrame) -> None:
    shelf = MemoryShelf()
    report = train(replace(constructed_history(260), outcomes=outcomes), shelf)
    assert report.outlook.hours is None
    assert "duration" not in shelf.load("desk").parts
    assert "duration" not in shelf.load("desk").card
