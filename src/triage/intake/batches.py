"""Points of foreign formats, once they are columns, into a batch. Times and values are checked here, names are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from triage.flow import MetricBatch
from triage.watch.liveness_layout import STALE_BITS

__all__ = ["is_in_range", "to_batch"]

_NS = 1_000_000_000
# Within what a watcher reckons with, and so that seconds given for milliseconds are noticed.
_FIRST_NS = int(datetime(1971, 1, 1, tzinfo=UTC).timestamp()) * _NS
_END_NS = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * _NS


def is_in_range(time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which times lie in the years 1971 to 2099; what a machine sends from before has lost its clock."""
    return (time_ns >= _FIRST_NS) & (time_ns < _END_NS)


def to_batch(
    names: Sequence[tuple[str, str]], series: NDArray[np.int64], time_ns: NDArray[np.int64], value: NDArray[np.float64]
) -> MetricBatch:
    """Put points together; those whose value is no finite number are counted, and only stale markers kept.

    Parameters
    ----------
    names : sequence of (str, str)
        Entity and metric; the same ones may stand there twice.
    series : ndarray of int64, shape (n,)
        Of each point, the position of its names.
    time_ns : ndarray of int64, shape (n,)
    value : ndarray of float64, shape (n,)

    Examples
    --------
    >>> got = to_batch([("db", "cpu")], np.zeros(2, np.int64), np.full(2, 10**18), np.array([0.5, np.nan]))
    >>> got.entity, got.value.tolist(), got.nulls
    (('db',), [0.5], 1)
    """
    is_finite = np.isfinite(value)
    is_point = is_finite | (np.ascontiguousarray(value).view(np.int64) == STALE_BITS)
    nulls = len(value) - int(np.count_nonzero(is_finite))
    positions: dict[tuple[str, str], int] = {}
    place = np.fromiter((positions.setdefault(pair, len(positions)) for pair in names), np.int64, len(names))
    used, within = np.unique(place[series[is_point]], return_inverse=True)
    distinct = list(positions)
    return MetricBatch(
        tuple(distinct[at][0] for at in used.tolist()),
        tuple(distinct[at][1] for at in used.tolist()),
        within.astype(np.int64, copy=False),
        time_ns[is_point],
        value[is_point],
        nulls,
    )
