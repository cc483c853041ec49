"""Labels that follow, on real databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.delivery import entry_for
from tests.fakes import NOON, network_prediction
from tests.stored import Database

from triage.domain import Triage
from triage.flow import Ending, EndState, Entry, MessageKind, Relabel
from triage.store import SqlJournal

LABELS = Triage("1", "mail", (network_prediction(),), "", NOON)


def unlabelled_entry(body: str = "a") -> Entry:
    return replace(entry_for("1", body), triage=Triage("1", "mail", degraded="late", answered_at=NOON))


def test_revision_without_labels_is_remembered_until_they_follow(journal: SqlJournal, database: Database) -> None:
    async def play() -> list[object]:
        await journal.record([unlabelled_entry(), entry_for("2")])
        [one] = await journal.unlabelled(0, 10)
        assert await journal.unlabelled(one.seq, 10) == []
        await journal.relabel([Relabel("mail", "1", one.revision, LABELS)])
        return [one.incident, await journal.unlabelled(0, 10), (await journal.find("1")).triage]

    assert asyncio.run(play()) == [unlabelled_entry().received.incident, [], LABELS]
    assert database.row_counts()["unlabelled"] == 0


def test_destinations_hear_of_labels_after_the_event_and_once(journal: SqlJournal) -> None:
    relabel = Relabel("mail", "1", 1, LABELS, ("desk",))

    async def play() -> list[MessageKind]:
        await journal.record([unlabelled_entry()])
        await journal.relabel([relabel])
        await journal.relabel([relabel])
        kinds: list[MessageKind] = []
        while messages := await journal.outbox.claim("desk", NOON, 10):
            kinds += [message.kind for message in messages]
            await journal.outbox.settle(messages[0], Ending(EndState.DELIVERED, NOON))
        return kinds

    assert asyncio.run(play()) == [MessageKind.EVENT, MessageKind.LABELS]


def test_labels_of_a_revision_that_is_not_the_latest_are_kept_and_not_sent(
    journal: SqlJournal, database: Database
) -> None:
    async def play() -> None:
        await journal.record([unlabelled_entry("a"), unlabelled_entry("b")])
        await journal.relabel([Relabel("mail", "1", 1, LABELS, ("desk",))])

    asyncio.run(play())
    assert database.execute("SELECT kind, revision FROM outbox ORDER BY seq") == [("event", 1), ("event", 2)]
    assert database.execute("SELECT revision, degraded FROM decisions ORDER BY revision") == [(1, ""), (2, "late")]


def test_what_is_given_up_is_forgotten(journal: SqlJournal) -> None:
    asyncio.run(journal.record([unlabelled_entry()]))
    [one] = asyncio.run(journal.unlabelled(0, 10))
    asyncio.run(journal.relabel([], [one.seq]))
    assert asyncio.run(journal.unlabelled(0, 10)) == []
