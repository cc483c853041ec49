"""The outbox on real databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.delivery import entry_for
from tests.fakes import NOON
from tests.postgres import PostgresServer
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.errors import Conflict, NotFound
from triage.flow import DestinationState, Edit, Ending, EndState, Message
from triage.store import SqlJournal, open_outbox

DELIVERED = Ending(EndState.DELIVERED, NOON, ref="T1")
DEAD = Ending(EndState.DEAD, NOON, reason="422")
LATER = NOON + timedelta(hours=1)


def ids(messages: list[Message]) -> list[str]:
    return [f"{one.content.triage.incident_id}/{one.content.revision}" for one in messages]


async def dead_letter(journal: SqlJournal, *bodies: str) -> int:
    """Have the first revision of an incident given up; return its number."""
    await journal.record([entry_for("1", body) for body in bodies or ("a",)])
    [message] = await journal.outbox.claim("desk", NOON, 10)
    await journal.outbox.settle(message, DEAD)
    return message.seq


def test_event_decision_and_messages_share_one_commit(journal: SqlJournal, database: Database) -> None:
    asyncio.run(journal.record([entry_for(str(one), destinations=("desk", "pager")) for one in range(3)]))
    assert journal.counts.commits == 1
    assert database.row_counts()["outbox"] == 6


def test_what_is_repeated_is_not_sent_again_and_what_is_new_is(journal: SqlJournal, database: Database) -> None:
    for body in ("a", "a", "b"):
        asyncio.run(journal.record([entry_for("1", body)]))
    assert database.execute("SELECT revision FROM outbox ORDER BY seq") == [(1,), (2,)]


def test_message_says_what_was_committed(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry_for("1", "hello")]))
    [message] = asyncio.run(journal.outbox.claim("desk", NOON, 10))
    assert message.content.body == b"hello"
    assert message.content.labels == {"title": "hello"}
    assert message.content.triage == asyncio.run(journal.find("1")).triage
    assert (message.attempt, message.was_tried, message.ref) == (1, False, "")


def test_messages_of_an_incident_go_out_one_after_the_other(journal: SqlJournal) -> None:
    async def play() -> list[list[str]]:
        await journal.record([entry_for("1", "a"), entry_for("1", "b"), entry_for("2", "a")])
        first = await journal.outbox.claim("desk", NOON, 10)
        second = await journal.outbox.claim("desk", NOON, 10)
        await journal.outbox.settle(first[0], DELIVERED)
        third = await journal.outbox.claim("desk", NOON, 10)
        return [ids(first), ids(second), ids(third), [third[0].ref]]

    assert asyncio.run(play()) == [["1/1", "2/1"], [], ["1/2"], ["T1"]]


def test_message_that_waits_for_its_next_attempt_holds_up_its_incident_alone(journal: SqlJournal) -> None:
    async def play() -> list[object]:
        await journal.record([entry_for("1", "a"), entry_for("1", "b")])
        [message] = await journal.outbox.claim("desk", NOON, 10)
        await journal.outbox.settle(message, Ending(EndState.WAITING, NOON, LATER, "503"))
        await journal.record([entry_for("2", "a")])
        now = ids(await journal.outbox.claim("desk", NOON, 10))
        due_at = await journal.outbox.next_due("desk")
        [again] = await journal.outbox.claim("desk", LATER, 10)
        return [now, due_at, again.attempt, again.was_tried]

    assert asyncio.run(play()) == [["2/1"], LATER, 2, True]


def test_state_of_a_destination_says_why_it_waits_and_until_when(journal: SqlJournal) -> None:
    async def play() -> list[DestinationState]:
        await journal.record([entry_for("1", "a"), entry_for("1", "b")])
        untried = await journal.outbox.states(["desk"])
        [message] = await journal.outbox.claim("desk", NOON, 10)
        await journal.outbox.settle(message, Ending(EndState.WAITING, NOON, LATER, "503"))
        return [*untried, *await journal.outbox.states(["desk"])]

    untried, tried = asyncio.run(play())
    assert (untried.waiting, untried.failure) == (2, "")
    assert (tried.waiting, tried.next_at, tried.failure) == (2, LATER, "503")


def test_destinations_do_not_wait_for_each_other(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry_for("1", destinations=("desk", "pager"))]))
    asyncio.run(journal.outbox.claim("desk", NOON, 10))
    assert ids(asyncio.run(journal.outbox.claim("pager", NOON, 10))) == ["1/1"]


def test_given_up_message_lets_the_next_one_pass(journal: SqlJournal) -> None:
    asyncio.run(dead_letter(journal, "a", "b"))
    assert ids(asyncio.run(journal.outbox.claim("desk", NOON, 10))) == ["1/2"]


def test_disabled_destination_gets_nothing_until_it_is_enabled(journal: SqlJournal) -> None:
    async def play() -> list[object]:
        await journal.record([entry_for("1"), entry_for("2")])
        [first, _] = await journal.outbox.claim("desk", NOON, 2)
        await journal.outbox.settle(first, Ending(EndState.WAITING, NOON, NOON, "410 Gone", disables=True))
        off = [await journal.outbox.claim("desk", LATER, 10), await journal.outbox.next_due("desk")]
        states = await journal.outbox.states(["desk", "pager"])
        await journal.outbox.enable("desk")
        [again] = await journal.outbox.claim("desk", LATER, 10)
        return [off, states, again.attempt]

    off, states, attempt = asyncio.run(play())
    assert off == [[], None]
    assert states == [
        DestinationState("desk", 2, 0, NOON, "410 Gone", next_at=NOON, failure="410 Gone"),
        DestinationState("pager"),
    ]
    assert attempt == 1


def test_claims_of_a_process_that_is_gone_are_recovered_once_they_are_stale(database: Database) -> None:
    with SqlJournal.open(database.url) as first:
        asyncio.run(first.record([entry_for("1")]))
        asyncio.run(first.outbox.claim("desk", NOON, 10))
    with SqlJournal.open(database.url) as second:
        outbox = second.outbox
        assert asyncio.run(outbox.recover("desk", NOON)) == 0
        assert asyncio.run(outbox.recover("desk", LATER)) == 1
        [message] = asyncio.run(outbox.claim("desk", LATER, 10))
    assert (message.attempt, message.was_tried) == (2, True)


def test_claims_of_a_process_that_lives_are_left_alone(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with SqlJournal.open(url) as first, SqlJournal.open(url) as second:
        asyncio.run(first.record([entry_for("1")]))
        asyncio.run(first.outbox.claim("desk", NOON, 10))
        assert asyncio.run(second.outbox.recover("desk", LATER)) == 0
        first.close()
        assert asyncio.run(second.outbox.recover("desk", LATER)) == 1


def test_no_message_is_claimed_by_two_processes(postgres: PostgresServer) -> None:
    database = PostgresDatabase(postgres.new_database())

    async def empty(journal: SqlJournal) -> list[int]:
        outbox, seen = journal.outbox, []
        while messages := await outbox.claim("desk", NOON, 3):
            for message in messages:
                seen.append(message.seq)
                await outbox.settle(message, DELIVERED)
        return seen

    async def both(first: SqlJournal, second: SqlJournal) -> list[list[int]]:
        await first.record([entry_for(str(one), body) for one in range(15) for body in "ab"])
        return list(await asyncio.gather(empty(first), empty(second)))

    with SqlJournal.open(database.url) as first, SqlJournal.open(database.url) as second:
        seen = asyncio.run(both(first, second))
        assert asyncio.run(empty(first)) == []
    assert sorted(seen[0] + seen[1]) == list(range(1, 31))
    assert database.row_counts()["outbox"] == 0


def test_dead_letters_are_listed_the_last_first(journal: SqlJournal) -> None:
    async def play() -> list[list[str]]:
        await journal.record([entry_for(str(one), destinations=("desk", "pager")) for one in range(3)])
        for name in ("desk", "pager"):
            for message in await journal.outbox.claim(name, NOON, 10):
                await journal.outbox.settle(message, DEAD)
        first = await journal.outbox.page_dead(2, None, "desk")
        rest = await journal.outbox.page_dead(2, first.next_cursor, "desk")
        assert rest.next_cursor is None
        everything = await journal.outbox.page_dead(10)
        return [ids([one.message for one in page.letters]) for page in (first, rest, everything)]

    assert asyncio.run(play()) == [["2/1", "1/1"], ["0/1"], ["2/1", "2/1", "1/1", "1/1", "0/1", "0/1"]]


def test_dead_letter_is_edited_and_replayed_from_the_start(journal: SqlJournal) -> None:
    seq = asyncio.run(dead_letter(journal))
    edit = Edit({"title": "b"}, {"team": "network"})
    asyncio.run(journal.outbox.edit_dead(seq, edit))
    letter = asyncio.run(journal.outbox.find_dead(seq))
    assert (letter.message.content.edit, letter.reason, letter.buried_at) == (edit, "422", NOON)
    asyncio.run(journal.outbox.replay_dead(seq, LATER))
    assert asyncio.run(journal.outbox.claim("desk", NOON, 10)) == []
    [message] = asyncio.run(journal.outbox.claim("desk", LATER, 10))
    assert (message.attempt, message.was_tried, message.content.labels) == (1, True, {"title": "b"})


def test_dead_letter_would_not_set_an_incident_back(journal: SqlJournal) -> None:
    async def play() -> int:
        seq = await dead_letter(journal, "a", "b")
        [newer] = await journal.outbox.claim("desk", NOON, 10)
        await journal.outbox.settle(newer, DELIVERED)
        return seq

    seq = asyncio.run(play())
    with pytest.raises(Conflict, match="revision 2"):
        asyncio.run(journal.outbox.replay_dead(seq, NOON))


def test_discarded_dead_letter_is_gone_and_what_is_not_dead_cannot_be_touched(
    journal: SqlJournal, database: Database
) -> None:
    seq = asyncio.run(dead_letter(journal))
    asyncio.run(journal.outbox.discard_dead(seq))
    asyncio.run(journal.record([entry_for("2")]))
    outbox, alive = journal.outbox, seq + 1
    for number in (seq, alive):
        for question in (
            outbox.find_dead(number),
            outbox.edit_dead(number, Edit({}, {})),
            outbox.replay_dead(number, NOON),
            outbox.discard_dead(number),
        ):
            with pytest.raises(NotFound):
                asyncio.run(question)
    assert database.row_counts()["outbox"] == 1


def test_dead_letters_can_be_worked_on_beside_a_service(database: Database) -> None:
    with SqlJournal.open(database.url) as journal:
        seq = asyncio.run(dead_letter(journal))

        async def discard() -> None:
            with open_outbox(database.url) as outbox:
                await outbox.discard_dead(seq)

        asyncio.run(discard())
        assert asyncio.run(journal.outbox.page_dead(10)).letters == ()


def test_outbox_of_a_file_that_is_not_there_is_not_made(file: Path) -> None:
    with pytest.raises(NotFound, match=r"triage\.db"), open_outbox(SqliteDatabase(file).url):
        pass
    assert not file.exists()
