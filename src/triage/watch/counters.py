"""Counters: series that only grow, until whatever counts is started again. Their rates are watched. Kernel only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import COUNT, KIND, OPENING, SeriesState

__all__ = ["GAUGE", "UNREAD", "is_counter", "kinds_of", "rate_of"]

# Kinds of series. A counter whose kind is READ + k has been read, and has fallen k times before its level was known.
GAUGE, UNREAD, READ = 0, 1, 2
_MOST_FALLS = 2  # more of them among so few readings: the name lies, and its values are no counts
_SECOND_NS = 1e9


def is_counter(metric: str) -> bool:
    """Return whether a metric's name says that it is a counter: OpenMetrics wants ``_total`` before the labels.

    Examples
    --------
    >>> is_counter('cpu_seconds_total{mode="idle"}'), is_counter("disk_total_bytes"), is_counter("requests_total:delta")
    (True, False, False)
    """
    return metric.partition("{")[0].lower().endswith("_total")


def kinds_of(metrics: list[str]) -> NDArray[np.int32]:
    """Return the kind that each metric has before its first reading."""
    return np.array([UNREAD if is_counter(metric) else GAUGE for metric in metrics], dtype=np.int32)


@compiled
def rate_of(state: SeriesState, row: int, time_ns: int, value: float) -> float:
    """Take a counter's reading, newer than the one before; return its rate a second since then.

    Parameters
    ----------
    state : SeriesState
        Changed in place: the reading is what the next one is compared with.
    row : int
    time_ns : int
    value : float

    Returns
    -------
    float
        NaN where there is none: at the first reading, and at one that is lower than the one before. The counter was
        started again then, and nobody knows what it had come to. A series that falls for the third time before its
        level is known is no counter: it is a gauge from this value on, which is returned.
    """
    ages = state.ages[row]
    before, passed_ns = state.reading[row], time_ns - state.last_ns[row]
    state.reading[row], state.last_ns[row] = value, time_ns
    if ages[KIND] == UNREAD:
        ages[KIND] = READ
        return np.nan
    if value >= before:
        return float((value - before) * _SECOND_NS / passed_ns)
    if ages[COUNT] < OPENING:
        ages[KIND] += 1
        if ages[KIND] - READ > _MOST_FALLS:
            ages[KIND], ages[COUNT] = GAUGE, 0
            return value
    return np.nan
