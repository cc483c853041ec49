"""The journal of metrics and warnings in a database: implements `triage.flow.MetricJournal`. It watches nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, Select, select

from triage.domain import EarlyWarning
from triage.errors import NotFound
from triage.flow import MetricBatch, Snapshot, WarningPage, WarningQuery, WarningState
from triage.store.columns import unpack_batch
from triage.store.cursors import from_cursor, to_cursor
from triage.store.dialects import in_parts
from triage.store.metric_rows import batch_row, snapshot_of, snapshot_row, warning_of, warning_row
from triage.store.reading import Reader
from triage.store.session_lock import SessionLocks
from triage.store.tables import metric_batches, warnings, watcher_snapshots
from triage.store.writer import GroupWriter
from triage.store.writing import Write

__all__ = ["SqlMetricJournal"]

# Batches are numbered and watched one after the other: in one process at a time, whichever says so first.
_WATCHING = 7_215_002


class SqlMetricJournal:
    """Metrics in the database of a `SqlJournal`, through its one writer.

    Parameters
    ----------
    writer : GroupWriter
    reader : Reader
    locks : SessionLocks
    """

    def __init__(self, writer: GroupWriter, reader: Reader, locks: SessionLocks) -> None:
        self._writer = writer
        self._reader = reader
        self._locks = locks

    async def claim(self) -> bool:
        """Become, or stay, the one process that watches; False as long as another one is.

        Raises
        ------
        StoreUnavailable
            The database cannot be asked.
        """
        return await asyncio.to_thread(self._locks.claim, _WATCHING)

    async def append(self, seq: int, received_at: datetime, batch: MetricBatch) -> None:
        """Commit a batch.

        Raises
        ------
        StoreUnavailable
            It was not kept.
        """
        # Packing copies 40 MB at most, without the interpreter's lock for most of it.
        row = await asyncio.to_thread(batch_row, seq, received_at, batch)
        await self._writer.submit(Write(batches=(row,)))

    async def batch_after(self, seq: int) -> tuple[int, MetricBatch] | None:
        """Return the next stored batch and its number.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = select(metric_batches.c.seq, metric_batches.c.columns).where(metric_batches.c.seq > seq)
        rows = await self._rows(query.order_by(metric_batches.c.seq).limit(1))
        return (rows[0]["seq"], unpack_batch(rows[0]["columns"])) if rows else None

    async def snapshot(self) -> Snapshot | None:
        """Return the state that was kept last.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        rows = await self._rows(select(watcher_snapshots).order_by(watcher_snapshots.c.seq.desc()).limit(1))
        return snapshot_of(rows[0]) if rows else None

    async def keep(self, warnings: Sequence[EarlyWarning], snapshot: Snapshot | None = None) -> None:
        """Commit warnings and, in the same transaction, a state; see `triage.flow.MetricJournal`.

        Raises
        ------
        StoreUnavailable
            Nothing of it was kept.
        """
        state = None if snapshot is None else await asyncio.to_thread(snapshot_row, snapshot)
        await self._writer.submit(Write(warnings=tuple(map(warning_row, warnings)), snapshot=state))

    async def open_warnings(self) -> list[EarlyWarning]:
        """Return all warnings of problems that are open.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        open_ones = select(warnings.c.warning_id).where(warnings.c.closed_at.is_(None), warnings.c.part_of == "")
        of_them = warnings.c.closed_at.is_(None) | warnings.c.part_of.in_(open_ones)
        # Sorted here: found by two indexes, of which neither has all of them in order.
        rows = sorted(await self._rows(select(warnings).where(of_them)), key=lambda row: row["seq"])
        return [warning_of(row) for row in rows]

    async def recent_warnings(self, most: int) -> list[EarlyWarning]:
        """Return the warnings that were opened last, the one that was opened first first.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = select(warnings).order_by(warnings.c.seq.desc()).limit(most)
        return [warning_of(row) for row in reversed(await self._rows(query))]

    async def stored_warnings(self, ids: Sequence[str]) -> dict[str, EarlyWarning]:
        """Return those of some warnings that are kept, by id.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        distinct = list(dict.fromkeys(ids))
        found: dict[str, EarlyWarning] = {}
        for some in in_parts(distinct):
            rows = await self._rows(select(warnings).where(warnings.c.warning_id.in_(some)))
            found |= {row["warning_id"]: warning_of(row) for row in rows}
        return found

    async def find_warning(self, warning_id: str) -> EarlyWarning:
        """Return a warning.

        Raises
        ------
        NotFound
            There is none with this id.
        StoreUnavailable
            The database cannot be read.
        """
        rows = await self._rows(select(warnings).where(warnings.c.warning_id == warning_id))
        if not rows:
            raise NotFound(f"No warning {warning_id!r} is stored.")
        return warning_of(rows[0])

    async def first_parts(self, warning_id: str, most: int) -> list[EarlyWarning]:
        """Return the parts of a warning's problem that came first, in that order.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        parts = select(warnings).where(warnings.c.part_of == warning_id)
        rows = await self._rows(parts.order_by(warnings.c.seq).limit(most))
        return [warning_of(row) for row in rows]

    async def page_warnings(self, query: WarningQuery) -> WarningPage:
        """Return warnings, the last first.

        Raises
        ------
        UsageError
            The cursor is none of ours.
        StoreUnavailable
            The database cannot be read.
        """
        wanted = select(warnings).order_by(warnings.c.seq.desc()).limit(query.limit + 1)
        if query.cursor is not None:
            wanted = wanted.where(warnings.c.seq < from_cursor(query.cursor))
        if query.entity is not None:
            wanted = wanted.where(warnings.c.entity == query.entity)
        if query.part_of is not None:
            wanted = wanted.where(warnings.c.part_of == query.part_of)
        elif not (query.with_parts or query.entity is not None):
            wanted = wanted.where(warnings.c.part_of == "")
        if query.state is not WarningState.ALL:
            is_open = warnings.c.closed_at.is_(None)
            wanted = wanted.where(is_open if query.state is WarningState.OPEN else ~is_open)
        rows = await self._rows(wanted)
        shown = rows[: query.limit]
        return WarningPage(
            tuple(warning_of(row) for row in shown),
            to_cursor(shown[-1]["seq"]) if len(rows) > query.limit else None,
        )

    async def _rows(self, query: Select[tuple[object, ...]]) -> Sequence[RowMapping]:
        return await self._reader.read(lambda connection: connection.execute(query).mappings().all())
