"""Events that are shuffled, doubled and delayed settle to what the same events in their order come to."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, select
from tests.delivery import entry_for
from tests.fakes import NOON

from triage.flow import Answer, AnswerStatus, Entry
from triage.store.recording import latest_answers
from triage.store.rows import rows_of
from triage.store.tables import incidents, metadata, outbox, revisions
from triage.store.writing import Write, write_all

# 10,000 under make soak.
EXAMPLES = int(os.environ.get("SETTLING_EXAMPLES", "100"))


@pytest.fixture(scope="module")
def engine() -> Engine:
    made = create_engine("sqlite://")
    metadata.create_all(made)
    return made


def report(incident_id: str, minute: int) -> Entry:
    """What an incident is as of a minute; the same minute always says the same."""
    entry = entry_for(incident_id, f"as of {minute}")
    return replace(entry, received=replace(entry.received, as_of=NOON + timedelta(minutes=minute)))


def state(connection: Connection) -> dict[str, tuple[str, bool]]:
    """Which body of each incident is in force, and whether that answer is the one that is given."""
    bodies = select(incidents.c.incident_id, revisions.c.body).join(
        revisions,
        (revisions.c.incident_id == incidents.c.incident_id) & (revisions.c.revision == incidents.c.revision),
    )
    answered = {row["incident_id"] for row in connection.execute(latest_answers()).mappings()}
    return {row.incident_id: (row.body, row.incident_id in answered) for row in connection.execute(bodies)}


def settle(engine: Engine, posts: list[list[Entry]]) -> tuple[dict[str, tuple[str, bool]], list[Answer], int]:
    """Write requests one after the other; return the state, the answers, and the messages that were made."""
    answers: list[Answer] = []
    with engine.connect() as connection:
        for post in posts:
            [outcome] = write_all(connection, [Write(entries=rows_of(post))])
            assert isinstance(outcome, list)
            answers += outcome
        counts = connection.execute(select(incidents.c.incident_id, incidents.c.revisions)).all()
        stored = connection.execute(select(revisions.c.incident_id, revisions.c.revision)).all()
        for incident_id, count in counts:
            assert sorted(revision for one, revision in stored if one == incident_id) == [*range(1, count + 1)]
        messages = len(connection.execute(select(outbox.c.seq)).all())
        found = state(connection)
        connection.rollback()
    return found, answers, messages


EVENTS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), min_size=1, max_size=8)


@pytest.mark.timeout(900)
@settings(max_examples=EXAMPLES)
@given(EVENTS, st.data())
def test_any_order_settles_to_the_state_of_the_ordered_one(
    engine: Engine, events: list[tuple[str, int]], data: st.DataObject
) -> None:
    ordered = sorted(set(events), key=lambda event: event[1])
    shuffled = data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(shuffled) - 1)), max_size=3)))
    bounds = [0, *cuts, len(shuffled)]
    posts = [[report(*event) for event in shuffled[a:b]] for a, b in pairwise(bounds)]
    wanted, _, _ = settle(engine, [[report(*event)] for event in ordered])
    found, answers, messages = settle(engine, [post for post in posts if post])
    assert found == wanted
    told = [answer for answer in answers if answer.status in (AnswerStatus.CREATED, AnswerStatus.UPDATED)]
    assert messages == len(told)
    # Each report is kept once, however often it comes in.
    kept = [answer for answer in answers if answer.status is not AnswerStatus.REPEATED]
    assert len(kept) == len(set(events))


def test_late_report_is_kept_told_to_nobody_and_does_not_change_what_is_in_force(engine: Engine) -> None:
    found, answers, messages = settle(engine, [[report("a", 5)], [report("a", 1)], [report("a", 1)], [report("a", 7)]])
    assert [(answer.status.value, answer.revision) for answer in answers] == [
        ("created", 1),
        ("superseded", 2),
        ("repeated", 1),
        ("updated", 3),
    ]
    assert found == {"a": ("as of 7", True)}
    assert messages == 2
