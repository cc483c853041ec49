from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from triage.domain import (
    Duplicate,
    Incident,
    IncidentEnd,
    IncidentState,
    ModelRef,
    OutcomeValue,
    Precedent,
    PrecedentQuery,
)
from triage.learn.duplicates import DuplicateRule
from triage.learn.endings import Coded, Endings
from triage.learn.inputs import InputColumns
from triage.learn.precedent_index import build_index
from triage.learn.precedents import Asked, Precedents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DESK = ModelRef("desk", "1")
PAST = ["printer jam on floor two", "vpn gateway lost", "password expired again"]
COLUMNS = InputColumns(("text",), ("site",), opened_at=False)
LINKED = DuplicateRule("linked", -6.0, 10.0, 200)


def past(rule: DuplicateRule | None = LINKED, most_recent: int = 100) -> Precedents:
    """One incident a day, the last one five days before noon, all resolved within two hours."""
    opened_at = np.array([int((NOON + timedelta(days=day)).timestamp()) * 10**6 for day in (-7, -6, -5)], np.int64)
    nothing, sites = Coded.of([None] * 3), Coded.of(["Bonn"] * 3)
    topics = Coded.of(["printing", "network", "access"])
    known_at, hours, reopened = opened_at + 7_200_000_000, np.full(3, 2.0), np.full(3, -1, np.int32)
    fields = {"site": sites}
    endings = Endings(
        ("INC0", "INC1", "INC2"), opened_at, known_at, hours, reopened, nothing, {"topic": topics}, fields
    )
    return Precedents(build_index(PAST), endings, rule, most_recent)


def told(of: Precedents, id_: str, text: str, at: datetime = NOON, **labels: str) -> None:
    of.remember(Incident(id_, "desk", at, None, labels), text, COLUMNS)


def end(of: Precedents, id_: str, opened_at: datetime, known_at: datetime, **values: str) -> None:
    said = tuple(OutcomeValue(name, value, known_at) for name, value in values.items())
    of.tell(IncidentEnd(Incident(id_, "desk", opened_at), said), COLUMNS)


def ask(
    of: Precedents, text: str, wanted: PrecedentQuery | None = None, at: datetime = NOON, id_: str = "new"
) -> tuple[tuple[Precedent, ...], Duplicate | None]:
    return of.find(Asked(id_, text, {"site": "Bonn"}, at), wanted or PrecedentQuery(), DESK)


def test_what_came_in_since_is_found_with_its_time_and_nothing_of_how_it_ends() -> None:
    precedents = past()
    told(precedents, "INC9", "scanner lost", NOON - HOUR)
    found, duplicate = ask(precedents, "scanner lost")
    assert found[0].id == "INC9"
    assert round(found[0].similarity, 12) == 1.0
    assert found[0] == Precedent("INC9", found[0].similarity, NOON - HOUR, {}, "", None, None, DESK)
    assert duplicate is not None
    assert duplicate.id == "INC9"
    assert duplicate.probability > 0.9


def test_rows_and_what_came_in_since_are_ranked_together_and_of_equal_ones_the_newest_is_first() -> None:
    precedents = past()
    told(precedents, "INC8", "vpn gateway lost", NOON - 2 * HOUR)
    told(precedents, "INC9", "vpn gateway lost since monday", NOON - HOUR)
    assert [each.id for each in ask(precedents, "vpn gateway lost")[0]] == ["INC8", "INC1", "INC9"]
    assert [each.id for each in ask(precedents, "vpn gateway lost", PrecedentQuery(2))[0]] == ["INC8", "INC1"]


def test_a_likeness_is_the_same_whether_it_was_learnt_or_came_in_since() -> None:
    precedents = past()
    for number, text in enumerate(PAST):
        told(precedents, f"NEW{number}", text)
    found, _ = ask(precedents, "printer gateway password unheard", PrecedentQuery(6))
    likeness = {each.id: each.similarity for each in found}
    for number in range(3):
        assert round(likeness[f"NEW{number}"], 12) == round(likeness[f"INC{number}"], 12)


def test_neither_the_incident_itself_nor_what_was_opened_later_is_its_precedent() -> None:
    precedents = past()
    told(precedents, "INC8", "scanner lost", NOON)
    told(precedents, "INC9", "scanner lost", NOON + HOUR)
    assert {each.id for each in ask(precedents, "scanner lost", id_="INC8")[0]} == {"INC1"}
    assert ask(precedents, "scanner lost", at=NOON + HOUR)[0][0].id == "INC9"


def test_an_incident_that_was_learnt_from_is_not_shown_twice() -> None:
    precedents = past()
    told(precedents, "INC1", "vpn gateway lost", NOON - timedelta(days=6))
    assert [each.id for each in ask(precedents, "vpn gateway lost")[0]] == ["INC1"]
    # Another one may have an id that was given out before.
    told(precedents, "INC1", "vpn gateway lost", NOON)
    assert [each.id for each in ask(precedents, "vpn gateway lost")[0]] == ["INC1", "INC1"]


def test_restricted_incidents_are_never_shown_nor_what_they_said_before() -> None:
    precedents = past()
    told(precedents, "INC8", "scanner lost", confidential="yes")
    told(precedents, "INC9", "scanner lost", confidential="no")
    assert [each.id for each in ask(precedents, "scanner")[0]] == ["INC9"]
    told(precedents, "INC9", "scanner lost", confidential="yes")
    assert ask(precedents, "scanner")[0] == ()


