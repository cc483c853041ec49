"""Incidents that came in since a model was trained, findable beside its past ones. Holds none of their texts.

They are kept in two halves. When the newer half is full, the older one is let go and a new one is begun, so that adding
never stops and the room is bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.learn.precedent_index import PrecedentIndex
from triage.learn.recent_index import RecentIndex

__all__ = ["RecentFound", "RecentIncident", "RecentIncidents", "Wanted"]


@dataclass(frozen=True, slots=True)
class RecentIncident:
    """An incident as it is kept.

    Parameters
    ----------
    id, source : str
    opened_at : int
        Microseconds since 1970 (UTC).
    fields : mapping of str to str
        Only those that precedents can be asked to agree in are kept.
    is_shown : bool, default=True
        Whether it may be found; one that may not is kept as an id alone, so that an older report of it stays out too.
    """

    id: str
    source: str
    opened_at: int
    fields: Mapping[str, str]
    is_shown: bool = True


class RecentFound(NamedTuple):
    """An incident that is like a text."""

    id: str
    source: str
    opened_at: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents may be found.

    Parameters
    ----------
    most : int
    after, until : int or None
        Opened later than the one and not later than the other, in microseconds since 1970; None: no bound.
    other_than : str
        The id of the incident that asks.
    same : mapping of str to (str or None)
        Values that fields must have; what is not known on either side is not the same.
    only : collection of (str, str) or None, default=None
        Source and id of those that may be found; None: any.
    """

    most: int
    after: int | None
    until: int | None
    other_than: str
    same: Mapping[str, str | None]
    only: Collection[tuple[str, str]] | None = None


class RecentIncidents:
    """The newest incidents, findable by similarity. Safe to use from several threads.

    Parameters
    ----------
    base : PrecedentIndex
        Says how rare a feature is.
    fields : sequence of str
        What they may be asked to agree in.
    most_rows : int
        How many are kept; at least half of them always are. An incident takes a row, and one more each time that it
        changes.
    """

    def __init__(self, base: PrecedentIndex, fields: Sequence[str], most_rows: int) -> None:
        self._base = base
        self._fields = tuple(fields)
        self._n_rows = max(most_rows // 2, 1)
        self._older, self._newer = self._empty(), self._empty()
        # One for both halves, as they change places.
        self._lock = Lock()

    def __len__(self) -> int:
        with self._lock:
            return sum(int(half.is_shown.sum()) for half in (self._older, self._newer))

    def add(self, incident: RecentIncident, text: str, *, replaces: bool = True) -> None:
        """Add an incident, or put it in the place of what was known of it.

        Parameters
        ----------
        incident : RecentIncident
        text : str
            What it is compared by.
        replaces : bool, default=True
            Whether an incident that is there already is to be as this one is; else it stays as it is.
        """
        said = hash((text, incident.is_shown, *(incident.fields.get(name) for name in self._fields)))
        with self._lock:
            opened_at = incident.opened_at
            for half in (self._newer, self._older):
                row = half.row_of(incident)
                if row is None:
                    continue
                if not replaces or half.said[row] == said:
                    return
                half.is_shown[row] = False
                # An update may not say when it was opened; the first report of it came in before.
                opened_at = min(opened_at, int(half.opened_at[row]))
                break
            if self._newer.index.is_full:
                self._older, self._newer = self._newer, self._empty()
            self._newer.add(incident, opened_at, text, said)

    def find(self, text: str, wanted: Wanted) -> list[RecentFound]:
        """Return the incidents that are most like a text, nearest first; of equally near ones the newest first."""
        with self._lock:
            # After a start both are empty, and later the older one for long.
            halves = [half for half in (self._newer, self._older) if half.keys]
            found = [each for half in halves for each in half.find(text, wanted)]
        # Stable: what the newer half found stays first.
        return sorted(found, key=lambda each: -each.similarity)[: wanted.most]

    def _empty(self) -> _Half:
        return _Half(self._base, self._fields, self._n_rows)


class _Half:
    def __init__(self, base: PrecedentIndex, fields: tuple[str, ...], n_rows: int) -> None:
        self.index = RecentIndex(base, n_rows)
        self.fields = fields
        self.keys: list[tuple[str, str]] = []
        self.rows: dict[str, list[int]] = {}
        # Of what an incident said, only whether it is the same again is asked.
        self.said: list[int] = []
        self.opened_at = np.empty(n_rows, np.int64)
        self.is_shown = np.zeros(n_rows, np.bool_)
        self.values = np.empty((len(fields), n_rows), np.int32)
        self.numbers: dict[str, int] = {}

    def row_of(self, incident: RecentIncident) -> int | None:
        """Return where an incident is; of several rows the last."""
        key = incident.source, incident.id
        return next((row for row in reversed(self.rows.get(incident.id, ())) if self.keys[row] == key), None)

    def add(self, incident: RecentIncident, opened_at: int, text: str, said: int) -> None:
        row = len(self.keys)
        self.index.add(text if incident.is_shown else "")
        self.keys.append((incident.source, incident.id))
        self.rows.setdefault(incident.id, []).append(row)
        self.said.append(said)
        self.opened_at[row] = opened_at
        self.is_shown[row] = incident.is_shown
        for at, name in enumerate(self.fields):
            value = incident.fields.get(name) if incident.is_shown else None
            self.values[at, row] = -1 if value is None else self.numbers.setdefault(value, len(self.numbers))

    def find(self, text: str, wanted: Wanted) -> list[RecentFound]:
        found = self.index.find(text, wanted.most, self._allowed(wanted))
        return [
            RecentFound(self.keys[row][1], self.keys[row][0], int(self.opened_at[row]), similarity)
            for row, similarity in zip(found.rows, found.similarities, strict=True)
        ]

    def _allowed(self, wanted: Wanted) -> NDArray[np.bool_]:
        n = len(self.keys)
        allowed = self.is_shown[:n].copy()
        allowed[self.rows.get(wanted.other_than, [])] = False
        if wanted.after is not None:
            allowed &= self.opened_at[:n] > wanted.after
        if wanted.until is not None:
            allowed &= self.opened_at[:n] <= wanted.until
        if wanted.only is not None:
            allowed &= np.array([key in wanted.only for key in self.keys], np.bool_)
        for name, value in wanted.same.items():
            number = -1 if value is None else self.numbers.get(value, -1)
            is_known = name in self.fields and number >= 0
            allowed &= self.values[self.fields.index(name), :n] == number if is_known else False
        return allowed
