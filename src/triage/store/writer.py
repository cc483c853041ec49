"""The one writer: a thread that commits together whatever has queued. What is written is not known here."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError as UnfitValue
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from triage.errors import Conflict, StoreUnavailable, TriageError
from triage.flow import Answer, CommitCounts
from triage.store.dialects import said_by
from triage.store.writing import Outcome, Write, check_by_writing

__all__ = ["GroupWriter"]

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)

# Rows that share a commit: enough to make the disk's flush negligible, few enough that the first waits briefly.
_MOST_ROWS_A_COMMIT = 500
# What a driver raises for one value or one row that it cannot take, as against a database that cannot write at all; and
# a request that another one has crossed.
_FAULTS_OF_ONE = (IntegrityError, UnfitValue, ValueError, TypeError, OverflowError, Conflict)


@dataclass(slots=True)
class _Waiter:
    write: Write
    loop: asyncio.AbstractEventLoop
    answered: asyncio.Future[object] = field(init=False)

    def __post_init__(self) -> None:
        self.answered = self.loop.create_future()


class GroupWriter:
    """Takes requests from event loops, writes them in a thread of its own, answers after the commit.

    Parameters
    ----------
    engine : Engine
        With one connection, used by nobody else.
    write_all : callable
        Writes the requests of one transaction and says what to answer each.
    most_waiting : int
        Rows that may wait; beyond that senders are pushed back.
    """

    def __init__(
        self, engine: Engine, write_all: Callable[[Connection, Sequence[Write]], list[Outcome]], most_waiting: int
    ) -> None:
        self._engine = engine
        self._write_all = write_all
        self._most_waiting = most_waiting
        self._changed = threading.Condition()
        self._waiting: deque[_Waiter] = deque()
        self._waiting_rows = 0
        self._is_open = True
        self._counts = CommitCounts()
        self._is_failing = False
        # A daemon, as what is not committed has not been acknowledged and so may be lost with the process.
        self._thread = threading.Thread(target=self._serve, name="triage-writer", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> CommitCounts:
        """What has been written since the start."""
        return self._counts

    @property
    def is_failing(self) -> bool:
        """Whether the database could not commit what was written last."""
        return self._is_failing

    async def submit(self, write: Write) -> list[Answer]:
        """Write a request and return the answers on its entries; what is returned for is on disk.

        A caller that is cancelled meanwhile is written all the same: its sender will get the stored answer.

        Raises
        ------
        StoreUnavailable
            Nothing of it was kept: too many wait, the writer is closed, or the commit failed.
        TriageError
            The request cannot be written, whatever else is.
        """
        return cast("list[Answer]", await self._enqueue(write))

    async def perform(self, task: Callable[[Connection], _T]) -> _T:
        """Have a piece of work done in the same transactions, and return what it returns; raises as `submit` does.

        Parameters
        ----------
        task : callable
            Given the connection. An error of ours that it raises is for its caller alone, so it must come before the
            first change. It may be called twice, where a neighbour made the database refuse the transaction.
        """
        return cast("_T", await self._enqueue(Write(task=task)))

    async def _enqueue(self, write: Write) -> object:
        waiter = _Waiter(write, asyncio.get_running_loop())
        with self._changed:
            if not self._is_open:
                raise StoreUnavailable("The store is closed or closing. Send it again.")
            if self._waiting and self._waiting_rows + write.size > self._most_waiting:
                raise StoreUnavailable(f"{self._waiting_rows} rows wait to be written already. Send it again later.")
            self._waiting.append(waiter)
            self._waiting_rows += write.size
            self._changed.notify()
        return await waiter.answered

    def close(self) -> None:
        """Write what waits, then stop; twice is once."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        self._thread.join()

    def _serve(self) -> None:
        batch: list[_Waiter] = []
        try:
            while batch := self._next_batch():
                self._commit(batch)
        finally:
            # Reached with something left only by a fault of ours, which the thread reports: nobody may wait for ever.
            with self._changed:
                self._is_open = False
                left = [*batch, *self._waiting]
                self._waiting.clear()
            _answer(left, [StoreUnavailable("The writer has stopped. Restart the service.") for _ in left])

    def _next_batch(self) -> list[_Waiter]:
        batch: list[_Waiter] = []
        rows = 0
        with self._changed:
            while self._is_open and not self._waiting:
                self._changed.wait()
            while self._waiting and rows < _MOST_ROWS_A_COMMIT:
                batch.append(self._waiting.popleft())
                rows += batch[-1].write.size
            self._waiting_rows -= rows
        return batch

    def _commit(self, batch: Sequence[_Waiter]) -> None:
        outcomes: list[Outcome]
        try:
            with self._engine.begin() as connection:
                outcomes = self._write_all(connection, [waiter.write for waiter in batch])
        except _FAULTS_OF_ONE as err:
            if len(batch) > 1:
                for waiter in batch:
                    self._commit([waiter])
                return
            outcomes = [err if isinstance(err, Conflict) else self._refused(err)]
        except SQLAlchemyError as err:
            _log.error("commit_failed", requests=len(batch), error=repr(err), exc_info=True)
            self._counts = replace(self._counts, failures=self._counts.failures + 1)
            self._is_failing = True
            reason = f"Nothing was stored, as the database could not commit: {said_by(err)}. Send it again."
            outcomes = [_caused(StoreUnavailable(reason), err) for _ in batch]
        else:
            rows = sum(waiter.write.rows for waiter in batch)
            # A transaction that only looks may succeed on a full disk.
            if rows or any(waiter.write.task is check_by_writing for waiter in batch):
                self._is_failing = False
            if rows:
                self._counts = replace(self._counts, commits=self._counts.commits + 1, rows=self._counts.rows + rows)
        _answer(batch, outcomes)

    def _refused(self, err: Exception) -> TriageError:
        _log.error("write_refused", error=repr(err), exc_info=True)
        self._counts = replace(self._counts, failures=self._counts.failures + 1)
        return _caused(TriageError("The database refused what was to be written. Nothing was stored."), err)


def _answer(waiters: Sequence[_Waiter], outcomes: Sequence[Outcome]) -> None:
    """Hand over the outcomes, with one call an event loop rather than one a request."""
    pairs = list(zip(waiters, outcomes, strict=True))
    for loop in {waiter.loop for waiter in waiters}:
        try:
            loop.call_soon_threadsafe(_resolve, [(waiter, outcome) for waiter, outcome in pairs if waiter.loop is loop])
        except RuntimeError:
            # The loop is closed, and with it everybody who waited on it.
            _log.warning("answer_unheard", requests=sum(waiter.loop is loop for waiter in waiters))


def _resolve(pairs: Sequence[tuple[_Waiter, Outcome]]) -> None:
    for waiter, outcome in pairs:
        if waiter.answered.done():
            continue
        if isinstance(outcome, TriageError):
            waiter.answered.set_exception(outcome)
        else:
            waiter.answered.set_result(outcome)


def _caused(error: TriageError, cause: Exception) -> TriageError:
    error.__cause__ = cause
    return error
