"""What becomes of warnings: settled into problems, kept, and passed on as incidents. It watches nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from triage.decide.grouping import GroupingRules
from triage.domain import EarlyWarning, IncidentState
from triage.errors import TriageError
from triage.flow.answers import Answer
from triage.flow.live import LiveFlow
from triage.flow.metric_ports import MetricJournal
from triage.flow.problems import Problems, Settled
from triage.flow.stream import Stream
from triage.flow.warnings import WARNING_SOURCE, warning_received

__all__ = ["Settling"]

_log = structlog.get_logger(__name__)


class Settling:
    """The problems of a stream's warnings, and what of them is not on disk yet.

    Parameters
    ----------
    journal : MetricJournal
    flow : LiveFlow
        Where warnings go on as incidents.
    clock : callable returning datetime
        The present (aware, UTC).
    grouping : GroupingRules or None
        By what warnings are one problem; None makes each one of its own.
    """

    def __init__(
        self, journal: MetricJournal, flow: LiveFlow, clock: Callable[[], datetime], grouping: GroupingRules | None
    ) -> None:
        self._journal = journal
        self._flow = flow
        self._clock = clock
        self._grouping = grouping
        self._problems = Problems(grouping)
        self._unsaved = Settled()

    def take_up(self, stored: Sequence[EarlyWarning], recent: Sequence[EarlyWarning]) -> None:
        """Go on with the problems that are open on disk; the recent ones tell what usually comes together."""
        self._problems.take_up(stored, recent)

    def begin_anew(self) -> None:
        """Forget all problems, as another watcher takes over."""
        self._problems = Problems(self._grouping)

    async def keep(self, stream: Stream) -> tuple[dict[str, Answer], set[str]]:
        """Commit what warnings have become, and pass on what began a problem, has grown or is over.

        What fails is done with the next batch.

        Returns
        -------
        answers : dict of str to Answer
            On what was passed on, by id.
        parts : set of str
            Which warnings are part of a problem that another one began.
        """
        try:
            await self._settle(stream)
            unsaved = self._unsaved
            parts = {one.id for one in unsaved.rows.values() if one.part_of}
            if not unsaved.rows:
                return {}, parts
            await self._journal.keep(tuple(unsaved.rows.values()))
            answers = await self.tell(unsaved)
        except TriageError as err:
            # The batches are on disk, and with them the warnings: a restart would find them again.
            _log.error("warnings_wait", warnings=len(stream.moves) + len(self._unsaved.rows), error=repr(err))
            return {}, {one.id for one in self._unsaved.rows.values() if one.part_of}
        self._unsaved = Settled()
        return answers, parts

    async def _settle(self, stream: Stream) -> None:
        if stream.moves:
            stored = await self._journal.stored_warnings([one.id for one in stream.moves])
            settled = self._problems.settle(stream.moves, stored)
            stream.moves = []
            self._unsaved.rows |= settled.rows
            self._unsaved.told |= settled.told
            self._unsaved.known |= settled.known

    async def tell(self, settled: Settled) -> dict[str, Answer]:
        """Pass on what began a problem, has grown or is over, as incidents; return the answers by the warning's id.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read or written.
        """
        now = self._clock()
        reports = []
        for warning in settled.told.values():
            is_over = warning.closed_at is not None
            # Asked only where it is not plain: after a kill, and where it has come and gone at once.
            is_new = warning.id not in settled.known and not is_over
            before = None if is_new else await self._flow.latest(warning.id, WARNING_SOURCE)
            if warning.id in settled.known and before is not None:
                if (before.state is IncidentState.RESOLVED) is is_over:
                    continue
            elif before is None and is_over:
                reports.append(warning_received(replace(warning, closed_at=None), now))
            reports.append(warning_received(warning, now))
        answers = await self._flow.accept(reports) if reports else []
        return {one.incident.id: answer for one, answer in zip(reports, answers, strict=True)}

    def has_unsaved(self, stream: Stream) -> bool:
        """Whether anything that became of warnings is not on disk yet."""
        return bool(stream.moves or self._unsaved.rows)
