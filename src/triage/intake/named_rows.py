"""Which series stand in which rows of a batch. Senders name the same ones again and again: what was found is kept."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NamedRows", "RecentNames"]

# Senders that are told apart, the first one giving way to a new one: of 10,000 series each they take 25 MB.
_MOST_KEPT = 16
_MOST_ROWS = 20_000  # of a larger batch names are a small part of the work, and large in memory


@dataclass(frozen=True, slots=True)
class NamedRows:
    """The distinct series of a batch, and of each row the position of its series in these."""

    entity: tuple[str, ...]
    metric: tuple[str, ...]
    series: NDArray[np.int64]


class RecentNames:
    """Batches whose columns of names are, row by row, those of one before.

    Examples
    --------
    >>> names, rows = RecentNames(), NamedRows(("db",), ("cpu",), np.zeros(1, np.int64))
    >>> names.keep(["db"], ["cpu"], rows)
    >>> names.find(["db"], ["cpu"]) is rows, names.find(["db"], ["memory"])
    (True, None)
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[list[object], list[object], NamedRows]] = {}

    def find(self, entity: list[object], metric: list[object]) -> NamedRows | None:
        """Return what was kept of the same names; comparing them takes a fifth of telling them apart."""
        kept = self._kept.get(_key(entity, metric)) if 0 < len(entity) <= _MOST_ROWS else None
        return kept[2] if kept is not None and kept[0] == entity and kept[1] == metric else None

    def keep(self, entity: list[object], metric: list[object], rows: NamedRows) -> None:
        """Keep what was found; names are strings by now."""
        if len(entity) > _MOST_ROWS:
            return
        # Another thread may be doing the same: what one of them loses is found again.
        kept = dict(self._kept)
        kept[_key(entity, metric)] = entity, metric, rows
        while len(kept) > _MOST_KEPT:
            del kept[next(iter(kept))]
        self._kept = kept


def _key(entity: list[object], metric: list[object]) -> Hashable:
    # Enough to tell one sender from another; whoever has two batches alike in this is found at the last one.
    return len(entity), str(entity[0]), str(metric[0]), str(entity[-1]), str(metric[-1])
