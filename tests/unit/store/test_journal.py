"""The journal on real databases."""

from __future__ import annotations

import asyncio
import resource
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import NOON, MemoryJournal, fixed_clock, network_prediction, received
from tests.postgres import PostgresServer
from tests.stored import Database, PostgresDatabase, SqliteDatabase, database_url, write_locked

from triage.domain import Feedback, Triage
from triage.errors import Conflict, NotFound, StoreUnavailable, UsageError
from triage.flow import AnswerStatus, Entry
from triage.store import SqlJournal


def entry(incident_id: str, body: str = "{}", source: str = "desk") -> Entry:
    triage = Triage(incident_id, source, (network_prediction(),), "", fixed_clock())
    return Entry(received(incident_id, body, source), triage)


def test_stored_answer_is_the_one_that_was_given(journal: SqlJournal) -> None:
    [given_answer] = asyncio.run(journal.record([entry("1")]))
    assert given_answer.status is AnswerStatus.CREATED
    assert asyncio.run(journal.find("1")) == given_answer
    assert asyncio.run(journal.find("1", "desk")) == given_answer


def test_body_and_labels_are_kept_as_they_came(journal: SqlJournal, database: Database) -> None:
    body = '{ "größe": "\\u0041",\n "n": 1.0 }'
    asyncio.run(journal.record([entry("1", body)]))
    [(kept, labels)] = database.execute("SELECT body, labels FROM revisions")
    assert kept == body
    assert orjson.loads(str(labels)) == {"title": body}


def test_event_and_decision_share_one_commit(journal: SqlJournal, database: Database) -> None:
    asyncio.run(journal.record([entry(str(number)) for number in range(20)]))
    assert (journal.counts.commits, journal.counts.rows) == (1, 20)
    written = {name: count for name, count in database.row_counts().items() if count}
    assert written == {"alembic_version": 1, "incidents": 20, "revisions": 20, "decisions": 20}


def test_all_revisions_are_kept(journal: SqlJournal, database: Database) -> None:
    for body in ("a", "b", "b", "a"):
        asyncio.run(journal.record([entry("1", body)]))
    assert database.execute("SELECT revision, body FROM revisions ORDER BY revision") == [(1, "a"), (2, "b"), (3, "a")]
    assert asyncio.run(journal.find("1")).revision == 3


def test_same_incident_several_times_in_one_list_is_told_apart(journal: SqlJournal) -> None:
    answers = asyncio.run(journal.record([entry("1", body) for body in ("a", "a", "b", "b", "a")]))
    assert [(answer.status.value, answer.revision) for answer in answers] == [
        ("created", 1),
        ("repeated", 1),
        ("updated", 2),
        ("repeated", 2),
        ("updated", 3),
    ]


def test_list_of_a_thousand_new_and_known_incidents_is_recorded(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry(str(number)) for number in range(0, 1000, 2)]))
    answers = asyncio.run(journal.record([entry(str(number)) for number in range(1000)]))
    assert [answer.status.value for answer in answers] == ["repeated", "created"] * 500


Posts = list[list[tuple[str, str, str]]]


@settings(max_examples=40)
@given(st.lists(st.lists(st.tuples(*(st.sampled_from("ab"),) * 3), min_size=1, max_size=6), max_size=6))
def test_any_sequence_of_posts_is_answered_as_a_plain_dictionary_would(posts: Posts) -> None:
    async def play(journal: SqlJournal | MemoryJournal) -> list[object]:
        seen: list[object] = []
        for post in posts:
            seen.extend(await journal.record([entry(incident_id, body, source) for source, incident_id, body in post]))
        seen.append(await journal.page(100))
        return seen

    with tempfile.TemporaryDirectory() as folder, SqlJournal.open(SqliteDatabase(Path(folder) / "t.db").url) as journal:
        assert asyncio.run(play(journal)) == asyncio.run(play(MemoryJournal()))


def test_restarted_journal_remembers(database: Database) -> None:
    with SqlJournal.open(database.url) as first:
        [answer] = asyncio.run(first.record([entry("1")]))
    with SqlJournal.open(database.url) as second:
        assert asyncio.run(second.find("1")) == answer
        [again] = asyncio.run(second.record([entry("1")]))
    assert again.status is AnswerStatus.REPEATED


