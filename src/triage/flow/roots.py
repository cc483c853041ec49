"""Which entity of a problem is its likely root, from the warnings that are kept of it. No SQL, no HTTP."""

from __future__ import annotations

from triage.decide.grouping import Topology
from triage.decide.root_causes import Evidence, RootCause, rank_root_causes
from triage.domain import EarlyWarning
from triage.flow.metric_ports import MetricJournal, WarningQuery

__all__ = ["roots_of"]

_MOST_PARTS = 1_000  # the last to begin are left out: a root is hardly among them


async def roots_of(warning: EarlyWarning, journal: MetricJournal, topology: Topology) -> tuple[RootCause, ...]:
    """Return the entities of a warning's problem, the likeliest root first; none where it stands alone.

    Parameters
    ----------
    warning : EarlyWarning
        The one that began the problem, or one of its parts.
    journal : MetricJournal
        Asked for the others.
    topology : Topology
        Who calls whom.

    Raises
    ------
    StoreUnavailable
        The journal cannot be read.
    """
    lead = await journal.find_warning(warning.part_of) if warning.part_of else warning
    if lead.size < 2:
        return ()
    parts: list[EarlyWarning] = []
    cursor: str | None = None
    while True:
        page = await journal.page_warnings(WarningQuery(_MOST_PARTS, cursor, part_of=lead.id))
        parts += page.warnings
        cursor = page.next_cursor
        if cursor is None:
            break
    first = sorted((lead, *parts), key=lambda one: one.opened_at)[:_MOST_PARTS]
    return rank_root_causes((Evidence(one.entity, one.opened_at, one.score) for one in first), topology)
