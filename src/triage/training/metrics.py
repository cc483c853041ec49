"""Metrics of the past and the incidents of their entities, as a training run takes them. Reads no file itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["MetricHistory", "MetricIncidents"]

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MetricHistory:
    """Samples of many series, in the order of the rows they came in: duplicates and disorder are kept.

    Parameters
    ----------
    name : str
        What it was read from.
    series : tuple of (str, str)
        Entity and metric of each series, in the order of their first samples.
    series_of_point : ndarray of int64 of shape (n_points,)
        Position in ``series``.
    time_ns : ndarray of int64 of shape (n_points,)
        Event time since 1970 UTC; of steps, their number times their length.
    value : ndarray of float64 of shape (n_points,)
        Never NaN, as a missing cell is no sample; may be infinite.
    row_of_point : ndarray of int64 of shape (n_points,)
        Which row a sample stands in; ascending, as a row holds one sample or, in a wide file, one a metric.
    entities : tuple of str
        Every entity, in the order of their first rows.
    entity_of_row, time_ns_of_row : ndarray of int64 of shape (n_rows,)
        What each row is about; position in ``entities``. A row may hold no sample.
    step_ns : int or None
        Length of a step, where timestamps are steps.
    moved_ns : int, default=0
        By how much event times are later than the file says.
    zone : str, default="UTC"
        IANA name of the zone by whose clocks days go.
    """

    name: str
    series: tuple[tuple[str, str], ...]
    series_of_point: _Ints
    time_ns: _Ints
    value: NDArray[np.float64]
    row_of_point: _Ints
    entities: tuple[str, ...]
    entity_of_row: _Ints
    time_ns_of_row: _Ints
    step_ns: int | None
    moved_ns: int = 0
    zone: str = "UTC"

    def __len__(self) -> int:
        return len(self.time_ns)

    @property
    def n_rows(self) -> int:
        """Rows, samples or not."""
        return len(self.time_ns_of_row)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric's name, in the order of first samples."""
        return tuple(dict.fromkeys(metric for _, metric in self.series))

    @property
    def entity_of_point(self) -> _Ints:
        """Position in ``entities`` of each sample's entity."""
        return self.entity_of_row[self.row_of_point]

    def in_time_order(self) -> _Ints:
        """Return the samples' positions by event time; samples of the same time keep the file's order."""
        return np.argsort(self.time_ns, kind="stable")

    def of_points(self, kept: NDArray[np.bool_]) -> MetricHistory:
        """Return the history without some of its samples; rows, entities and series stay.

        Parameters
        ----------
        kept : ndarray of bool of shape (n_points,)
        """
        return replace(
            self,
            series_of_point=self.series_of_point[kept],
            time_ns=self.time_ns[kept],
            value=self.value[kept],
            row_of_point=self.row_of_point[kept],
        )

    def of_rows(self, kept: NDArray[np.bool_]) -> MetricHistory:
        """Return the history without some of its rows; entities and series keep their positions.

        Parameters
        ----------
        kept : ndarray of bool of shape (n_rows,)
        """
        points = kept[self.row_of_point]
        return replace(
            self,
            series_of_point=self.series_of_point[points],
            time_ns=self.time_ns[points],
            value=self.value[points],
            row_of_point=(np.cumsum(kept) - 1)[self.row_of_point[points]],
            entity_of_row=self.entity_of_row[kept],
            time_ns_of_row=self.time_ns_of_row[kept],
        )

    def moved(self, by_ns: int) -> MetricHistory:
        """Return the history with every event time later by so many nanoseconds."""
        return replace(
            self,
            time_ns=self.time_ns + by_ns,
            time_ns_of_row=self.time_ns_of_row + by_ns,
            moved_ns=self.moved_ns + by_ns,
        )

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the content: series, times and values, in the file's order."""
        digest = hashlib.sha256(repr(self.series).encode())
        for array in (self.series_of_point, self.time_ns, self.value):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class MetricIncidents:
    """What went wrong, where and when.

    Parameters
    ----------
    name : str
        What it was read from.
    entity : tuple of str
        One an incident.
    opened_ns, ended_ns : ndarray of int64 of shape (n,)
        Event time since 1970 UTC; ``ended_ns`` is -1 where the end is not known.
    ids : tuple of str
    """

    name: str
    entity: tuple[str, ...]
    opened_ns: _Ints
    ended_ns: _Ints
    ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.entity)

    def until(self, last_ns: int) -> MetricIncidents:
        """Return those that had begun by then."""
        kept = self.opened_ns <= last_ns
        at = np.flatnonzero(kept).tolist()
        entity, ids = tuple(self.entity[row] for row in at), tuple(self.ids[row] for row in at)
        return MetricIncidents(self.name, entity, self.opened_ns[kept], self.ended_ns[kept], ids)

    def moved(self, by_ns: int) -> MetricIncidents:
        """Return the incidents later by so many nanoseconds."""
        ended_ns = np.where(self.ended_ns < 0, -1, self.ended_ns + by_ns)
        return replace(self, opened_ns=self.opened_ns + by_ns, ended_ns=ended_ns)