def test_requests_that_wait_together_share_commits(journal: SqlJournal) -> None:
    async def post_all() -> None:
        await asyncio.gather(*(journal.record([entry(str(number))]) for number in range(200)))

    asyncio.run(post_all())
    # How many depends on the disk; which ones share is pinned down in test_writer.
    assert journal.counts.commits < 100
    assert journal.counts.rows == 200


def test_commit_that_fails_acknowledges_nobody_and_the_next_succeeds(journal: SqlJournal, database: Database) -> None:
    async def post_all() -> list[object]:
        posts = (journal.record([entry(str(number))]) for number in range(5))
        return await asyncio.gather(*posts, return_exceptions=True)

    with database.write_locked():
        outcomes = asyncio.run(post_all())
    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert database.row_counts()["incidents"] == 0
    assert journal.counts.failures >= 1
    asyncio.run(journal.record([entry("1")]))
    assert database.row_counts()["incidents"] == 1


def test_check_tells_whether_a_file_can_be_written(file: Path) -> None:
    with SqlJournal.open(database_url(file), busy_timeout_s=0.1) as journal:
        asyncio.run(journal.check())
        with write_locked(file), pytest.raises(StoreUnavailable):
            asyncio.run(journal.check())
        assert journal.counts.commits == 0


def test_full_disk_is_not_ready_until_a_commit_succeeds(file: Path) -> None:
    async def record_and_check(number: str, said: str) -> None:
        with pytest.raises(StoreUnavailable, match=r"could not commit: .*(disk|I/O)"):
            await journal.record([entry(number, said)])
        with pytest.raises(StoreUnavailable):
            await journal.check()

    with SqlJournal.open(database_url(file)) as journal:
        asyncio.run(journal.record([entry("1")]))
        asyncio.run(journal.check())
        log = file.with_name(f"{file.name}-wal")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
        try:
            asyncio.run(record_and_check("2", "x" * 50_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        asyncio.run(journal.check())
        asyncio.run(journal.record([entry("3")]))
        assert journal.counts.rows == 2


def test_check_tells_whether_a_server_takes_writes(postgres: PostgresServer) -> None:
    database = PostgresDatabase(postgres.new_database())
    with SqlJournal.open(database.url) as journal:
        asyncio.run(journal.check())
    [(name,)] = database.execute("SELECT current_database()")
    database.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with SqlJournal.open(database.url) as journal, pytest.raises(StoreUnavailable, match="no writes"):
        asyncio.run(journal.check())


def test_closed_journal_accepts_nothing(journal: SqlJournal) -> None:
    journal.close()
    journal.close()
    with pytest.raises(StoreUnavailable, match="closed or closing"):
        asyncio.run(journal.record([entry("1")]))


def test_unknown_incident_is_not_found(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry("1")]))
    with pytest.raises(NotFound, match="'2'"):
        asyncio.run(journal.find("2"))
    with pytest.raises(NotFound, match="'mail'"):
        asyncio.run(journal.find("1", "mail"))


def test_id_of_several_sources_needs_the_source(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry("1", source=source) for source in ("desk", "mail")]))
    with pytest.raises(Conflict, match="'desk', 'mail'"):
        asyncio.run(journal.find("1"))
    assert asyncio.run(journal.find("1", "mail")).triage.source == "mail"


def test_pages_are_newest_first_and_do_not_move_when_incidents_come_in(journal: SqlJournal) -> None:
    async def walk() -> list[str]:
        await journal.record([entry(str(number)) for number in range(7)])
        cursor, seen = None, []
        while True:
            page = await journal.page(3, cursor)
            seen += [answer.triage.incident_id for answer in page.answers]
            # New incidents go in front, an update does not move its incident.
            await journal.record([entry(f"new-{len(seen)}"), entry("2", str(len(seen)))])
            cursor = page.next_cursor
            if cursor is None:
                return seen

    assert asyncio.run(walk()) == ["6", "5", "4", "3", "2", "1", "0"]


def test_last_page_has_no_cursor_even_when_it_is_full(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry("1"), entry("2")]))
    assert asyncio.run(journal.page(2)).next_cursor is None


