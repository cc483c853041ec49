"""Early detection on the Numenta Anomaly Benchmark: ours and three plain rows by NAB's own scoring."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.data_folder import find_data_folder
from benchmarks.nab_scoring import PROFILES, Judged, best_threshold, cross_fitted, normalised
from benchmarks.report import ResultTable
from triage.watch.budget import Budget
from triage.watch.points import Points
from triage.watch.watcher import Watcher

__all__ = ["NabFile", "read_files", "run", "windowed_gaussian"]

_COLUMNS = ("row", *(profile.name for profile in PROFILES), "standard, threshold cross-fitted", "us a point")
# NAB's windowed Gaussian: the window that its authors found best, and its step.
_WINDOW, _STEP = 6400, 100
# One draw of a random detector is worth from 8 to 18 points: the row is the mean of so many.
_RANDOM_DRAWS = 10


@dataclass(frozen=True, slots=True)
class NabFile:
    """One file: its path in NAB, event times in ns, values, and labelled windows as first and last row."""

    path: str
    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    windows: tuple[tuple[int, int], ...]


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # NAB has no newest slice to keep closed
    """Run on the files that are there; without data, an empty list."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"NAB: skipped, {reason}")
        return []
    files = read_files(folder / "metrics" / "nab")
    _ours(files[0])  # compiles
    rows = (
        _random_row(files),
        _row("z-score of all points so far", files, _z_score),
        _row(f"windowed Gaussian (NAB's, {_WINDOW:,} / {_STEP})", files, windowed_gaussian),
        _row("**triage**, one configuration", files, _ours),
    )
    about = (
        f"{len(files)} of NAB's 58 files, {sum(len(file.value) for file in files):,} points, "
        f"{sum(len(file.windows) for file in files)} labelled windows. NAB's scoring: 100 finds every window at its "
        "first row and nothing else, 0 finds nothing. Thresholds: one for all files, chosen on the labels for each "
        "profile, as NAB does it; cross-fitted: one for each half (alternate files, sorted by path), chosen on the "
        f"other half. Random is the mean of {_RANDOM_DRAWS} draws."
    )
    return [ResultTable("nab", "Numenta Anomaly Benchmark", about, _COLUMNS, rows)]


def read_files(folder: Path) -> list[NabFile]:
    """Return NAB's files in order of their path.

    Parameters
    ----------
    folder : Path
        Holds ``data`` and ``labels/combined_windows.json``.
    """
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    files = []
    for file in sorted((folder / "data").glob("*/*.csv")):
        path = file.relative_to(folder / "data").as_posix()
        table = pd.read_csv(file, parse_dates=["timestamp"])
        row = {moment: number for number, moment in reversed(list(enumerate(table["timestamp"])))}
        files.append(
            NabFile(
                path=path,
                time_ns=table["timestamp"].to_numpy(dtype="datetime64[ns]").astype(np.int64),
                value=table["value"].to_numpy(dtype=np.float64),
                windows=tuple((row[pd.Timestamp(first)], row[pd.Timestamp(last)]) for first, last in windows[path]),
            )
        )
    return files


def _row(name: str, files: Sequence[NabFile], detect: Callable[[NabFile], NDArray[np.float64]]) -> tuple[str, ...]:
    begin = time.process_time()
    judged = [Judged(detect(file), file.windows) for file in files]
    cost_us = (time.process_time() - begin) * 1e6 / sum(len(file.value) for file in files)
    return (name, *(f"{points:.1f}" for points in _points(judged)), f"{cost_us:.1f}")


def _points(judged: Sequence[Judged]) -> list[float]:
    on_labels = [normalised(judged, profile, best_threshold(judged, profile)) for profile in PROFILES]
    return [*on_labels, cross_fitted(judged, PROFILES[0])]


def _random_row(files: Sequence[NabFile]) -> tuple[str, ...]:
    draws = [
        _points([Judged(rng.random(len(file.value)), file.windows) for file in files])
        for rng in map(np.random.default_rng, range(_RANDOM_DRAWS))
    ]
    return ("random", *(f"{points:.1f}" for points in np.mean(draws, axis=0)), "-")


def _ours(file: NabFile) -> NDArray[np.float64]:
    """Score a file as a stream of one series: nothing is fitted or set for it."""
    watcher = Watcher(Budget.parse("1/day"))
    series = np.repeat(watcher.series_of([file.path], ["value"]), len(file.value))
    return watcher.handle(Points(series, file.time_ns, file.value)).score


def _z_score(file: NabFile) -> NDArray[np.float64]:
    """Score each point by its distance from the mean of all before it, in their standard deviations."""
    value = file.value
    before = np.arange(len(value), dtype=np.float64)
    before[0] = np.nan
    centred = value - value[0]
    mean = (np.cumsum(centred) - centred) / before
    variance = np.maximum((np.cumsum(centred**2) - centred**2) / before - mean**2, 1e-12)
    score: NDArray[np.float64] = np.nan_to_num(np.abs(centred - mean) / np.sqrt(variance))
    return score


def windowed_gaussian(file: NabFile) -> NDArray[np.float64]:
    """Score a file as NAB's own windowed Gaussian does: by the tail of a normal fitted to the last window.

    Parameters
    ----------
    file : NabFile

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0.5, 1]; higher is more anomalous. The first row gets 0.
    """
    value = file.value
    score = np.zeros(len(value))
    mean, deviation = 0.0, 1.0
    for row in range(len(value)):
        if row > 0:
            score[row] = 1.0 - 0.5 * math.erfc(abs(value[row] - mean) / deviation / 1.4142)
        # The window grows to its full size, then moves on a step at a time.
        if row < _WINDOW or (row + 1 - _WINDOW) % _STEP == 0:
            window = value[max(row + 1 - _WINDOW, 0) : row + 1]
            mean, deviation = float(window.mean()), float(window.std()) or 1e-6
    return score
