"""Which row is which series: the names of entities and metrics, in the order they came. Holds no state of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from triage.errors import UsageError

__all__ = ["SeriesTable"]

# Askings whose rows are kept: they come from as many senders, and larger ones would hold much memory.
_MOST_RECENT, _LARGEST_RECENT = 16, 20_000


class SeriesTable:
    """Names of series; rows are given out in order of appearance and never change.

    Attributes
    ----------
    entities : list of str
        Name by entity row.
    metrics : list of str
        Name of the metric by series row.
    owners : list of int
        Entity row by series row.

    Examples
    --------
    >>> table = SeriesTable()
    >>> table.rows_of(["web", "db", "web"], ["cpu", "cpu", "cpu"]).tolist()
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self.entities: list[str] = []
        self.metrics: list[str] = []
        self.owners: list[int] = []
        self._entity_rows: dict[str, int] = {}
        self._series_rows: dict[tuple[str, str], int] = {}
        self._recent: dict[tuple[int, int], tuple[Sequence[str], Sequence[str], NDArray[np.int64]]] = {}

    def __len__(self) -> int:
        return len(self.metrics)

    def rows_of(self, entity: Sequence[str], metric: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each series, adding those not seen before.

        Raises
        ------
        UsageError
            When the names are not of one length.
        """
        if len(entity) != len(metric):
            raise UsageError(f"Each metric needs its entity. Got {len(entity)} entities and {len(metric)} metrics.")
        same = id(entity), id(metric)
        if same in self._recent:
            return self._recent[same][2].copy()
        found = map(self._series_rows.get, zip(entity, metric, strict=True), repeat(-1))
        rows = np.fromiter(found, dtype=np.int64, count=len(entity))
        for place in np.flatnonzero(rows < 0).tolist():
            rows[place] = self._add(entity[place], metric[place])
        if type(entity) is tuple and type(metric) is tuple and len(entity) <= _LARGEST_RECENT:
            if len(self._recent) >= _MOST_RECENT:
                self._recent.clear()
            # Whoever asks with the very same tuples again need not wait for each of their names to be looked up.
            self._recent[same] = entity, metric, rows.copy()
        return rows

    def _add(self, entity: str, metric: str) -> int:
        row = self._series_rows.get((entity, metric))
        if row is None:
            row = self._series_rows[entity, metric] = len(self.metrics)
            owner = self._entity_rows.setdefault(entity, len(self.entities))
            if owner == len(self.entities):
                self.entities.append(entity)
            self.metrics.append(metric)
            self.owners.append(owner)
        return row
