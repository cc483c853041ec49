"""Speed of the metrics kernel: 10,000 series x 100 points, beside a rolling z-score in numpy in the same run."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import ResultTable
from triage.watch.budget import Budget
from triage.watch.points import Points
from triage.watch.watcher import Watcher

__all__ = ["run"]

_SERIES, _STEPS, _PER_ENTITY, _ROUNDS = 10_000, 100, 20, 5
_MINUTE_NS = 60_000_000_000
_RATE = 1 / 100


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # nothing is learnt from data here
    """Run on made-up points; needs no data."""
    values = np.random.default_rng(0).normal(size=(_STEPS, _SERIES))
    _watch(values[:2])  # compiles
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        ours.append(_watch(values))
        theirs.append(_roll(values))
    rate, other = values.size / median(ours), values.size / median(theirs)
    rows = (
        ("rolling mean and variance, z-score, numpy over all series at once", f"{other:.2g}", "1"),
        ("**triage**, points in order of arrival", f"{rate:.2g}", f"{rate / other:.2f}"),
    )
    about = (
        f"{_SERIES:,} series of {_SERIES // _PER_ENTITY} entities x {_STEPS} points, a time step after the other; "
        f"median of {_ROUNDS} interleaved rounds, CPU time of one core. The z-score gets whole time steps, knows each "
        "series' place, and has no season, tails, robustness, entities or warnings."
    )
    columns = ("row", "points/s/core", "ratio")
    return [ResultTable("metrics-kernel", "Metrics kernel", about, columns, rows)]


def _watch(values: NDArray[np.float64]) -> float:
    steps = len(values)
    watcher = Watcher(Budget.parse("1/day"))
    series = watcher.series_of(
        [f"entity {number // _PER_ENTITY}" for number in range(_SERIES)],
        [f"metric {number % _PER_ENTITY}" for number in range(_SERIES)],
    )
    points = Points(np.tile(series, steps), np.repeat(np.arange(steps) * _MINUTE_NS, _SERIES), values.ravel())
    begin = time.process_time()
    watcher.handle(points)
    return time.process_time() - begin


def _roll(values: NDArray[np.float64]) -> float:
    begin = time.process_time()
    mean, variance = np.zeros(_SERIES), np.ones(_SERIES)
    scores = np.empty(values.shape)
    for step, row in enumerate(values):
        off = row - mean
        scores[step] = np.abs(off) / np.sqrt(variance)
        mean += _RATE * off
        variance += _RATE * (off**2 - variance)
    return time.process_time() - begin
