"""Small made-up metrics with a known fault, for tests of what reads, watches and draws them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from triage.datasets import MetricOptions, ReadOptions, read_table, to_metric_history
from triage.training.metrics import MetricHistory

__all__ = ["DAY", "STEP_NS", "estate", "history_of", "long_of"]

STEP_NS = 300 * 10**9
# Five-minute samples a day.
DAY = 288


def estate(days: int = 6, seed: int = 1, faults: tuple[float, ...] = (4.5, 5.4)) -> pd.DataFrame:
    """Return wide metrics of `web` and `db`; the latency of `web` climbs for an hour before each fault (in days)."""
    dice = np.random.default_rng(seed)
    n = days * DAY
    load = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(n) / DAY)
    moments = pd.date_range("2026-09-21", periods=n, freq="5min", unit="ns").strftime("%Y-%m-%dT%H:%M:%SZ")
    latency = 20.0 * load + dice.normal(0.0, 0.8, n)
    for at in (int(fault * DAY) for fault in faults if fault < days):
        latency[at - 12 : at] += np.linspace(10.0, 80.0, 12)
        latency[at : at + 6] += 120.0
    web = pd.DataFrame(
        {"entity": "web", "timestamp": moments, "cpu": 40 * load + dice.normal(0, 2, n), "latency": latency}
    )
    db = pd.DataFrame(
        {"entity": "db", "timestamp": moments, "cpu": 20 * load + dice.normal(0, 1, n), "latency": np.nan}
    )
    return pd.concat([web, db]).sort_values("timestamp", kind="stable").round(3).reset_index(drop=True)


def long_of(wide: pd.DataFrame) -> pd.DataFrame:
    """Return the same samples, one a row, a row's in the order of its columns."""
    metrics = [wide[["entity", "timestamp"]].assign(metric=name, value=wide[name]) for name in ("cpu", "latency")]
    long = pd.concat(metrics).sort_index(kind="stable").dropna(subset="value")
    return long[["entity", "metric", "timestamp", "value"]]


def history_of(frame: pd.DataFrame, folder: Path) -> MetricHistory:
    """Return a frame as it is read from a file."""
    frame.to_csv(folder / "metrics.csv", index=False)
    return to_metric_history(read_table(folder / "metrics.csv", ReadOptions()), MetricOptions())
