"""Evidence on automatic labels in real databases."""

from __future__ import annotations

import asyncio

from tests.fakes import DESK, NOON, network_triage, received

from triage.domain import ModelRef
from triage.flow import Entry, Known, Verdict, Withdrawal
from triage.monitor import Place, Standing, Tally
from triage.store import SqlJournal

NETWORK, MAIL = Place(DESK, "group", "network"), Place(DESK, "group", "mail")
OTHER = Place(ModelRef("desk", "2"), "group", "network")


def verdict(incident_id: str, place: Place = NETWORK, *, is_audit: bool = False, is_right: bool = False) -> Verdict:
    return Verdict("desk", incident_id, place, is_audit, is_right, NOON)


async def fill(journal: SqlJournal) -> None:
    await journal.record([Entry(received(one), network_triage(one, "desk", NOON)) for one in "123456"])


def test_evidence_is_added_up_by_place(journal: SqlJournal) -> None:
    async def play() -> tuple[list[Verdict], Known, Known]:
        await fill(journal)
        book = journal.evidence
        new = await book.add_verdicts(
            [verdict("1"), verdict("2", is_audit=True), verdict("3", is_audit=True, is_right=True)]
        )
        assert await book.add_verdicts([verdict("1", is_right=True), verdict("4", MAIL, is_right=True)]) == [
            verdict("4", MAIL, is_right=True)
        ]
        await book.add_verdicts([verdict("5", OTHER)])
        await book.add_automatic({NETWORK: 7, MAIL: 2})
        await book.add_automatic({NETWORK: 3})
        return new, await book.read([DESK]), await book.read([])

    new, known, nothing = asyncio.run(play())
    assert len(new) == 3
    assert known.standings == {NETWORK: Standing(Tally(10, 1), Tally(2, 1)), MAIL: Standing(Tally(2))}
    assert nothing == Known({}, [])


def test_withdrawal_is_kept_once_as_it_was_first(journal: SqlJournal) -> None:
    async def play() -> tuple[list[bool], Known]:
        book = journal.evidence
        whole = Place(DESK, "group")
        told = [await book.withdraw(Withdrawal(whole, NOON, why)) for why in ("first", "second")]
        await book.withdraw(Withdrawal(OTHER, NOON, "of another version"))
        return told, await book.read([DESK])

    told, known = asyncio.run(play())
    assert told == [True, False]
    assert known.withdrawals == [Withdrawal(Place(DESK, "group"), NOON, "first")]
