"""The state of all that is watched: room for every series and entity, to arrays and back. Detects nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from triage.parts import Array
from triage.watch.counters import kinds_of
from triage.watch.joint_layout import IS_SETTLED, JUDGED, ROOM, JointState, empty_joint, grown_joint, with_room
from triage.watch.kernel import WatchState
from triage.watch.liveness_layout import FLAGGED, LivenessState, empty_liveness, grown_liveness, let_go
from triage.watch.novelty_layout import NoveltyState, empty_novelty, grown_novelty
from triage.watch.state import (
    KIND,
    OPEN,
    PEAK,
    THRESHOLD,
    EntityState,
    Links,
    Seasons,
    SeriesState,
    Weeks,
    empty_entities,
    empty_links,
    empty_seasons,
    empty_series,
    empty_weeks,
    grown,
    with_free,
)
from triage.watch.storing import (
    arrays_of,
    entities_of,
    joint_of,
    liveness_of,
    novelty_of,
    seasons_of,
    series_of,
    wear_of,
    weeks_of,
)
from triage.watch.table import SeriesTable
from triage.watch.wear import WearState, empty_wear, grown_wear

__all__ = ["Bank"]

_LEAST_ROOM = 16


class Bank:
    """The arrays of a watcher, which grow with its table of series.

    Parameters
    ----------
    threshold : float
        That entities begin with.
    wear : mapping of str to float
        See `Watcher`.

    Attributes
    ----------
    table : SeriesTable
        Names by row.

    Examples
    --------
    >>> bank = Bank(2.0, {})
    >>> bank.table.rows_of(["web", "db"], ["cpu", "cpu"]).tolist()
    [0, 1]
    >>> bank.make_room()
    >>> bank.owners(np.array([1, 0])).tolist()
    [1, 0]
    """

    def __init__(self, threshold: float, wear: Mapping[str, float]) -> None:
        self.threshold = threshold
        self.wear = dict(wear)
        self.table = SeriesTable()
        self._linked = 0
        self._series: SeriesState = empty_series(0)
        self._seasons: Seasons = empty_seasons(0)
        self._weeks: Weeks = empty_weeks(0)
        self._entities: EntityState = empty_entities(0, threshold)
        self._joint: JointState = empty_joint(0, 0)
        self._wear: WearState = empty_wear(np.zeros(0))
        self._links: Links = empty_links(0, 0)
        self._liveness: LivenessState = empty_liveness(0, 0)
        self._novelty: NoveltyState = empty_novelty(0)

    def state_for(self, points: int) -> WatchState:
        """Return what the kernel changes, with room for what so many points may earn."""
        # No more series than points can earn a season, or a week.
        self._seasons, self._weeks = with_free(self._seasons, points), with_free(self._weeks, points)
        return WatchState(
            self._series,
            self._seasons,
            self._weeks,
            self._entities,
            self._joint,
            self._wear,
            self._links,
            self._liveness,
            self._novelty,
        )

    def owners(self, series: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the entity's row of each series."""
        return self._links.entity[series].astype(np.int64)

    def peak_of(self, entity: int) -> float:
        """Return the highest evidence of an entity's last warning."""
        return float(self._entities.numbers[entity, PEAK])

    def open_entities(self) -> set[int]:
        """Return the rows of the entities with an open warning."""
        return set(np.flatnonzero(self._entities.clock[:, OPEN]).tolist())

    def noted(self) -> set[tuple[int, int]]:
        """Return entity and kind of all that has been noted and is not over."""
        held = np.argwhere(self._liveness.clock[:, FLAGGED:] > 0)
        return {(int(entity), int(kind)) for entity, kind in held}

    def set_threshold(self, threshold: float) -> None:
        """Have every entity, those to come included, begin from a threshold."""
        self.threshold = threshold
        self._entities.numbers[:, THRESHOLD] = threshold

    def settle(self) -> None:
        """Take what was judged so far for usual, at every entity, and miss nobody who does not come again."""
        self._joint.clock[:, IS_SETTLED] = self._joint.clock[:, JUDGED] > 0
        let_go(self._liveness)

    def make_room(self) -> None:
        """Grow the state to hold the table, at least doubling it, and link the new series to their entities."""
        n, m = len(self.table), len(self.table.entities)
        more_series, more_entities = _room(len(self._series.last_ns), n), _room(len(self._entities.numbers), m)
        if more_series:
            self._series = grown(self._series, empty_series(more_series))
        if more_entities:
            self._entities = grown(self._entities, empty_entities(more_entities, self.threshold))
        if more_series or more_entities:
            old = self._links
            self._links = empty_links(len(self._series.last_ns), len(self._entities.numbers))
            for new, kept in zip(self._links, old, strict=True):
                new[: len(kept)] = kept
            self._joint = grown_joint(self._joint, empty_joint(more_series, more_entities))
            self._liveness = grown_liveness(self._liveness, empty_liveness(more_series, more_entities))
            self._novelty = grown_novelty(self._novelty, more_entities)
            if self.wear:
                self._wear = grown_wear(self._wear, np.zeros(more_series))
        links = self._links
        for row in range(self._linked, n):
            owner = self.table.owners[row]
            if self.wear:
                self._wear.weight[row] = self.wear.get(self.table.metrics[row], 0.0)
            links.entity[row], links.following[row], links.first[owner] = owner, links.first[owner], row
        if n > self._linked:
            self._series.ages[self._linked : n, KIND] = kinds_of(self.table.metrics[self._linked : n])
            counts = np.bincount(links.entity[:n], minlength=len(self._entities.numbers))
            self._joint = with_room(self._joint, counts)
        self._linked = n

    def to_arrays(self) -> dict[str, Array]:
        """Return the whole state as arrays; `fill` makes the same bits of them."""
        table = self.table
        arrays = arrays_of(self.state_for(0), (len(table), len(table.entities)))
        arrays["series_entity"] = np.array(table.owners, dtype=np.int64)
        return arrays

    def fill(self, arrays: Mapping[str, Array]) -> None:
        """Take over the state of all series of the table from arrays.

        Raises
        ------
        BundleRefused
            When they hold what no watcher could have left.
        """
        n, m = len(self.table), len(self.table.entities)
        series = series_of(arrays, n)
        self._seasons = seasons_of(arrays, series)
        self._weeks = weeks_of(arrays, self._seasons)
        held = entities_of(arrays, m)
        spare_series, spare = len(self._series.last_ns) - n, len(self._entities.numbers) - m
        self._series = grown(series, empty_series(spare_series))
        self._entities = grown(held, empty_entities(spare, self.threshold))
        owner = np.array(self.table.owners, dtype=np.int64)
        joint = joint_of(arrays, owner, m)
        self._joint = with_room(grown_joint(joint, empty_joint(spare_series, spare)), self._joint.clock[:, ROOM])
        self._liveness = grown_liveness(liveness_of(arrays, n, m), empty_liveness(spare_series, spare))
        self._novelty = grown_novelty(novelty_of(arrays, owner, m), spare)
        weight = self._wear.weight
        self._wear = grown_wear(wear_of(arrays, weight[:n]), weight[n:])


def _room(there: int, needed: int) -> int:
    return 0 if needed <= there else max(needed, 2 * there, _LEAST_ROOM) - there
