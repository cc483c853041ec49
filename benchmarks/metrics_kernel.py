"""Speed and memory of the metrics kernel, beside plain and streaming detectors of others in the same run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import anomaly, stats

from benchmarks.report import ResultTable
from triage.compiling import compiled
from triage.watch.budget import Budget
from triage.watch.lanes import Lanes, empty_lanes
from triage.watch.points import Arrivals, Points
from triage.watch.series import watch_values
from triage.watch.state import Seasons, SeriesState, Weeks, empty_seasons, empty_series, empty_weeks
from triage.watch.table import SeriesTable
from triage.watch.watcher import Watcher

__all__ = ["run"]

_Floats = NDArray[np.float64]
_SERIES, _STEPS, _PER_ENTITY, _ROUNDS = 10_000, 100, 20, 5
_RIVER_POINTS, _TREE_POINTS = 200_000, 5_000  # they are slower by orders: fewer points say as much
_MANY, _LATER = 1_000_000, 12
_WEEKLY_HOURS = 9 * 24
_BATCH, _BATCHES = 1_000_000, 10
_MINUTE_NS = 60_000_000_000
_RATE = 1 / 100


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # nothing is learnt from data here
    """Run on made-up points; needs no data."""
    return [_speed(), _memory()]


def _speed() -> ResultTable:
    values = np.random.default_rng(0).normal(size=(_STEPS, _SERIES))
    rows: dict[str, Callable[[_Floats], float]] = {
        "rolling mean and variance, z-score, numpy over all series at once": _roll,
        "**triage**, series alone: level, season, trend, five tails and their sum": _score_series,
        "**triage**, all: series, joint state of 20 a entity, budget, warnings": _watch,
    }
    for each in rows.values():
        each(values[:12])  # compiles
    rates: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(_ROUNDS):
        for name, each in rows.items():
            rates[name].append(values.size / each(values))
    found = {name: median(of_rounds) for name, of_rounds in rates.items()}
    found |= _river_rates(values.ravel())
    least = found["rolling mean and variance, z-score, numpy over all series at once"]
    about = (
        f"{_SERIES:,} series of {_SERIES // _PER_ENTITY} entities x {_STEPS} points, a time step after the other, as a "
        "collector sends them (points of one series in a row are not judged side by side: they take thrice the time); "
        f"median of {_ROUNDS} interleaved rounds, CPU time of one core. The z-score gets whole time steps, knows each "
        "series' place, and has no season, tails, robustness, entities or warnings. River's are one series, point by "
        f"point in Python: {_RIVER_POINTS:,} points, half-space trees {_TREE_POINTS:,}."
    )
    table = tuple((name, f"{rate:.2g}", f"{rate / least:.2g}") for name, rate in found.items())
    return ResultTable("metrics-kernel", "Metrics kernel", about, ("row", "points/s/core", "ratio"), table)


def _river_rates(values: _Floats) -> dict[str, float]:
    # River scales nothing itself: its trees want features in [0, 1].
    in_unit = (np.clip(values, -4.0, 4.0) + 4.0) / 8.0
    return {
        "river, mean and variance": _rate_of(_river_z_score(stats.Var()), values[:_RIVER_POINTS]),
        "river, Gaussian scorer": _rate_of(_river_scorer(anomaly.GaussianScorer()), values[:_RIVER_POINTS]),  # type: ignore[no-untyped-call]  # river's
        "river, half-space trees": _rate_of(_river_trees(anomaly.HalfSpaceTrees(seed=1)), in_unit[:_TREE_POINTS]),
    }


def _rate_of(score: Callable[[float], None], values: _Floats) -> float:
    listed = values.tolist()
    begin = time.process_time()
    for value in listed:
        score(value)
    return len(listed) / (time.process_time() - begin)


def _river_z_score(variance: Any) -> Callable[[float], None]:
    def score(value: float) -> None:
        abs(value - variance.mean.get()) / (variance.get() ** 0.5 or 1.0)
        variance.update(value)

    return score


def _river_scorer(scorer: Any) -> Callable[[float], None]:
    def score(value: float) -> None:
        scorer.score_one(None, value)
        scorer.learn_one(None, value)

    return score


def _river_trees(trees: Any) -> Callable[[float], None]:
    def score(value: float) -> None:
        trees.score_one({"x": value})
        trees.learn_one({"x": value})

    return score


def _score_series(values: _Floats) -> float:
    steps = len(values)
    series = np.tile(np.arange(_SERIES), steps)
    times = np.repeat(np.arange(steps) * _MINUTE_NS, _SERIES)
    state, seasons, weeks = empty_series(_SERIES), empty_seasons(_SERIES), empty_weeks(0)
    points, lanes = Arrivals(series, times, times, values.ravel()), empty_lanes()
    begin = time.process_time()
    _score_all(state, seasons, weeks, points, lanes)
    return time.process_time() - begin


@compiled
def _score_all(state: SeriesState, seasons: Seasons, weeks: Weeks, points: Arrivals, lanes: Lanes) -> None:
    end = 0
    while end < len(points.series):
        end = watch_values(state, seasons, weeks, points, end, lanes)


def _watch(values: _Floats) -> float:
    watcher, series = _a_watcher()
    points = _points_of(series, values, 0)
    begin = time.process_time()
    watcher.handle(points)
    return time.process_time() - begin


def _a_watcher() -> tuple[Watcher, NDArray[np.int64]]:
    watcher = Watcher(Budget.parse("1/day"))
    series = watcher.series_of(
        [f"entity {number // _PER_ENTITY}" for number in range(_SERIES)],
        [f"metric {number % _PER_ENTITY}" for number in range(_SERIES)],
    )
    return watcher, series


def _points_of(series: NDArray[np.int64], values: _Floats, first_step: int) -> Points:
    steps = len(values)
    times = np.repeat((first_step + np.arange(steps)) * _MINUTE_NS, _SERIES)
    return Points(np.tile(series, steps), times, values.ravel())


def _roll(values: _Floats) -> float:
    begin = time.process_time()
    mean, variance = np.zeros(_SERIES), np.ones(_SERIES)
    scores = np.empty(values.shape)
    for step, row in enumerate(values):
        off = row - mean
        scores[step] = np.abs(off) / np.sqrt(variance)
        mean += _RATE * off
        variance += _RATE * (off**2 - variance)
    return time.process_time() - begin


def _memory() -> ResultTable:
    without, with_season, names = _of_many()
    first, last = _of_many_points()
    rows = (
        (f"{_MANY:,} series, {_LATER} points each within an hour", f"{without:.0f} bytes a series"),
        ("the same, two hours later: each has earned a season of a day", f"{with_season:.0f} bytes a series"),
        ("their names, and the table that finds them", f"{names:.0f} bytes a series"),
        (
            f"{_MANY:,} series of ebb and flow, after nine days: each has earned a week",
            f"{_of_weekly():.0f} bytes a series",
        ),
        (f"{_SERIES:,} series, after {_BATCH:,} points", f"{first / 1e6:.0f} MB"),
        (f"the same, after {_BATCH * _BATCHES:,} points", f"{last / 1e6:.0f} MB"),
    )
    about = (
        "Resident memory of the process, less that before. But for names it is the series' own state at first; what "
        "joins the series of an entity comes on top: 8 for links, 24 of the joint state, and 72 (d + 2) for each of d."
    )
    return ResultTable("metrics-memory", "Memory of the watcher", about, ("what", "resident"), rows)


def _of_many() -> tuple[float, float, float]:
    rng, series = np.random.default_rng(0), np.arange(_MANY)
    before = _resident()
    state, seasons, weeks, lanes = empty_series(_MANY), empty_seasons(_MANY), empty_weeks(_MANY), empty_lanes()
    for step in (*range(_LATER), 60 + _LATER, 121 + _LATER):
        if step == 60 + _LATER:
            without = _resident() - before
        times = np.full(_MANY, step * _MINUTE_NS)
        _score_all(state, seasons, weeks, Arrivals(series, times, times, rng.normal(size=_MANY)), lanes)
        del times
    with_season = _resident() - before
    del state, seasons
    before = _resident()
    table = SeriesTable()
    table.rows_of([f"entity {row // _PER_ENTITY}" for row in range(_MANY)], [f"m{row % _PER_ENTITY}" for row in series])
    return without / _MANY, with_season / _MANY, (_resident() - before) / _MANY


def _of_weekly() -> float:
    rng, series = np.random.default_rng(0), np.arange(_MANY)
    before = _resident()
    state, seasons, weeks = empty_series(_MANY), empty_seasons(_MANY), empty_weeks(_MANY)
    lanes = empty_lanes()
    for hour in range(_WEEKLY_HOURS):
        times, value = (
            np.full(_MANY, hour * 60 * _MINUTE_NS),
            rng.normal(10.0 * np.sin(hour / 24 * 2 * np.pi), size=_MANY),
        )
        _score_all(state, seasons, weeks, Arrivals(series, times, times, value), lanes)
        del times, value
    assert weeks.taken[0] == _MANY
    return (_resident() - before) / _MANY


def _of_many_points() -> tuple[float, float]:
    rng, steps = np.random.default_rng(0), _BATCH // _SERIES
    watcher, series = _a_watcher()
    found = []
    for batch in range(_BATCHES):
        watcher.handle(_points_of(series, rng.normal(size=(steps, _SERIES)), batch * steps))
        found.append(_resident())
    return found[0], found[-1]


def _resident() -> float:
    """Return the process's resident memory in bytes, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))
