"""What waits before it opens a record, from the alert to the outbox, on real databases."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alerting import alert_entry, alert_incident
from tests.fakes import NOON
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.decide.grouping import Condition, GroupingRules, PauseRules
from triage.domain import Group, Incident, IncidentState, Pause, PauseState, Triage
from triage.flow import Answer, Ending, EndState, Entry, MemberMode, Message, MessageKind, Relabel
from triage.store import SqlJournal

PAUSES = PauseRules(acts=True, least=3, most_miss_risk=0.9)
RULES = GroupingRules(pauses=PAUSES)
OPEN, OVER = IncidentState.OPEN, IncidentState.RESOLVED
MODES = {"desk": MemberMode.COMMENT, "chat": MemberMode.QUIET, "hook": MemberMode.SEPARATE}
HOST, OTHER = "shop-web-1", "shop-db-1"
# Three alerts of each kind on each host have been over after two minutes by then, and their groups are long past.
THEN = 600.0


def opened(database: Database, pauses: PauseRules | None = PAUSES) -> SqlJournal:
    return SqlJournal.open(database.url, busy_timeout_s=0.1, grouping=replace(RULES, pauses=pauses))


def record(journal: SqlJournal, *incidents: Incident, modes: Mapping[str, MemberMode] = MODES) -> list[Answer]:
    return [asyncio.run(journal.record([alert_entry(incident, modes)]))[0] for incident in incidents]


def past(journal: SqlJournal, *names: str) -> None:
    """Let alerts come and go that nobody has to hear of."""
    for number in range(3):
        for name in names or ("slow",):
            for host in (HOST, OTHER):
                for minutes, state in ((0, OPEN), (2, OVER)):
                    alert = alert_incident(name, host, 150 * number + minutes, state, number + 100)
                    asyncio.run(journal.record([alert_entry(alert)]))


def slow(minutes: float = 0.0, state: IncidentState = OPEN, host: str = HOST, number: int = 1, **more: str) -> Incident:
    return alert_incident("slow", host, THEN + minutes, state, number, **more)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=THEN + minutes)


def due(journal: SqlJournal, name: str, minutes: float) -> list[Message]:
    return asyncio.run(journal.outbox.claim(name, at(minutes), 10))


def told(journal: SqlJournal, minutes: float, names: Sequence[str] = tuple(MODES)) -> dict[str, list[tuple[str, str]]]:
    """Deliver what is due by then; return kind and incident of each message, by destination."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in names}
    for name, said in found.items():
        while claimed := due(journal, name, minutes):
            for one in claimed:
                said.append((f"{one.kind} {one.content.state}", one.content.triage.incident_id))
                asyncio.run(journal.outbox.settle(one, Ending(EndState.DELIVERED, at(minutes), ref="T1")))
    return found


def group_in(answer: Answer) -> Group:
    assert answer.group is not None
    return answer.group


def pause_in(answer: Answer, number: int = 0) -> Pause:
    pause = group_in(answer).members[number].pause
    assert pause is not None
    return pause


NOTHING: dict[str, list[tuple[str, str]]] = {name: [] for name in MODES}
OPENED = {name: [("event open", slow().id)] for name in MODES}


