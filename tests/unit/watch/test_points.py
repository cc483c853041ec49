from __future__ import annotations

import numpy as np
import pytest

from triage.errors import UsageError
from triage.watch.points import Points


def test_arrays_of_other_types_are_converted() -> None:
    points = Points(np.array([0], dtype=np.int32), np.array([1], dtype=np.int32), np.array([2], dtype=np.float32))
    assert [array.dtype for array in (points.series, points.time_ns, points.value)] == [np.int64, np.int64, np.float64]


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="one length"):
        Points(np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64), np.zeros(1))


def test_times_that_would_overflow_are_refused() -> None:
    with pytest.raises(UsageError, match="within"):
        Points(np.zeros(1, dtype=np.int64), np.array([2**62]), np.zeros(1))


def test_part_of_points_keeps_their_order() -> None:
    points = Points(np.arange(5), np.arange(5), np.arange(5.0))
    assert points[1:3].value.tolist() == [1.0, 2.0]
    assert len(points[9:]) == 0
