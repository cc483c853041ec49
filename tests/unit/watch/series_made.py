"""Series for the tests of the watcher, and the ways to feed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.parts import Part
from triage.watch.budget import Budget
from triage.watch.points import Points, Watched
from triage.watch.watcher import Watcher

MINUTE_NS = 60_000_000_000


def one_series(values: Sequence[float] | NDArray[np.float64], step_ns: int = MINUTE_NS) -> Points:
    n = len(values)
    return Points(np.zeros(n, dtype=np.int64), np.arange(n) * step_ns, np.asarray(values, dtype=np.float64))


def new_watcher(
    series: int = 1, entities: int = 1, budget: str = "1/day", wear: Mapping[str, float] | None = None
) -> Watcher:
    watcher = Watcher(Budget.parse(budget), wear=wear)
    watcher.series_of([f"e{row % entities}" for row in range(series)], [f"m{row // entities}" for row in range(series)])
    return watcher


def noise(n: int, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=n)


def assert_same(left: Watched, *right: Watched) -> None:
    np.testing.assert_array_equal(left.score, np.concatenate([part.score for part in right]))
    np.testing.assert_array_equal(left.entity_score, np.concatenate([part.entity_score for part in right]))
    np.testing.assert_array_equal(left.evidence, np.concatenate([part.evidence for part in right]))
    np.testing.assert_array_equal(left.alert, np.concatenate([part.alert for part in right]))
    assert left.opened == tuple(warning for part in right for warning in part.opened)
    assert left.closed == tuple(warning for part in right for warning in part.closed)
    begins = np.cumsum([0] + [len(part.score) for part in right])
    placed = [(int(begin), note) for begin, part in zip(begins[:-1], right, strict=True) for note in part.notes]
    assert left.notes == tuple(replace(note, place=begin + note.place) for begin, note in placed)
    causes = {
        int(begin) + row: found
        for begin, part in zip(begins[:-1], right, strict=True)
        for row, found in part.causes.items()
    }
    assert dict(left.causes) == causes


def a_part() -> Part:
    """Return the state of a watcher with everything in it: seasons, weeks, wear, memories, an open warning."""
    watcher = new_watcher(4, 3, "1/h", {"m0": 0.5})
    hours = np.arange(10 * 24 * 4) // 4
    watcher.handle(
        Points(
            np.arange(len(hours)) % 4, hours * 60 * MINUTE_NS, 9.0 * np.sin(hours / 24 * 2 * np.pi) + noise(len(hours))
        )
    )
    values = noise(800)
    values[780:] += 60.0
    times = 10 * 24 * 60 * MINUTE_NS + np.arange(800) // 4 * MINUTE_NS
    watcher.handle(Points(np.arange(800) % 4, times, values))
    part = watcher.to_part()
    assert watcher.open_warnings
    assert len(part.arrays["week_cells"])
    assert len(part.arrays["novelty_low"])
    return part
