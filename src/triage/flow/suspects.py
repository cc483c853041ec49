"""Recent changes and warnings in memory, and the suspects of warnings and alerts by them. No SQL, no HTTP.

The memory is filled from the journal when it is first asked, and brought up to date by its newest pages each time: what
another process has taken in is found, and a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Generic, TypeVar

from triage.decide.grouping import GroupingRules, entity_name, to_alert
from triage.decide.hit_rates import ChangeHistory, MadeChange, Onset
from triage.decide.suspects import Suspect, rank_suspects
from triage.domain import Change, EarlyWarning, Incident
from triage.flow.live import LiveFlow
from triage.flow.metric_ports import MetricJournal, WarningQuery

__all__ = ["LiveSuspects"]

# What rates are measured on: the last of each. Some 2 MB.
_MOST_CHANGES = 2_000
_MOST_WARNINGS = 5_000
_A_PAGE = 100
# Where a change says what it was made to, if no label that alerts have does: PagerDuty's own names.
_PLACES = ("component", "source")
_KINDS = ("kind", "change_type", "type", "class")

_Item = TypeVar("_Item")
_Page = Callable[[str | None], Awaitable[tuple[Sequence[tuple[str, _Item]], str | None]]]


@dataclass(slots=True)
class _Memory(Generic[_Item]):
    """The newest of what a journal pages, by key, the one that came in last first."""

    page: _Page[_Item]
    most: int
    items: dict[str, _Item] = field(default_factory=dict)

    async def refresh(self) -> bool:
        """Read pages until one brings nothing new; return whether any did."""
        fresh: dict[str, _Item] = {}
        cursor: str | None = None
        while len(fresh) < self.most:
            found, cursor = await self.page(cursor)
            new = {key: item for key, item in found if key not in self.items}
            fresh |= new
            # A page that overlaps wholly: rows of several processes come in a little out of order.
            if cursor is None or not new:
                break
        if fresh:
            # By now another request may have brought the same.
            self.items = dict(islice((fresh | self.items).items(), self.most))
        return bool(fresh)


class LiveSuspects:
    """What changes went before a warning or an alert.

    Parameters
    ----------
    flow : LiveFlow
        Asked for changes.
    journal : MetricJournal
        Asked for warnings.
    rules : GroupingRules or None, default=None
        By what labels entities are named, and who depends on whom.
    """

    def __init__(self, flow: LiveFlow, journal: MetricJournal, rules: GroupingRules | None = None) -> None:
        rules = rules or GroupingRules()
        self._flow = flow
        self._journal = journal
        self._topology = rules.topology
        names = dict.fromkeys((*rules.entities, *rules.scopes, *_PLACES))
        self._of_alerts = rules
        self._of_changes = replace(rules, entities=tuple(names))
        self._changes: _Memory[MadeChange | None] = _Memory(self._page_changes, _MOST_CHANGES)
        self._onsets: _Memory[Onset] = _Memory(self._page_onsets, _MOST_WARNINGS)
        self._history: ChangeHistory | None = None

    async def of(self, warnings: Sequence[EarlyWarning]) -> dict[str, tuple[Suspect, ...]]:
        """Return the suspects of each warning by its id; those without any are left out.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read.
        """
        return await self._of({one.id: _onset(one) for one in warnings})

    async def of_incident(self, incident: Incident) -> tuple[Suspect, ...]:
        """Return the suspects of an incident, by when it was opened; none for one that names no entity.

        What changes like them did before is measured on warnings all the same.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read.
        """
        alert = to_alert(incident, self._of_alerts)
        if alert is None:
            return ()
        found = await self._of({incident.id: Onset(alert.entity, alert.at_s)})
        return found.get(incident.id, ())

    async def _of(self, onsets: Mapping[str, Onset]) -> dict[str, tuple[Suspect, ...]]:
        if not onsets:
            return {}
        has_new = await self._changes.refresh()
        if not self._changes.items:
            return {}
        has_new |= await self._onsets.refresh()
        return await asyncio.to_thread(self._ranked, onsets, has_new)

    def _ranked(self, onsets: Mapping[str, Onset], has_new: bool) -> dict[str, tuple[Suspect, ...]]:
        history = self._history
        if history is None or has_new:
            made = [one for one in self._changes.items.values() if one is not None]
            self._history = history = ChangeHistory(made, self._onsets.items.values(), self._topology)
        found = {key: rank_suspects(history, onset, self._topology) for key, onset in onsets.items()}
        return {key: suspects for key, suspects in found.items() if suspects}

    async def _page_changes(self, cursor: str | None) -> tuple[list[tuple[str, MadeChange | None]], str | None]:
        page = await self._flow.page_changes(_A_PAGE, cursor)
        return [(f"{one.source}\0{one.id}", self._made(one)) for one in page.changes], page.next_cursor

    async def _page_onsets(self, cursor: str | None) -> tuple[list[tuple[str, Onset]], str | None]:
        page = await self._journal.page_warnings(WarningQuery(_A_PAGE, cursor, with_parts=True))
        return [(one.id, _onset(one)) for one in page.warnings], page.next_cursor

    def _made(self, change: Change) -> MadeChange | None:
        """Return a change as it is looked at; None for one that does not say what it was made to."""
        told = Incident(change.id, change.source, change.received_at, change.occurred_at, change.labels)
        alert = to_alert(told, self._of_changes)
        if alert is None:
            return None
        kind = next((change.labels[name].lower() for name in _KINDS if change.labels.get(name)), "")
        names = (alert.entity, *alert.scopes)
        return MadeChange(change.source, change.id, change.summary, kind, names, alert.at_s)


def _onset(warning: EarlyWarning) -> Onset:
    return Onset(entity_name(warning.entity) or warning.entity, warning.opened_at.timestamp())
