"""What goes into a watcher and what comes out of it, as frozen records of arrays. Detects nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.domain import Cause, EarlyWarning
from triage.errors import UsageError

__all__ = ["Arrivals", "Note", "Points", "Watched"]

# About 146 years from 1970 either way: differences of two such times do not overflow.
_FARTHEST_NS = 2**62


@dataclass(frozen=True, slots=True)
class Points:
    """Samples of many series, in order of arrival.

    Parameters
    ----------
    series : ndarray of int64, shape (n,)
        Rows in the watcher's table of series, as `Watcher.series_of` gives them.
    time_ns : ndarray of int64, shape (n,)
        Event time, ns since the epoch.
    value : ndarray of float64, shape (n,)
        May hold NaN and infinities.

    Raises
    ------
    UsageError
        When the arrays are not of one length, or a time is beyond 2**62 ns.
    """

    series: NDArray[np.int64]
    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name, dtype in (("series", np.int64), ("time_ns", np.int64), ("value", np.float64)):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=dtype))
        shapes = [self.series.shape, self.time_ns.shape, self.value.shape]
        if self.series.ndim != 1 or len(set(shapes)) != 1:
            raise UsageError(f"Points need series, time_ns and value of one length each. Got shapes {shapes}.")
        if len(self) and not -_FARTHEST_NS < self.time_ns.min() <= self.time_ns.max() < _FARTHEST_NS:
            raise UsageError(
                f"Times of points must be within 2**62 ns of 1970. Got {self.time_ns.min()} to {self.time_ns.max()}."
            )

    def __len__(self) -> int:
        return len(self.series)

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> Points:
        return Points(self.series[rows], self.time_ns[rows], self.value[rows])


class Arrivals(NamedTuple):
    """Points as kernels get them: int64 (n,) thrice, float64 (n,). ``local_ns`` is what clocks on the wall show."""

    series: NDArray[np.int64]
    time_ns: NDArray[np.int64]
    local_ns: NDArray[np.int64]
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Note:
    """A warning by rule that was opened or is over, found at the point at ``place``, which may be another entity's."""

    place: int
    warning: EarlyWarning


@dataclass(frozen=True, slots=True)
class Watched:
    """The answers to points, aligned with them.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        How unusual the point is for its series, in [0, 1]; higher is worse: one less the tail probability among the
        series' own past, and half of that while something at least two thirds as unusual was shortly before. Of an
        entity's only series the probability is up to a thousand times smaller where its course is new (``novelty``).
    entity_score : ndarray of float64, shape (n,)
        How unusual the state of the point's entity is after this point, in [0, 1]; higher is worse. Not limited.
    alert : ndarray of bool, shape (n,)
        Whether a warning was opened at this point.
    causes : mapping of int to tuple of Cause
        For the points with an alert.
    opened, closed : tuple of EarlyWarning
        In order; one that opened and closed among these points is in both.
    evidence : ndarray of float64, shape (n, 2)
        What a warning rests on, in decades of tail probability, at least 0: of the trends of the entity's series, and
        of their joint state.
    motion : ndarray of float64, shape (n, 2)
        Of the point's series, signed, in its scales: how far it has moved away lately, and how far it is from where it
        should be at this time of the day.
    value : ndarray of float64, shape (n,)
        What was watched: NaN in a silence, and as it would be in the commonest of an entity's regimes.
    probability : ndarray of float64, shape (n,) or None
        That an incident of the point's entity begins within the horizon, as known after this point, in [0, 1]; None
        without an early-warning model.
    notes : tuple of Note
        Warnings by rule, outside the budget: of series that stand still, and of series and entities that no longer
        come. Opened and closed, in order; they are in none of the others.
    """

    score: NDArray[np.float64]
    entity_score: NDArray[np.float64]
    alert: NDArray[np.bool_]
    causes: Mapping[int, tuple[Cause, ...]] = field(default_factory=dict)
    opened: tuple[EarlyWarning, ...] = ()
    closed: tuple[EarlyWarning, ...] = ()
    evidence: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    motion: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    value: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    probability: NDArray[np.float64] | None = None
    notes: tuple[Note, ...] = ()
