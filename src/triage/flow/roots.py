"""Which entity of a problem is its likely root, from the warnings that are kept of it. No SQL, no HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from triage.decide.grouping import Topology
from triage.decide.root_causes import Evidence, RootCause, rank_root_causes
from triage.domain import EarlyWarning
from triage.flow.metric_ports import MetricJournal

__all__ = ["rank_roots", "roots_of"]

_MOST_RANKED = 1_000  # the last to come are left out: a root is hardly among them


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
    return rank_roots((lead, *await journal.first_parts(lead.id, _MOST_RANKED)), topology)


def rank_roots(problem: Iterable[EarlyWarning], topology: Topology) -> tuple[RootCause, ...]:
    """Return the entities of the warnings of one problem, the likeliest root first; of the first 1,000 to begin.

    Parameters
    ----------
    problem : iterable of EarlyWarning
        The one that began it and its parts.
    topology : Topology
        Who calls whom.
    """
    first = sorted(problem, key=lambda one: one.opened_at)[:_MOST_RANKED]
    return rank_root_causes((Evidence(one.entity, one.opened_at, one.score) for one in first), topology)
