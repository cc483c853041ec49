"""What 2xx means, with a real server, a real database and many senders at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from structlog.testing import capture_logs
from tests.fakes import FakeCatalogue, FakeLabeller, FaultyLabeller, fixed_clock, started_metrics
from tests.loopback import serving
from tests.stored import database_url, row_counts, write_locked

from triage.api import Service, create_app
from triage.flow import KeyedAnswers, LiveFlow
from triage.store import SqlJournal


@contextmanager
def running(file: Path, labeller: FakeLabeller) -> Iterator[tuple[int, SqlJournal]]:
    """Serve over a database; give the port and the journal."""
    with SqlJournal.open(database_url(file), busy_timeout_s=0.1) as journal:
        flow = LiveFlow(lambda: labeller, journal, fixed_clock)
        service = Service(
            flow,
            started_metrics(flow, journal.metrics),
            FakeCatalogue(),
            journal.outbox,
            KeyedAnswers(journal.keys, fixed_clock),
        )
        with serving(create_app(service)) as port:
            yield port, journal


async def post_all(port: int, ids: list[str], title: str = "VPN") -> dict[str, httpx.Response]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        posts = (client.post("/v1/incidents", json={"id": one, "title": title}) for one in ids)
        return dict(zip(ids, await asyncio.gather(*posts), strict=True))


def test_senders_share_commits_and_a_restarted_service_remembers_every_answer(tmp_path: Path) -> None:
    file = tmp_path / "triage.db"
    ids = [str(number) for number in range(150)]
    with running(file, FakeLabeller()) as (port, journal):
        answers = asyncio.run(post_all(port, ids))
        commits = journal.counts.commits
    assert {answer.status_code for answer in answers.values()} == {201}
    assert commits < len(ids)

    # The second life labels otherwise, if at all: what it gives is what it remembers.
    with running(file, FaultyLabeller()) as (port, _):
        repeats = asyncio.run(post_all(port, ids))
        stored = {one: httpx.get(f"http://127.0.0.1:{port}/v1/incidents/{one}") for one in ids[::10]}
    assert all(stored[one].content == answers[one].content for one in stored)
    assert {(one.status_code, one.json()["status"]) for one in repeats.values()} == {(200, "repeated")}
    assert row_counts(file)["revisions"] == len(ids)


def test_database_that_cannot_commit_gives_503_to_all_and_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "triage.db"
    with running(file, FakeLabeller()) as (port, _), capture_logs():
        with write_locked(file):
            refused = asyncio.run(post_all(port, ["1", "2", "3"]))
            assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 503
        assert row_counts(file)["incidents"] == 0
        accepted = asyncio.run(post_all(port, ["1", "2", "3"]))
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    assert {answer.status_code for answer in refused.values()} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused.values())
    assert {answer.status_code for answer in accepted.values()} == {201}


def test_failing_labeller_degrades_the_answer_and_the_incident_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "triage.db"
    with running(file, FaultyLabeller()) as (port, _), capture_logs():
        [answer] = asyncio.run(post_all(port, ["1"], "poison")).values()
    assert answer.status_code == 201
    assert "KeyError" in answer.json()["degraded"]
    assert row_counts(file)["decisions"] == 1
