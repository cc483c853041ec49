from __future__ import annotations

import pytest

from triage.errors import UsageError
from triage.watch.table import SeriesTable


def test_series_keeps_its_row_for_good() -> None:
    table = SeriesTable()
    first = table.rows_of(["a", "b", "a"], ["x", "x", "y"])
    assert table.rows_of(["a", "c", "b"], ["y", "x", "x"]).tolist() == [first[2], 3, first[1]]
    assert (table.entities, table.metrics, table.owners) == (["a", "b", "c"], ["x", "x", "y", "x"], [0, 1, 0, 2])


def test_entity_and_metric_are_told_apart() -> None:
    assert SeriesTable().rows_of(["a", "ab"], ["bc", "c"]).tolist() == [0, 1]


def test_names_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="its entity"):
        SeriesTable().rows_of(["a"], [])


def test_same_names_asked_for_again_have_the_same_rows_and_nobody_can_change_them() -> None:
    table = SeriesTable()
    entity, metric = ("a", "b"), ("x", "x")
    rows = table.rows_of(entity, metric)
    rows[:] = 7
    assert table.rows_of(entity, metric).tolist() == [0, 1]
    for number in range(40):
        assert table.rows_of((f"e{number}",), ("x",)).tolist() == [2 + number]
    assert table.rows_of(entity, metric).tolist() == [0, 1]
