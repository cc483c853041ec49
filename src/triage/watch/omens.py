"""What entities show that may come before an incident, as features of each point, streaming. It predicts nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.errors import BundleRefused
from triage.parts import JSON, Array, Part
from triage.watch.omen_kernel import (
    CALENDAR,
    ENTITY_COLUMNS,
    KINDS,
    NOW_NS,
    OMEN_ROWS,
    OMENS_OF_ALL,
    SERIES_COLUMNS,
    STEP_COLUMNS,
    OmenLinks,
    OmenState,
    describe_points,
)
from triage.watch.points import Points, Watched
from triage.watch.rows import Rows
from triage.watch.table import SeriesTable

__all__ = ["CALENDAR", "KINDS", "OMENS_OF_ALL", "OMEN_ROWS", "Omens", "width_of"]

# Of an entity: every point looks at all of them. What a further series does shows in the watcher's evidence only.
_MOST_SERIES = 100
_LEAST_ROOM = 16


def width_of(n_metrics: int) -> int:
    """Return how many features there are where so many metrics have their own."""
    return OMENS_OF_ALL + KINDS * n_metrics


class Omens:
    """Features of entities as they stand after each step of theirs.

    Parameters
    ----------
    table : SeriesTable
        The watcher's: rows of points are its rows.
    metrics : sequence of str
        Those that have columns of their own, in their order; all count in what is said of all together.

    Notes
    -----
    First come the features of all metrics together: the watcher's evidence of trends and
    joint states, now and lately; the largest and the mean size, over the metrics, of each kind of feature but the
    first; hour and weekday. Then of each kind a column a metric, NaN where the entity does not have it or it has had
    fewer than 24 points: the short mean; in spreads so far the distances of the short mean from that of all before,
    from the middle one, and of that from the long one; how far it lies, over a short and a middle time, from where it
    should be at this time of the day; and how far it has moved away lately. A series costs 168 bytes.

    Examples
    --------
    >>> table = SeriesTable()
    >>> rows = table.rows_of(["web"], ["cpu"])
    >>> watched = Watched(np.zeros(1), np.zeros(1), np.zeros(1, bool), evidence=np.ones((1, 2)), motion=np.ones((1, 2)))
    >>> Omens(table, ["cpu"]).describe(Points(rows, np.zeros(1), np.ones(1)), watched, np.zeros(1, int))[0].shape
    (1, 25)
    """

    def __init__(self, table: SeriesTable, metrics: Sequence[str]) -> None:
        self.metrics = tuple(metrics)
        self._columns = {metric: at for at, metric in enumerate(self.metrics)}
        self._table = table
        self._linked = 0
        self._state = _empty_state(0, 0)
        self._links = _empty_links(0, 0)
        self._members: list[int] = []

    @property
    def width(self) -> int:
        """How many features there are."""
        return width_of(len(self.metrics))

    def describe(
        self, points: Points, watched: Watched, local_ns: NDArray[np.int64], *, at_alerts: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the features of points' entities, and after which points there are any; learn from all points.

        Parameters
        ----------
        points : Points
        watched : Watched
            The watcher's answers to them.
        local_ns : ndarray of int64 of shape (n_points,)
            Their times by the clocks that the hour and the weekday are told by.
        at_alerts : bool, default=False
            Whether an entity is described at the watcher's alerts in any case.

        Returns
        -------
        features : ndarray of float64 of shape (n_described, 18 + 7 n_metrics)
        is_described : ndarray of bool of shape (n_points,)
            Not before an entity's step has as many points as the one before had.
        """
        self._make_room()
        found, is_described = np.empty((len(points), self.width)), np.zeros(len(points), dtype=np.bool_)
        arrivals = (points.series, points.time_ns, local_ns, points.value)
        shown = (watched.evidence, watched.motion)
        is_described[:] = watched.alert & at_alerts
        n = describe_points(self._state, self._links, arrivals, shown, is_described, found)
        return found[:n], is_described

    def owners_of(self, series: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the entity row of each series that has been described."""
        return self._links.entity[series]

    def to_part(self) -> Part:
        """Return all that is remembered; what `from_part` makes of it says of all that follows the same to the bit."""
        self._make_room()
        n, m = len(self._table), len(self._table.entities)
        document: dict[str, JSON] = {"metrics": list(self.metrics)}
        arrays: dict[str, Array] = {}
        for name, array in self._state._asdict().items():
            arrays[name] = array[: n if OMEN_ROWS[name] is Rows.SERIES else m].copy()
        return Part(arrays, document)

    @classmethod
    def from_part(cls, part: Part, table: SeriesTable) -> Omens:
        """Return what a part was made of.

        Raises
        ------
        BundleRefused
            The part is not of this table.
        """
        metrics = part.document.get("metrics")
        if not isinstance(metrics, list):
            raise BundleRefused("The omens' metrics are missing. Train the model again.")
        omens = cls(table, [str(metric) for metric in metrics])
        omens._make_room()
        whole = _empty_state(len(table), len(table.entities))
        for name, room in whole._asdict().items():
            found = part.arrays.get(name)
            if found is None or found.shape != room.shape or found.dtype != room.dtype:
                raise BundleRefused(
                    f"The omens' {name!r} are not those of the watcher's series. Train the model again."
                )
            getattr(omens._state, name)[: len(room)] = found
        return omens

    def _make_room(self) -> None:
        """Grow the state to hold the table, at least doubling it, and link the new series to their entities."""
        n, m = len(self._table), len(self._table.entities)
        if n > len(self._links.entity) or m > len(self._links.first):
            room = max(n, 2 * self._linked, _LEAST_ROOM), max(m, 2 * len(self._members), _LEAST_ROOM)
            for new, kept in zip((larger := _empty_state(*room)), self._state, strict=True):
                new[: len(kept)] = kept
            for new, kept in zip((links := _empty_links(*room)), self._links, strict=True):
                new[: len(kept)] = kept
            self._state, self._links = larger, links
        self._members += [0] * (m - len(self._members))
        links = self._links
        for row in range(self._linked, n):
            owner = self._table.owners[row]
            links.entity[row], links.column[row] = owner, self._columns.get(self._table.metrics[row], -1)
            if self._members[owner] < _MOST_SERIES:
                self._members[owner] += 1
                links.following[row], links.first[owner] = links.first[owner], row
        self._linked = n


def _empty_state(n: int, m: int) -> OmenState:
    steps = np.zeros((m, STEP_COLUMNS), dtype=np.int64)
    steps[:, NOW_NS] = np.iinfo(np.int64).min
    return OmenState(
        np.zeros((n, SERIES_COLUMNS)),
        np.zeros((n, 2), dtype=np.int64),
        np.zeros((m, ENTITY_COLUMNS)),
        steps,
    )


def _empty_links(n: int, m: int) -> OmenLinks:
    return OmenLinks(
        np.zeros(n, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.full(m, -1, dtype=np.int64),
    )
