"""What a transaction changes about groups, on real databases."""

from __future__ import annotations

import asyncio

from tests.alerting import alert_entry, alert_incident
from tests.stored import Database

from triage.decide.grouping import Condition, GroupingRules
from triage.domain import IncidentState, PauseState
from triage.store import SqlJournal

WEEK = 8 * 24 * 60.0
OVER = IncidentState.RESOLVED


def test_group_that_is_let_go_in_the_transaction_that_made_it_is_found_again(database: Database) -> None:
    plan = [
        alert_incident("down", "shop-db-1", 0, number=1),
        alert_incident("down", "shop-web-1", 2, number=2),
        alert_incident("down", "shop-web-1", WEEK, number=3),
        alert_incident("down", "shop-db-1", WEEK + 1, OVER, number=1),
    ]
    with SqlJournal.open(database.url, grouping=GroupingRules()) as journal:
        first, second, other, over = asyncio.run(journal.record([alert_entry(one) for one in plan]))
        assert first.group is not None
        assert second.group is not None
        assert other.group is not None
        assert over.group is not None
        assert first.group.id == second.group.id == over.group.id != other.group.id
        assert (over.group.size, over.group.open) == (2, 1)
        assert asyncio.run(journal.find_group(over.group.id)) == over.group


def test_member_that_expired_in_the_same_transaction_is_found_so(database: Database) -> None:
    rules = GroupingRules(conditions=(Condition((("source", "monitor"),), needed=3, within_s=600.0),))
    held = alert_incident("down", "shop-db-1", 0)
    with SqlJournal.open(database.url, grouping=rules) as journal:
        asyncio.run(journal.record([alert_entry(held)]))
        later = [alert_incident("slow", "mail-1", WEEK), alert_incident("down", "shop-db-1", WEEK, OVER)]
        [_, over] = asyncio.run(journal.record([alert_entry(one) for one in later]))
        assert over.group is not None
        [member] = over.group.members
        assert member.pause is not None
        assert member.pause.state is PauseState.EXPIRED
        assert asyncio.run(journal.find_group(over.group.id)) == over.group