def test_transient_alert_opens_its_record_when_the_pause_is_over(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        [answer] = record(journal, slow())
        pause = pause_in(answer)
        assert (pause.state, pause.until, pause.alerts, pause.outlasted) == (PauseState.PAUSED, at(2), 3, 0)
        assert told(journal, 1.99) == NOTHING
        assert asyncio.run(journal.outbox.next_due("desk")) == at(2)
        assert told(journal, 2) == OPENED
        assert asyncio.run(journal.find_group(group_in(answer).id)).members[0].pause == pause


def test_what_is_over_within_the_pause_opens_no_record_and_stays_visible(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow(), slow(0.5, number=2))
        [_, over] = record(journal, slow(1, OVER), slow(1, OVER, number=2))
        assert (group_in(over).open, pause_in(over).state) == (0, PauseState.SPARED)
        assert told(journal, 9000) == NOTHING
        assert database.row_counts()["outbox"] == 0
        assert asyncio.run(journal.find(slow().id)).state is OVER
        # What is said of it later is for nobody either.
        record(journal, slow(1.5, OVER, note="really"))
        assert told(journal, 9000) == NOTHING


def test_alert_of_its_own_record_is_spared_while_its_group_goes_on(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow(), slow(0.5, host=OTHER), slow(1, OVER))
        assert told(journal, 3) == {
            "desk": [*OPENED["desk"], ("member open", slow(host=OTHER).id), ("event resolved", slow().id)],
            "chat": [*OPENED["chat"], ("event resolved", slow().id)],
            "hook": [("event open", slow(host=OTHER).id)],
        }


def test_worse_member_ends_the_pause_at_once(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        [answer] = record(journal, slow(severity="warning"))
        [worse] = record(journal, slow(0.5, host=OTHER, severity="critical"))
        assert pause_in(answer).state is PauseState.PAUSED
        assert pause_in(worse).state is PauseState.ENDED
        worse_told = ("member open", slow(host=OTHER).id)
        assert told(journal, 0.5) == {
            "desk": [*OPENED["desk"], worse_told],
            "chat": [*OPENED["chat"], worse_told],
            "hook": [*OPENED["hook"], ("event open", slow(host=OTHER).id)],
        }


def test_alert_that_becomes_worse_itself_is_told_at_once(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow(severity="warning"), slow(0.5, severity="critical"))
        assert told(journal, 0.5) == {name: OPENED[name] * 2 for name in MODES}


def test_member_that_does_not_wait_ends_the_pause_and_one_that_waits_for_less_shortens_it(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow())
        [longer] = record(journal, slow(0.5, host=OTHER))
        assert pause_in(longer).until == at(2)
        [ended] = record(journal, alert_incident("never seen", "other-host-1", THEN + 1, service="shop"))
        # Whatever the source's alerts do on the whole, it waits for less than is left.
        assert pause_in(ended, -1).level == "source"
        [fresh] = record(journal, alert_incident("slow", HOST, THEN + 1.5, severity="critical", number=9))
        assert pause_in(fresh).state is PauseState.ENDED
        assert told(journal, 1.5, ["desk"])["desk"][0] == OPENED["desk"][0]


def test_critical_alert_never_waits(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        [answer] = record(journal, slow(severity="critical"))
        assert group_in(answer).members[0].pause is None
        assert told(journal, 0) == OPENED


def test_what_comes_back_is_told_at_once(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        [*_, back] = record(journal, slow(), slow(1, OVER), slow(5, number=2))
        assert pause_in(back).state is PauseState.ENDED
        again = slow(number=2).id
        assert told(journal, 5) == {
            "desk": [("member open", again)],
            "chat": [("member open", again)],
            "hook": [("event open", again)],
        }


def test_end_is_told_where_the_record_was_just_being_opened(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow())
        # Another process's clock is ahead.
        [first] = due(journal, "desk", 2)
        record(journal, slow(1, OVER))
        asyncio.run(journal.outbox.settle(first, Ending(EndState.DELIVERED, at(2), ref="T1")))
        assert told(journal, 3) == NOTHING | {"desk": [("event resolved", slow().id)]}


def test_end_after_the_pause_is_told(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow(), slow(3, OVER))
        assert told(journal, 3) == {name: [*OPENED[name], ("event resolved", slow().id)] for name in MODES}


def test_one_transaction_may_open_and_spare(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        entries = [alert_entry(one, MODES) for one in (slow(), slow(0.5, number=2), slow(1, OVER))]
        over = asyncio.run(journal.record([*entries, alert_entry(slow(1, OVER, number=2), MODES)]))[-1]
        assert pause_in(over).state is PauseState.SPARED
        assert pause_in(asyncio.run(journal.find(slow().id))).state is PauseState.SPARED
        assert told(journal, 9000) == NOTHING


def test_restart_while_paused_forgets_nothing(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow())
    with opened(database) as journal:
        assert told(journal, 1) == NOTHING
        [other] = record(journal, slow(0.5, host=OTHER))
        assert pause_in(other).until == at(2)
    with opened(database) as journal:
        record(journal, slow(1, OVER), slow(1, OVER, host=OTHER))
        assert told(journal, 9000) == NOTHING


@pytest.mark.parametrize("ends_by", ["over", "worse"])
def test_two_processes_on_one_server_know_of_each_others_pauses(request: pytest.FixtureRequest, ends_by: str) -> None:
    database = PostgresDatabase(request.getfixturevalue("postgres").new_database())
    with opened(database) as one, opened(database) as other:
        past(one)
        [answer] = record(other, slow())
        assert pause_in(answer).state is PauseState.PAUSED
        if ends_by == "over":
            [over] = record(one, slow(1, OVER))
            assert pause_in(over).state is PauseState.SPARED
            assert told(other, 9000) == NOTHING
        else:
            record(one, slow(0.5, host=OTHER, severity="critical"))
            [joined] = record(other, slow(0.6, host=OTHER, number=5))
            assert pause_in(joined).state is PauseState.ENDED
            assert told(other, 0.6)["desk"][0] == OPENED["desk"][0]


def test_what_is_only_suggested_waits_for_nothing(database: Database) -> None:
    with opened(database, replace(PAUSES, acts=False)) as journal:
        past(journal)
        [answer] = record(journal, slow())
        assert (pause_in(answer).state, pause_in(answer).until) == (PauseState.SUGGESTED, at(2))
        assert told(journal, 0) == OPENED


def test_labels_that_follow_what_was_spared_open_no_record(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        entries = [alert_entry(one, MODES) for one in (slow(), slow(1, OVER))]
        late = [replace(one, triage=Triage(slow().id, "monitor", degraded="late")) for one in entries]
        for one in late:
            asyncio.run(journal.record([one]))
        [*_, waits] = asyncio.run(journal.unlabelled(0, 10))
        labels = Relabel("monitor", slow().id, waits.revision, Triage(slow().id, "monitor"), tuple(MODES), MODES)
        asyncio.run(journal.relabel([labels]))
        assert told(journal, 9000) == NOTHING


def test_labels_that_follow_while_it_waits_are_told_after_it(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        late = replace(alert_entry(slow(), MODES), triage=Triage(slow().id, "monitor", degraded="late"))
        asyncio.run(journal.record([late]))
        labels = Relabel("monitor", slow().id, 1, Triage(slow().id, "monitor", answered_at=NOON), tuple(MODES), MODES)
        asyncio.run(journal.relabel([labels]))
        assert told(journal, 1) == NOTHING
        labelled = (f"{MessageKind.LABELS} open", slow().id)
        assert told(journal, 2) == {name: [*OPENED[name], labelled] for name in MODES}


def test_record_of_the_group_is_taken_back_wherever_its_first_alert_goes(database: Database) -> None:
    with opened(database) as journal:
        past(journal)
        record(journal, slow())
        only_chat = {"chat": MemberMode.QUIET}
        record(journal, slow(0.5, host=OTHER), slow(0.8, OVER))
        record(journal, slow(1, OVER, host=OTHER), modes=only_chat)
        assert told(journal, 9000, ["desk", "chat"]) == {"desk": [], "chat": []}


# Of groups that are let go meanwhile.
WEEK = 8 * 24 * 60
CONDITIONS = (
    Condition((("severity", "warning"), ("title", f"slow on {HOST}")), needed=2, within_s=90.0),
    Condition((("source", "monitor"),), needed=3, within_s=150.0, critical=True),
)
WAYS = [
    RULES,
    GroupingRules(conditions=CONDITIONS),
    GroupingRules(conditions=CONDITIONS[1:]),
    replace(RULES, conditions=CONDITIONS[:1]),
]
steps = st.lists(
    st.tuples(
        st.sampled_from(["slow", "down"]),
        st.sampled_from([HOST, OTHER]),
        st.sampled_from([0, 0, 1, 1, 2, 40, WEEK]),
        st.sampled_from([OPEN, OVER]),
        st.sampled_from(["warning", "warning", "critical"]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(steps, st.integers(1, 5), st.sampled_from(WAYS))
def test_batches_and_restarts_change_nothing(
    plan: Sequence[tuple[str, str, int, IncidentState, str, int]], size: int, rules: GroupingRules
) -> None:
    now, batches = THEN, [list[Entry]()]
    for name, host, pause, state, severity, number in plan:
        now += pause
        if pause == WEEK or len(batches[-1]) == size:
            batches.append([])
        batches[-1].append(alert_entry(alert_incident(name, host, now, state, number, severity=severity), MODES))
    left = "SELECT destination, incident_id, revision, kind, due_at FROM outbox ORDER BY seq"
    pauses = "SELECT incident_id, pause FROM group_members ORDER BY seq"
    with tempfile.TemporaryDirectory() as folder:
        one, other = (SqliteDatabase(Path(folder) / f"{name}.db") for name in ("one", "other"))
        with SqlJournal.open(one.url, grouping=rules) as journal:
            past(journal, "slow", "down")
            for entry in (one for batch in batches for one in batch):
                asyncio.run(journal.record([entry]))
        with SqlJournal.open(other.url, grouping=rules) as journal:
            past(journal, "slow", "down")
        for batch in batches:
            with SqlJournal.open(other.url, grouping=rules) as journal:
                asyncio.run(journal.record(batch))
        assert other.execute(pauses) == one.execute(pauses)
        assert other.execute(left) == one.execute(left)
