"""Every array of a watcher says what its rows are."""

from __future__ import annotations

import numpy as np

from triage.watch.budget import Budget
from triage.watch.points import Points
from triage.watch.rows import Rows
from triage.watch.storing import ROWS
from triage.watch.watcher import Watcher

HOUR_NS = 3_600_000_000_000


def test_arrays_have_as_many_rows_as_what_they_say_they_are_of() -> None:
    watcher = Watcher(Budget.parse("1/day"), wear={"m0": 1.0})
    rows = watcher.series_of(["web", "web", "db"], ["m0", "m1", "m0"])
    hours = np.repeat(np.arange(24 * 15), 3)
    watcher.handle(Points(np.tile(rows, 24 * 15), hours * HOUR_NS, np.sin(hours * np.pi / 12.0) + hours % 7 / 9.0))
    arrays = watcher.to_part().arrays
    counts = {
        Rows.SERIES: 3,
        Rows.ENTITIES: 2,
        Rows.SEASONS: int(arrays["season_taken"][0]),
        Rows.WEEKS: int(arrays["week_taken"][0]),
        Rows.MEMORIES: int(arrays["novelty_taken"][0]),
    }
    assert all(counts.values())
    wrong = [name for name, what in ROWS.items() if what in counts and len(arrays[name]) != counts[what]]
    assert wrong == []
