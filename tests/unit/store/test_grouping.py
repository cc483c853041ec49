"""Alerts into groups, in the transaction that keeps them, on real databases."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.alerting import alert_entry, alert_incident
from tests.fakes import NOON, received
from tests.stored import Database, PostgresDatabase, SqliteDatabase, database_url

from triage.decide.grouping import GroupingRules, Topology
from triage.domain import Group, Incident, IncidentState, Triage
from triage.errors import TriageError
from triage.flow import Answer, Ending, EndState, Entry, MemberMode, MessageKind
from triage.store import SqlJournal

RULES = GroupingRules(topology=Topology([("shop-web-1", "pay-api-1")]))
OVER = IncidentState.RESOLVED
BOTH = {"desk": MemberMode.COMMENT, "chat": MemberMode.QUIET}
STORM = [
    alert_incident("slow", "shop-web-1", 0),
    alert_incident("down", "shop-db-1", 1, severity="critical"),
    alert_incident("errors", "pay-api-1", 2),
]


def opened(database: Database) -> SqlJournal:
    return SqlJournal.open(database.url, busy_timeout_s=0.1, grouping=RULES)


def record(journal: SqlJournal, *incidents: Incident) -> list[Answer]:
    return [asyncio.run(journal.record([alert_entry(incident, BOTH)]))[0] for incident in incidents]


def group_in(answer: Answer) -> Group:
    assert answer.group is not None
    return answer.group


def test_answer_carries_the_group_with_reasons_in_the_same_request(database: Database) -> None:
    with opened(database) as journal:
        first, second, third = map(group_in, record(journal, *STORM))
        assert (first.size, first.members[0].reasons) == (1, ())
        assert {first.id} == {second.id, third.id}
        assert [member.incident_id for member in third.members] == [incident.id for incident in STORM]
        assert third.severity == "critical"
        assert third.members[-1].reasons[0].kind == "dependency"
        assert group_in(asyncio.run(journal.find(STORM[0].id))) == replace(third, members=third.members)
        assert asyncio.run(journal.find_group(first.id)) == third


def test_incident_that_is_no_alert_is_in_no_group(database: Database) -> None:
    with opened(database) as journal:
        [answer] = asyncio.run(journal.record([Entry(received("1"), Triage("1", "desk"))]))
        assert answer.group is None
        assert database.row_counts()["group_members"] == 0


def test_what_is_repeated_shows_the_group_as_it_stands_now(database: Database) -> None:
    with opened(database) as journal:
        record(journal, *STORM)
        [again] = record(journal, STORM[0])
        assert group_in(again).size == 3


def test_group_is_over_with_its_last_member_and_opened_again_within_the_guard(database: Database) -> None:
    with opened(database) as journal:
        record(journal, *STORM[:2])
        over = [alert_incident(name, host, 5, OVER) for name, host in (("slow", "shop-web-1"), ("down", "shop-db-1"))]
        half, whole = map(group_in, record(journal, *over))
        assert (half.open, half.ended_at) == (1, None)
        assert (whole.open, whole.ended_at) == (0, over[1].received_at)
        [back] = record(journal, alert_incident("slow", "shop-web-1", 20, number=2))
        assert (group_in(back).id, group_in(back).ended_at, group_in(back).size) == (whole.id, None, 3)


def test_restart_goes_on_with_the_same_groups(database: Database) -> None:
    with opened(database) as journal:
        [first] = record(journal, STORM[0])
    for incident in STORM[1:]:
        with opened(database) as journal:
            [answer] = record(journal, incident)
            assert group_in(answer).id == group_in(first).id


def test_two_processes_on_one_server_place_alerts_in_the_same_groups(request: pytest.FixtureRequest) -> None:
    database = PostgresDatabase(request.getfixturevalue("postgres").new_database())
    with opened(database) as one, opened(database) as other:
        groups = [
            group_in(record((one, other)[at % 2], alert_incident(name, host, at))[0])
            for at, (name, host) in enumerate(
                [("slow", "shop-web-1"), ("down", "shop-db-1"), ("errors", "pay-api-1"), ("slow", "pay-api-1")]
            )
        ]
        assert len({group.id for group in groups}) == 1
        assert [group.size for group in groups] == [1, 2, 3, 4]
        record(one, *(alert_incident(*pair, 9, OVER) for pair in (("slow", "shop-web-1"), ("down", "shop-db-1"))))
        ended = record(other, *(alert_incident(name, "pay-api-1", 9, OVER) for name in ("errors", "slow")))
        assert group_in(ended[-1]).ended_at is not None


def test_what_was_not_committed_is_in_no_group(database: Database) -> None:
    with opened(database) as journal:
        database.refuse(STORM[1].id)
        [first] = record(journal, STORM[0])
        with pytest.raises(TriageError):
            record(journal, STORM[1])
        [third] = record(journal, alert_incident("memory", "shop-db-1", 2))
        assert (group_in(third).id, group_in(third).size) == (group_in(first).id, 2)


def messages(journal: SqlJournal, name: str) -> list[tuple[MessageKind, str, str]]:
    """Deliver everything to a destination; return kind, incident and thread of each, in order."""
    found = []
    while claimed := asyncio.run(journal.outbox.claim(name, NOON.replace(year=2027), 10)):
        for one in claimed:
            thread = one.thread[1] if one.thread else ""
            found.append((one.kind, one.content.triage.incident_id, thread))
            asyncio.run(journal.outbox.settle(one, Ending(EndState.DELIVERED, NOON, ref="T1")))
    return found


def test_member_is_told_at_the_record_of_the_one_that_began_the_group_after_it(database: Database) -> None:
    with opened(database) as journal:
        record(journal, *STORM)
        lead = STORM[0].id
        [first] = asyncio.run(journal.outbox.claim("desk", NOON.replace(year=2027), 10))
        assert (first.kind, first.content.triage.incident_id) == (MessageKind.EVENT, lead)
        asyncio.run(journal.outbox.settle(first, Ending(EndState.DELIVERED, NOON, ref="T1")))
        [second] = asyncio.run(journal.outbox.claim("desk", NOON.replace(year=2027), 10))
        assert (second.kind, second.ref, second.incident_key) == (MessageKind.MEMBER, "T1", first.incident_key)
        assert second.content.group is not None
        assert second.content.group.size == 3
        asyncio.run(journal.outbox.settle(second, Ending(EndState.DELIVERED, NOON, ref="T1")))
        assert messages(journal, "desk") == [(MessageKind.MEMBER, STORM[2].id, lead)]
        # Chat hears that it has become critical, and not that it has grown.
        assert messages(journal, "chat") == [
            (MessageKind.EVENT, lead, ""),
            (MessageKind.MEMBER, STORM[1].id, lead),
        ]


def test_large_group_is_told_of_now_and_then(database: Database) -> None:
    with opened(database) as journal:
        storm = [alert_incident("unreachable", f"host{at}", at / 600) for at in range(100)]
        asyncio.run(journal.record([alert_entry(one, {"desk": MemberMode.COMMENT}) for one in storm]))
        told = [incident_id for _, incident_id, _ in messages(journal, "desk")]
        assert told == [storm[at].id for at in (*range(10), 19, 39, 79)]


steps = st.lists(
    st.tuples(
        st.sampled_from(["slow", "down"]),
        st.sampled_from(["shop-web-1", "shop-db-1", "pay-api-1"]),
        st.integers(0, 25),
        st.sampled_from([IncidentState.OPEN, OVER]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=12,
)


# The group that the fourth alert repeats began after one of the same sentence, which is open again.
REOPENED = [
    ("slow", "shop-db-1", 5, OVER, 3),
    ("slow", "shop-db-1", 41, IncidentState.OPEN, 1),
    ("slow", "shop-db-1", 0, IncidentState.OPEN, 3),
    ("slow", "shop-db-1", 0, IncidentState.OPEN, 2),
]


@settings(max_examples=15, deadline=None)
@given(steps, st.integers(1, 5))
@example(REOPENED, 1)
def test_batches_and_restarts_change_nothing(
    plan: Sequence[tuple[str, str, int, IncidentState, int]], size: int
) -> None:
    now, entries = 0, []
    for name, host, pause, state, number in plan:
        now += pause
        entries.append(alert_entry(alert_incident(name, host, now, state, number)))
    with tempfile.TemporaryDirectory() as folder:
        one, other = (SqliteDatabase(Path(folder) / f"{name}.db") for name in ("one", "other"))
        with opened(one) as journal:
            alone = [asyncio.run(journal.record([entry]))[0] for entry in entries]
        batched: list[Answer] = []
        for start in range(0, len(entries), size):
            with SqlJournal.open(database_url(other.file), grouping=RULES) as journal:
                batched += asyncio.run(journal.record(entries[start : start + size]))
    fresh = [(got, want) for got, want in zip(batched, alone, strict=True) if got.status.value != "repeated"]
    assert [got for got, _ in fresh] == [want for _, want in fresh]


@pytest.mark.parametrize("is_replayed", [True, False])
def test_member_of_a_group_whose_lead_was_given_up_makes_the_record_that_the_lead_has_once_it_is_replayed(
    database: Database, is_replayed: bool
) -> None:
    lead, member = STORM[0].id, STORM[2].id
    later = NOON.replace(year=2027)
    with opened(database) as journal:
        record(journal, STORM[0], STORM[2])
        [first] = asyncio.run(journal.outbox.claim("desk", later, 10))
        asyncio.run(journal.outbox.settle(first, Ending(EndState.DEAD, NOON, reason="422")))
        # No record is known yet: whoever gets it makes one, under the key of the lead.
        [second] = asyncio.run(journal.outbox.claim("desk", later, 10))
        assert (second.kind, second.content.triage.incident_id) == (MessageKind.MEMBER, member)
        assert (second.ref, second.incident_key) == ("", first.incident_key)
        asyncio.run(journal.outbox.settle(second, Ending(EndState.DELIVERED, NOON, ref="T1")))
        if not is_replayed:
            asyncio.run(journal.outbox.discard_dead(first.seq))
            assert messages(journal, "desk") == []
            return
        asyncio.run(journal.outbox.replay_dead(first.seq, NOON))
        [again] = asyncio.run(journal.outbox.claim("desk", later, 10))
        assert (again.content.triage.incident_id, again.ref, again.kind) == (lead, "T1", MessageKind.EVENT)