def test_they_agree_in_fields_and_count_as_unresolved() -> None:
    precedents = past()
    told(precedents, "INC8", "scanner lost", site="Bonn")
    told(precedents, "INC9", "scanner lost", site="Lyon")
    assert [each.id for each in ask(precedents, "scanner", PrecedentQuery(3, ("site",)))[0]] == ["INC8"]
    assert ask(precedents, "scanner", PrecedentQuery(3, (), True))[0] == ()


def test_close_in_time_looks_at_the_last_day_of_what_came_in_since() -> None:
    precedents = past(DuplicateRule("close in time", -0.2, 2.0, 200))
    told(precedents, "INC8", "scanner lost", NOON - timedelta(days=2))
    assert ask(precedents, "scanner lost")[1] is None
    told(precedents, "INC9", "scanner", NOON - HOUR)
    duplicate = ask(precedents, "scanner lost")[1]
    assert duplicate is not None
    assert duplicate.id == "INC9"


def test_without_room_nothing_is_remembered() -> None:
    precedents = past(most_recent=0)
    told(precedents, "INC9", "scanner lost")
    assert [each.id for each in ask(precedents, "scanner lost")[0]] == ["INC1"]


def test_how_an_incident_ended_is_shown_from_when_it_was_known_on() -> None:
    precedents = past()
    opened_at, known_at = NOON - 3 * HOUR, NOON - HOUR
    told(precedents, "INC9", "scanner lost", opened_at)
    end(precedents, "INC9", opened_at, known_at, topic="hardware", resolution="Replaced.", resolved_at=str(known_at))
    shown = ask(precedents, "scanner lost", at=known_at)[0][0]
    assert (shown.labels, shown.fix, shown.hours, shown.reopened) == ({"topic": "hardware"}, "Replaced.", 2.0, None)
    earlier = ask(precedents, "scanner lost", at=known_at - HOUR)[0][0]
    assert (earlier.id, earlier.labels, earlier.fix, earlier.hours) == ("INC9", {}, "", None)
    resolved = PrecedentQuery(1, (), True)
    assert [each.id for each in ask(precedents, "scanner lost", resolved)[0]] == ["INC9"]
    assert "INC9" not in {each.id for each in ask(precedents, "scanner lost", resolved, at=known_at - HOUR)[0]}


def test_a_row_shows_what_became_known_since_it_was_learnt() -> None:
    precedents = past()
    opened_at = NOON - timedelta(days=6)
    before = ask(precedents, "vpn gateway lost", at=NOON - HOUR)[0][0]
    end(precedents, "INC1", opened_at, NOON, resolution="Tunnel rebuilt.", reopened="yes")
    assert ask(precedents, "vpn gateway lost", at=NOON - HOUR)[0][0] == before
    after = ask(precedents, "vpn gateway lost")[0][0]
    assert after == before._replace(fix="Tunnel rebuilt.", reopened=True)
    # What was known before the row's own end says nothing against that.
    end(precedents, "INC1", opened_at, opened_at, topic="printing")
    assert ask(precedents, "vpn gateway lost")[0][0] == after


def test_a_row_that_was_opened_again_is_not_resolved_and_one_that_was_open_is_when_it_ends() -> None:
    precedents = past()
    precedents.endings.hours[2] = np.nan
    resolved = PrecedentQuery(3, (), True)
    text = "vpn gateway password expired again"
    assert {each.id for each in ask(precedents, text, resolved)[0]} == {"INC1"}
    end(precedents, "INC2", NOON - timedelta(days=5), NOON, resolved_at=str(NOON - timedelta(days=4)))
    for hours, state in ((2, IncidentState.RESOLVED), (1, IncidentState.OPEN)):
        incident = Incident("INC1", "desk", NOON - timedelta(days=6))
        precedents.tell(IncidentEnd(incident, states=((NOON - hours * HOUR, state),)), COLUMNS)
    assert [(each.id, each.hours) for each in ask(precedents, text, resolved)[0]] == [("INC2", 24.0)]


def test_what_an_outcome_calls_restricted_is_not_shown_any_more() -> None:
    precedents = past(DuplicateRule("close in time", -0.2, 2.0, 200))
    told(precedents, "INC9", "printer scanner lost", NOON - HOUR)
    end(precedents, "INC9", NOON - HOUR, NOON, confidential="yes", resolution="Secret.")
    told(precedents, "INC9", "printer scanner lost again", NOON - HOUR)
    end(precedents, "INC0", NOON - timedelta(days=7), NOON, confidential="yes")
    found, duplicate = ask(precedents, "printer scanner jam on floor two")
    assert (found, duplicate) == ((), None)
    assert ask(precedents, "printer jam on floor two", PrecedentQuery(3, (), True))[0] == ()


def test_where_nothing_is_remembered_no_end_is_either() -> None:
    precedents = past(most_recent=0)
    end(precedents, "INC1", NOON - timedelta(days=6), NOON, resolution="Tunnel rebuilt.")
    assert ask(precedents, "vpn gateway lost")[0][0].fix == ""
