from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.histories import as_inputs, constructed_history, fitted_model

from triage.decide.policy import Policy, TargetPolicy
from triage.domain import Incident, IncidentEnd, ModelRef, OutcomeValue, Precedent
from triage.engine import Engine, LoadedModel
from triage.learn.features import Features
from triage.learn.precedents import Precedents
from triage.training.precedents import gather_precedents

# Nine hours behind the clocks of Tokyo, which know no summer time.
MORNING = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = "turnstile of the canteen blocks"


def engine_in_tokyo() -> Engine:
    """Return an engine whose model was trained on times without a zone, by the clocks of Tokyo."""
    model = fitted_model()
    features = model.features
    columns = replace(features.columns, time="created", tz="Asia/Tokyo")
    model = replace(model, features=Features(columns, features.terms, features.fields, features.pairs))
    history = constructed_history()
    gathered = gather_precedents(history, as_inputs(history), with_rule=False)
    precedents = Precedents(gathered.index, gathered.endings, None, most_recent=100)
    policy = Policy({head.target: TargetPolicy(0.95, None, None) for head in model.heads})
    return Engine([LoadedModel(ModelRef("desk", "1"), model, policy, precedents=precedents)])


def sent(id_: str, created: str, now: datetime) -> Incident:
    """Return an incident as it is taken in: by who knows no zone, and takes the time for UTC."""
    return Incident(id_, "desk", now, datetime.fromisoformat(f"{created}Z"), {"created": created, "title": TEXT})


def nearest(engine: Engine, created: str, now: datetime) -> Precedent:
    return engine.handle(sent("ASK", created, now), now).precedents[0]


def test_incidents_that_came_in_are_placed_in_time_by_the_zone_of_the_model() -> None:
    engine = engine_in_tokyo()
    engine.remember([sent("A", "2026-06-01 09:00", MORNING)])
    found = nearest(engine, "2026-06-01 09:30", MORNING + timedelta(minutes=30))
    assert (found.id, found.opened_at) == ("A", MORNING)


def test_times_of_resolution_are_read_in_the_zone_of_the_model() -> None:
    engine = engine_in_tokyo()
    first = sent("A", "2026-06-01 09:00", MORNING)
    engine.remember([first])
    known_at = MORNING + timedelta(hours=2)
    engine.remember_ends([IncidentEnd(first, (OutcomeValue("resolved_at", "2026-06-01 10:30", known_at),))])
    assert nearest(engine, "2026-06-01 12:00", MORNING + timedelta(hours=3)).hours == 1.5
