"""Recent changes and warnings in memory, and the suspects of warnings and alerts by them. No SQL, no HTTP.

The memory is filled from the journal when it is first asked, and brought up to date by its newest pages each time: what
another process has taken in is found, and a restart forgets nothing. For incidents, of which there may be thousands a
second, it is asked once a second at most.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Generic, TypeVar

from triage.decide.grouping import GroupingRules, began_s, entity_name, entity_of, scopes_of, to_alert
from triage.decide.hit_rates import WINDOW_S, ChangeHistory, MadeChange, Onset
from triage.decide.suspects import Suspect, names_near, rank_suspects
from triage.domain import Change, EarlyWarning, Incident
from triage.flow.live import LiveFlow
from triage.flow.metric_ports import MetricJournal, WarningQuery

__all__ = ["LiveSuspects"]

# What rates are measured on: the last of each. Some 2 MB.
_MOST_CHANGES = 2_000
_MOST_WARNINGS = 5_000
_A_PAGE = 100
# How old what is remembered of other processes may be where an incident is answered: a deploy takes longer to break.
_MOST_AGE_S = 1.0
# Where a change says what it was made to, if no label that alerts have does: PagerDuty's own names.
_PLACES = ("component", "source")
_KINDS = ("kind", "change_type", "type", "class")

_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)
_Page = Callable[[str | None], Awaitable[tuple[Sequence[tuple[str, _Item]], str | None]]]


@dataclass(slots=True)
class _Memory(Generic[_Item]):
    """The newest of what a journal pages, by key, the one that came in last first."""

    page: _Page[_Item]
    most: int
    items: dict[str, _Item] = field(default_factory=dict)
    _asked_at: datetime | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self, now: datetime, most_age_s: float = 0.0) -> bool:
        """Bring it up to date, unless that was done within so many seconds; return whether anything is new."""
        async with self._asking:
            # Not by the size of the age alone: a clock may be set back.
            if self._asked_at is not None and 0.0 <= (now - self._asked_at).total_seconds() < most_age_s:
                return False
            is_new = await self._read()
            self._asked_at = now
        return is_new

    async def _read(self) -> bool:
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
            self.items = dict(islice((fresh | self.items).items(), self.most))
        return bool(fresh)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Changes and warnings, and what is known of the ones by the others."""

    made: tuple[MadeChange, ...]
    past: Mapping[str, Onset]
    history: ChangeHistory


class LiveSuspects:
    """What changes went before a warning or an incident.

    Parameters
    ----------
    flow : LiveFlow
        Asked for changes.
    journal : MetricJournal
        Asked for warnings.
    clock : callable returning datetime
        The present (aware, UTC).
    rules : GroupingRules or None, default=None
        By what labels entities are named, and who depends on whom.
    """

    def __init__(
        self,
        flow: LiveFlow,
        journal: MetricJournal,
        clock: Callable[[], datetime],
        rules: GroupingRules | None = None,
    ) -> None:
        rules = rules or GroupingRules()
        self._flow = flow
        self._journal = journal
        self._clock = clock
        self._topology = rules.topology
        names = dict.fromkeys((*rules.entities, *rules.scopes, *_PLACES))
        self._of_incidents = rules
        self._naming = frozenset((*rules.entities, *rules.scopes))
        self._of_changes = replace(rules, entities=tuple(names))
        self._changes: _Memory[MadeChange | None] = _Memory(self._page_changes, _MOST_CHANGES)
        self._onsets: _Memory[Onset] = _Memory(self._page_onsets, _MOST_WARNINGS)
        self._by_time: tuple[MadeChange, ...] = ()
        self._judged: _Judged | None = None
        # How many changes this process had taken when the journal was asked for them last.
        self._taken = 0

    async def of(self, warnings: Sequence[EarlyWarning]) -> dict[str, tuple[Suspect, ...]]:
        """Return the suspects of each warning by its id; those without any are left out.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read.
        """
        return await self._of({one.id: _onset(one) for one in warnings}, 0.0)

    async def of_incidents(self, incidents: Sequence[Incident]) -> dict[int, tuple[Suspect, ...]]:
        """Return the suspects of incidents by their places, by when each was opened; those without any are left out.

        What changes like them did before is measured on warnings all the same. Incidents that name neither an entity
        nor a service cost nothing. For all others together the journal is asked for changes once a second at most, and
        for warnings where such a change was made within the hour before one of them.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read.
        """
        onsets = {at: self._onset_of(one) for at, one in enumerate(incidents) if self._names_something(one)}
        told = {at: onset for at, onset in onsets.items() if onset is not None}
        return await self._of(told, _MOST_AGE_S)

    def _names_something(self, incident: Incident) -> bool:
        return not self._naming.isdisjoint(incident.labels)

    def _onset_of(self, incident: Incident) -> Onset | None:
        entity = entity_of(incident.labels, self._of_incidents)
        names = dict.fromkeys((entity, *scopes_of(incident.labels, self._of_incidents)))
        own = tuple(filter(None, names))
        return Onset(own[0], began_s(incident), own[1:]) if own else None

    async def _of(self, onsets: Mapping[_Key, Onset], most_age_s: float) -> dict[_Key, tuple[Suspect, ...]]:
        if not onsets:
            return {}
        now, taken = self._clock(), self._flow.changes_taken
        if await self._changes.refresh(now, most_age_s if taken == self._taken else 0.0):
            made = [one for one in self._changes.items.values() if one is not None]
            self._by_time = tuple(sorted(made, key=_made_s))
        self._taken = taken
        after = {key: onset for key, onset in onsets.items() if self._follows_a_change(onset)}
        if not after:
            return {}
        await self._onsets.refresh(now, most_age_s)
        return await asyncio.to_thread(self._ranked, after, self._by_time, self._onsets.items)

    def _follows_a_change(self, onset: Onset) -> bool:
        begin = bisect_left(self._by_time, onset.at_s - WINDOW_S, key=_made_s)
        end = bisect_right(self._by_time, onset.at_s, key=_made_s)
        if begin == end:
            return False
        near = names_near(onset, self._topology)
        return any(name in near for one in self._by_time[begin:end] for name in one.names)

    def _ranked(
        self, onsets: Mapping[_Key, Onset], made: tuple[MadeChange, ...], past: Mapping[str, Onset]
    ) -> dict[_Key, tuple[Suspect, ...]]:
        judged = self._judged
        # By identity: what is remembered is replaced as a whole, perhaps while another thread is here.
        if judged is None or judged.made is not made or judged.past is not past:
            judged = _Judged(made, past, ChangeHistory(made, past.values(), self._topology))
            self._judged = judged
        return {key: rank_suspects(judged.history, onset, self._topology) for key, onset in onsets.items()}

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


def _made_s(change: MadeChange) -> float:
    return change.made_s