def test_page_can_be_of_one_source(journal: SqlJournal) -> None:
    asyncio.run(journal.record([entry(str(number), source="ab"[number % 2]) for number in range(6)]))
    page = asyncio.run(journal.page(2, None, "a"))
    rest = asyncio.run(journal.page(2, page.next_cursor, "a"))
    assert [answer.triage.incident_id for answer in (*page.answers, *rest.answers)] == ["4", "2", "0"]


def test_newest_incidents_come_in_order_as_they_stand_and_from_a_place_on(journal: SqlJournal) -> None:
    assert journal.newest(3) == ([], 0)
    for number in range(5):
        asyncio.run(journal.record([entry(str(number))]))
    first, place = journal.newest(3)
    assert [one.id for one in first] == ["2", "3", "4"]
    late = replace(entry("3", "other"), received=received("3", "other", at=NOON + timedelta(hours=1)))
    asyncio.run(journal.record([late, entry("5")]))
    assert [one.id for one in journal.newest(3, place)[0]] == ["5"]
    again = {one.id: one for one in journal.newest(9)[0]}
    assert (again["3"].labels["title"], again["3"].received_at) == ("other", NOON)


def test_cursor_of_somebody_else_is_refused(journal: SqlJournal) -> None:
    with pytest.raises(UsageError, match="cursor"):
        asyncio.run(journal.page(2, "abc"))


def test_verdicts_are_kept_in_their_order(journal: SqlJournal) -> None:
    verdicts = [Feedback("1", "desk", "team", label, "ada", NOON) for label in ("network", "hardware")]
    asyncio.run(journal.record([entry("1")]))
    for verdict in verdicts:
        asyncio.run(journal.add_feedback(verdict))
    [end] = journal.ends(5)
    assert [(value.name, value.value) for value in end.values] == [("team", "network"), ("team", "hardware")]


def test_verdict_on_an_unknown_incident_is_not_kept(journal: SqlJournal, database: Database) -> None:
    async def post_both() -> tuple[object, object]:
        bad = journal.add_feedback(Feedback("2", "desk", "team", "network", "", NOON))
        return await asyncio.gather(journal.record([entry("1")]), bad, return_exceptions=True)

    recorded, refused = asyncio.run(post_both())
    assert isinstance(recorded, list)
    assert isinstance(refused, NotFound)
    assert database.row_counts()["feedback"] == 0


def test_database_that_cannot_be_read_is_unavailable(journal: SqlJournal, database: Database) -> None:
    database.execute("DROP TABLE decisions")
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        asyncio.run(journal.page(2))


async def settled(journal: SqlJournal, number: int) -> list[tuple[str, int]]:
    """Post the same incidents as another writer does at the same time, each with bodies of its own and some shared."""
    seen: list[tuple[str, int]] = []
    for turn in range(15):
        entries = [entry(str(one), body) for one in range(8) for body in ("same", f"{turn} of {number}")]
        seen += [(answer.status.value, answer.revision) for answer in await journal.record(entries)]
    return seen


def test_two_processes_on_one_server_number_revisions_without_gaps_or_doubles(postgres: PostgresServer) -> None:
    database = PostgresDatabase(postgres.new_database())

    async def both(first: SqlJournal, second: SqlJournal) -> list[list[tuple[str, int]]]:
        return list(await asyncio.gather(settled(first, 1), settled(second, 2)))

    with SqlJournal.open(database.url) as first, SqlJournal.open(database.url) as second:
        answers = asyncio.run(both(first, second))
        counts = [(first.counts.failures, second.counts.failures)]
    assert counts == [(0, 0)]
    fresh = sorted(revision for seen in answers for status, revision in seen if status != "repeated")
    stored = database.execute("SELECT revision FROM revisions ORDER BY revision")
    assert fresh == [revision for (revision,) in stored]
    latest = database.execute("SELECT incident_id, max(revision), count(*) FROM revisions GROUP BY incident_id")
    assert all(highest == count for _, highest, count in latest)
    moved = database.execute("SELECT incident_id, revision FROM incidents")
    assert sorted(moved, key=str) == sorted(((one, highest) for one, highest, _ in latest), key=str)


def test_one_process_at_a_time_watches_the_metrics_of_a_server(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with SqlJournal.open(url) as first, SqlJournal.open(url) as second:
        assert asyncio.run(first.metrics.claim())
        assert not asyncio.run(second.metrics.claim())
        first.close()
        assert asyncio.run(second.metrics.claim())
