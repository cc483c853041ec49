from __future__ import annotations

import numpy as np

from triage.intake.named_rows import NamedRows, RecentNames

ROWS = NamedRows(("db",), ("cpu",), np.zeros(2, np.int64))


def test_same_names_are_found_whatever_was_kept_since() -> None:
    names = RecentNames()
    names.keep(["db", "db"], ["cpu", "cpu"], ROWS)
    names.keep(["web"], ["cpu"], NamedRows(("web",), ("cpu",), np.zeros(1, np.int64)))
    assert names.find(["db", "db"], ["cpu", "cpu"]) is ROWS


def test_names_that_differ_in_a_row_in_between_are_not_the_same() -> None:
    names = RecentNames()
    names.keep(["a", "b", "c"], ["x", "x", "x"], ROWS)
    assert names.find(["a", "a", "c"], ["x", "x", "x"]) is None
    assert names.find(["a", 1, "c"], ["x", "x", "x"]) is None
    assert names.find(["a", ["b"], "c"], ["x", None, "x"]) is None
    assert names.find([], []) is None


def test_the_first_sender_gives_way_to_a_new_one() -> None:
    names = RecentNames()
    for number in range(17):
        names.keep([f"host {number}"], ["cpu"], ROWS)
    assert names.find(["host 0"], ["cpu"]) is None
    assert names.find(["host 1"], ["cpu"]) is ROWS


def test_large_batches_are_not_kept() -> None:
    names = RecentNames()
    column: list[object] = ["db"] * 20_001
    names.keep(column, column, ROWS)
    assert names.find(column, column) is None
