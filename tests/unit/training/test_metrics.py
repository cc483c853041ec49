from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.metric_series import estate, history_of, long_of

from triage.training.metrics import MetricIncidents


def test_long_and_wide_files_hold_the_same_samples_in_the_same_order(tmp_path: Path) -> None:
    wide, long = history_of(estate(1), tmp_path), history_of(long_of(estate(1)), tmp_path)
    assert wide.series == long.series
    assert np.array_equal(wide.value, long.value)
    assert wide.fingerprint() == long.fingerprint()


def test_a_part_keeps_the_positions_of_entities_and_series(tmp_path: Path) -> None:
    whole = history_of(estate(1), tmp_path)
    kept = np.arange(whole.n_rows) >= 100
    part = whole.of_rows(kept)
    assert (part.series, part.entities) == (whole.series, whole.entities)
    assert part.n_rows == whole.n_rows - 100
    assert np.array_equal(part.time_ns_of_row[part.row_of_point], part.time_ns)
    assert np.array_equal(part.entity_of_point, part.entity_of_row[part.row_of_point])


def test_time_order_is_stable(tmp_path: Path) -> None:
    whole = history_of(estate(1).iloc[::-1], tmp_path)
    order = whole.in_time_order()
    assert (np.diff(whole.time_ns[order]) >= 0).all()
    first = order[whole.time_ns[order] == whole.time_ns.min()]
    assert (np.diff(first) > 0).all()


def test_moving_keeps_an_unknown_end_unknown() -> None:
    moved = MetricIncidents("i", ("web", "db"), np.array([1, 2]), np.array([-1, 3]), ("a", "b")).moved(10)
    assert (moved.opened_ns.tolist(), moved.ended_ns.tolist()) == ([11, 12], [-1, 13])
