"""What is held until enough of its like has come, from the alert to the outbox, on real databases."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.alerting import alert_entry, alert_incident
from tests.fakes import NOON
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.decide.grouping import Condition, GroupingRules
from triage.domain import Group, Incident, IncidentState, PauseState
from triage.errors import StoreUnavailable, TriageError
from triage.flow import Answer, DestinationState, Ending, EndState, MemberMode
from triage.store import SqlJournal

CONDITION = Condition((("rule", "slow"),), needed=3, within_s=600.0)
OPEN, OVER = IncidentState.OPEN, IncidentState.RESOLVED
MODES = {"desk": MemberMode.COMMENT, "hook": MemberMode.SEPARATE}
HOST = "shop-web-1"


def opened(database: Database, condition: Condition = CONDITION) -> SqlJournal:
    return SqlJournal.open(database.url, busy_timeout_s=0.1, grouping=GroupingRules(conditions=(condition,)))


def slow(minutes: float, number: int, state: IncidentState = OPEN, **more: str) -> Incident:
    return alert_incident("slow", HOST, minutes, state, number, rule="slow", **more)


def record(journal: SqlJournal, *incidents: Incident, modes: Mapping[str, MemberMode] = MODES) -> list[Answer]:
    return [asyncio.run(journal.record([alert_entry(incident, modes)]))[0] for incident in incidents]


def told(journal: SqlJournal) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in MODES}
    for name, said in found.items():
        while claimed := asyncio.run(journal.outbox.claim(name, NOON.replace(year=2030), 10)):
            for one in claimed:
                said.append(f"{one.kind} {one.content.triage.incident_id[-1]}")
                asyncio.run(journal.outbox.settle(one, Ending(EndState.DELIVERED, NOON, ref="T1")))
    return found


def states(answer: Answer) -> list[PauseState | None]:
    return [None if one.pause is None else one.pause.state for one in group_in(answer).members]


def group_in(answer: Answer) -> Group:
    assert answer.group is not None
    return answer.group


def found(journal: SqlJournal, answer: Answer) -> Answer:
    """The answer with its group as it stands now."""
    return replace(answer, group=asyncio.run(journal.find_group(group_in(answer).id)))


def elsewhere(minutes: float, state: IncidentState = OPEN, number: int = 1) -> Incident:
    """What has nothing to do with all that."""
    return alert_incident("failed login", "door-1", minutes, state, number)


EXPIRED = [PauseState.EXPIRED]
NOTHING: dict[str, list[str]] = {"desk": [], "hook": []}


def test_record_is_opened_once_enough_have_come_within_the_time(database: Database) -> None:
    with opened(database) as journal:
        record(journal, slow(0, 1), slow(4, 2))
        assert told(journal) == NOTHING
    with opened(database) as journal:
        [third] = record(journal, slow(9, 3))
        assert states(third) == [PauseState.ENDED] * 3
        assert told(journal) == {"desk": ["event 1", "member 2", "member 3"], "hook": ["event 1", "event 2", "event 3"]}


def test_what_is_over_before_enough_have_come_opens_no_record(database: Database) -> None:
    with opened(database) as journal:
        [*_, over] = record(journal, slow(0, 1), slow(1, 1, OVER), slow(2, 2), slow(3, 2, OVER))
        assert told(journal) == NOTHING
        assert states(over) == [PauseState.SPARED] * 2
        [third] = record(journal, slow(4, 3))
        assert states(third)[-1] is PauseState.ENDED
        assert told(journal) == {"desk": ["member 3"], "hook": ["event 3"]}


def test_too_few_within_the_time_expire_and_are_told_once_enough_have_come_later(database: Database) -> None:
    with opened(database) as journal:
        record(journal, slow(0, 1), slow(4, 2))
        [third] = record(journal, slow(15, 3))
        assert states(third) == [PauseState.HELD, PauseState.EXPIRED, PauseState.HELD]
        record(journal, slow(16, 1, note="of what has expired"))
        assert told(journal) == NOTHING
    with opened(database) as journal:
        record(journal, slow(17, 4))
        [fifth] = record(journal, slow(18, 5))
        assert states(fifth)[0] is PauseState.ENDED
        assert told(journal)["desk"] == ["member 3", "event 1", "member 4", "member 5"]


def test_critical_alert_is_held_only_by_a_condition_that_says_so(database: Database) -> None:
    with opened(database) as journal:
        record(journal, slow(0, 1, severity="critical"))
        assert told(journal) == {"desk": ["event 1"], "hook": ["event 1"]}
    with opened(database, replace(CONDITION, critical=True)) as journal:
        record(journal, alert_incident("slow", "mail-1", 100, number=2, rule="slow", severity="critical"))
        assert told(journal) == NOTHING


def test_held_alert_that_becomes_critical_is_told_at_once(database: Database) -> None:
    with opened(database) as journal:
        record(journal, slow(0, 1), slow(1, 1, severity="error"))
        assert told(journal) == NOTHING
        [critical] = record(journal, slow(2, 1, severity="critical"))
        assert states(critical) == [PauseState.ENDED]
        assert told(journal)["desk"] == ["event 1"] * 3


def test_held_alert_that_another_kind_joins_is_told_at_once(database: Database) -> None:
    with opened(database) as journal:
        record(journal, slow(0, 1))
        [joined] = record(journal, alert_incident("down", HOST, 1, number=2))
        assert states(joined) == [PauseState.ENDED, None]
        # The record of its own at the hook goes with that of the group, which is the same.
        assert told(journal) == {"desk": ["event 1", "member 2"], "hook": ["event 1", "event 2"]}


def test_held_alert_that_joins_what_has_been_told_is_told_there_at_once(database: Database) -> None:
    with opened(database) as journal:
        [_, held] = record(journal, alert_incident("down", HOST, 0, number=1), slow(1, 2))
        assert states(held) == [None, PauseState.HELD]
        assert told(journal) == {"desk": ["event 1", "member 2"], "hook": ["event 1"]}


def test_group_is_held_until_the_time_of_the_last_that_joined_is_over(database: Database) -> None:
    with opened(database, replace(CONDITION, needed=4)) as journal:
        [*_, third] = record(journal, slow(0, 1), slow(4, 2), slow(9, 3))
        lead = group_in(third).members[0].pause
        assert lead is not None
        assert lead.until == NOON + timedelta(minutes=19)
        [other] = record(journal, elsewhere(12))
        assert states(found(journal, third)) == [PauseState.HELD] * 3
        record(journal, elsewhere(15, OVER))
        assert states(found(journal, third)) == [PauseState.HELD, PauseState.EXPIRED, PauseState.HELD]
        record(journal, elsewhere(20, number=2))
        assert states(found(journal, third)) == [PauseState.EXPIRED] * 3
        assert group_in(other).id != group_in(third).id


def test_what_is_held_is_no_backlog_and_gone_with_the_first_alert_after_a_quiet_week(database: Database) -> None:
    with opened(database) as journal:
        [held] = record(journal, slow(0, 1), modes={"desk": MemberMode.COMMENT})
        waits = DestinationState("desk", held=1)
        assert asyncio.run(journal.outbox.states(["desk"])) == [waits]
        # Its group is let go before it is looked at again.
        record(journal, elsewhere(8 * 24 * 60), modes={})
        assert states(found(journal, held)) == [PauseState.EXPIRED]
        assert asyncio.run(journal.outbox.states(["desk"])) == [replace(waits, held=0)]


def test_condition_that_is_removed_still_expires_and_joins(database: Database) -> None:
    with opened(database) as journal:
        [first] = record(journal, slow(0, 1))
        [other] = record(journal, alert_incident("queue", "mail-1", 0, number=2, rule="slow"))
    with SqlJournal.open(database.url, grouping=GroupingRules()) as journal:
        record(journal, slow(5, 3))
        assert told(journal) == {"desk": ["event 1", "member 3"], "hook": ["event 1", "event 3"]}
        record(journal, elsewhere(11), modes={})
        assert (states(found(journal, first)), states(found(journal, other))) == ([PauseState.ENDED, None], EXPIRED)
        assert told(journal) == NOTHING


def test_what_is_held_is_told_where_alerts_are_grouped_no_longer(database: Database) -> None:
    with opened(database) as journal:
        record(journal, slow(0, 1), slow(1, 2))
    with SqlJournal.open(database.url) as journal:
        assert told(journal) == {"desk": ["event 1", "member 2"], "hook": ["event 1", "event 2"]}


def test_database_that_somebody_else_writes_is_not_opened_without_grouping(file: Path) -> None:
    database = SqliteDatabase(file)
    with opened(database) as journal:
        record(journal, slow(0, 1))
    with database.write_locked(), pytest.raises(StoreUnavailable):
        SqlJournal.open(database.url, busy_timeout_s=0.1)
    with SqlJournal.open(database.url) as journal:
        assert told(journal)["desk"] == ["event 1"]


def test_rolled_back_transaction_counts_nothing(database: Database) -> None:
    with opened(database, replace(CONDITION, needed=2)) as journal:
        record(journal, slow(0, 1))
        database.refuse(slow(1, 2).id)
        with pytest.raises(TriageError):
            record(journal, slow(1, 2))
        assert told(journal) == NOTHING
        [second] = record(journal, slow(2, 3))
        assert states(second) == [PauseState.ENDED] * 2


def test_two_processes_on_one_server_count_and_expire_together(request: pytest.FixtureRequest) -> None:
    database = PostgresDatabase(request.getfixturevalue("postgres").new_database())
    with opened(database) as one, opened(database) as other:
        [first] = record(one, slow(0, 1))
        record(other, slow(4, 2))
        [third] = record(one, slow(9, 3))
        assert states(third) == [PauseState.ENDED] * 3
        assert told(other)["desk"] == ["event 1", "member 2", "member 3"]
        [held] = record(other, alert_incident("queue", "mail-1", 20, number=4, rule="slow"))
        record(one, elsewhere(31), modes={})
        assert states(found(other, held)) == [PauseState.EXPIRED]
        assert states(found(one, first)) == [PauseState.ENDED] * 3
        assert told(other) == NOTHING


def test_processes_that_race_open_one_record_and_lose_no_alert(request: pytest.FixtureRequest) -> None:
    database = PostgresDatabase(request.getfixturevalue("postgres").new_database())
    with opened(database, replace(CONDITION, needed=5)) as one, opened(database, replace(CONDITION, needed=5)) as other:
        journals = (one, other)

        async def race() -> None:
            entries = [alert_entry(slow(0, number), MODES) for number in range(1, 10)]
            await asyncio.gather(*(journals[at % 2].record([entry]) for at, entry in enumerate(entries)))

        asyncio.run(race())
        said = told(one)
    assert [kind for kind, _ in map(str.split, said["desk"])] == ["event", *["member"] * 8]
    assert sorted(said["hook"]) == [f"event {number}" for number in range(1, 10)]
