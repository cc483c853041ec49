"""Warnings of limits that are looked for no longer are closed at the next start: a real watcher, both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs
from tests.fakes import FakeLabeller, fixed_clock
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.bootstrap.watching import LiveWatchers
from triage.domain import EarlyWarning, IncidentState
from triage.flow import WARNING_SOURCE, LiveFlow, LiveMetrics, MetricBatch, WarningQuery
from triage.registry import Shelf
from triage.registry.live import LiveModels
from triage.store import SqlJournal
from triage.watch.budget import Budget
from triage.watch.limits import Limits

# No disk of it is full within these hours.
HOURS, PERCENT_AN_HOUR = 16, 5.0
GONE, STAYING = "disk_used_percent", "memory_used_percent"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of the test's own, of either kind."""
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "triage.db")
    return PostgresDatabase(request.getfixturevalue("postgres").new_database())


class Estate:
    """Two hosts, one whose disk and one whose memory fills up, before a service that is started again and again."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.models = database, LiveModels(Shelf(folder))
        self.sent = 0

    def watched(self, limits: Limits, *, sends: int = 0, is_killed: bool = False) -> dict[str, EarlyWarning]:
        """Start, send so many hours, end; return the warnings by their metric."""

        async def run(journal: SqlJournal) -> list[EarlyWarning]:
            flow = LiveFlow(FakeLabeller, journal, fixed_clock)
            watchers = LiveWatchers(self.models, Budget.parse("1/day"), limits=limits)
            metrics = LiveMetrics(watchers, journal.metrics, flow, fixed_clock)
            await metrics.start()
            for _ in range(sends):
                await metrics.accept(self._hour())
            if not is_killed:
                await metrics.stop()
            found = list((await metrics.page(WarningQuery(10))).warnings)
            for one in found:
                is_over = (await flow.find(one.id, WARNING_SOURCE)).state is IncidentState.RESOLVED
                assert is_over is (one.closed_at is not None)
            return found

        with capture_logs(), SqlJournal.open(self.database.url) as journal:
            return {one.causes[0].metric: one for one in asyncio.run(run(journal))}

    def _hour(self) -> MetricBatch:
        minutes = np.arange(60 * self.sent, 60 * (self.sent + 1))
        self.sent += 1
        level = 20.0 + PERCENT_AN_HOUR * minutes / 60
        return MetricBatch(
            ("db", "web"),
            (GONE, STAYING),
            np.tile(np.arange(2), 60),
            np.repeat(minutes, 2) * 60_000_000_000,
            np.repeat(level, 2),
        )


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize(
    ("changed", "stays_open"),
    [(Limits({"disk_*": None}), {STAYING}), (Limits(horizon_s=0.0), set())],
    ids=["pattern", "none"],
)
def test_warnings_of_limits_that_are_looked_for_no_longer_are_closed_with_the_reason(
    database: Database, tmp_path: Path, changed: Limits, stays_open: set[str], *, is_killed: bool
) -> None:
    estate = Estate(database, tmp_path)
    before = estate.watched(Limits(), sends=HOURS, is_killed=is_killed)
    assert {metric for metric, one in before.items() if one.closed_at is None} == {GONE, STAYING}
    after = estate.watched(changed)
    assert {metric for metric, one in after.items() if one.closed_at is None} == stays_open
    for metric, one in after.items():
        assert (one == before[metric]) is (metric in stays_open)
        if metric not in stays_open:
            assert one.why.startswith(before[metric].why)
            assert "by the settings in force" in one.why
            assert one.ended_at == one.closed_at
    assert estate.watched(changed, is_killed=is_killed) == after


def test_warning_of_another_value_is_closed_and_that_of_another_horizon_is_not(
    database: Database, tmp_path: Path
) -> None:
    estate = Estate(database, tmp_path)
    before = estate.watched(Limits(), sends=HOURS)
    after = estate.watched(Limits({"disk_*": 300.0}, horizon_s=7200.0))
    assert after[STAYING] == before[STAYING]
    told = after[STAYING].saturation
    assert told is not None
    assert told.limit == 100.0
    assert after[STAYING].closed_at is None
    assert after[GONE].closed_at is not None
    assert "by the settings in force" in after[GONE].why
