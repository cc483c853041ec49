"""Tables and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from triage.datasets import ReadOptions, Table
from triage.datasets.table import listed, row_problems


def _table(name: str = "t.csv", n_rows: int = 3) -> Table:
    frame = pd.DataFrame({"a": pd.Series([" x ", "?", ""] * (n_rows // 3), dtype="str")})
    return Table(Path(name), frame, ("a",), np.arange(2, n_rows + 2))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("t.csv", "t"),
        ("t.csv.gz", "t"),
        ("v1.2-tickets.zip", "v1.2-tickets"),
        ("T.JSONL", "T"),
        ("t.v2.parquet", "t.v2"),
    ],
)
def test_name_is_the_file_without_its_format(file: str, name: str) -> None:
    assert _table(file).name == name


def test_labels_are_text_or_none() -> None:
    labels = _table().labels("a")
    assert labels.dtype == object
    assert labels.tolist() == ["x", None, None]


def test_labels_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _table().labels("a")[0] = "changed"


def test_problem_names_five_rows_and_counts_all() -> None:
    table = _table(n_rows=9)
    [problem] = row_problems("is wrong.", "a", table, np.ones(9, dtype=bool), got="x")
    assert (problem.rows, problem.count, problem.got) == ((2, 3, 4, 5, 6), 9, "x")
    assert not list(row_problems("is wrong.", "a", table, np.zeros(9, dtype=bool)))


def test_options_name_their_columns() -> None:
    options = ReadOptions(targets=("a", "b"), text=("c",), fields=("d",), time="e", id="f")
    assert list(options.named()) == [
        ("target", "a"), ("target", "b"), ("text", "c"), ("field", "d"), ("time", "e"), ("id", "f"),
    ]  # fmt: skip


def test_every_missing_column_is_named_with_its_like(table_of: Callable[..., Table]) -> None:
    table = table_of("id,text,team\n1,a,b\n")
    told = table.missing(ReadOptions(targets=("Team",), text=("txt",), time="when", id="id"))
    assert "--target 'Team' (did you mean 'team'?)" in told
    assert "--text 'txt' (did you mean 'text'?)" in told
    assert "--time 'when'" in told
    assert "--id" not in told
    assert "Its columns are: id, text, team." in told
    assert table.missing(ReadOptions(targets=("team",), time="text")) == ""


def test_options_within_columns_name_no_other() -> None:
    options = ReadOptions(targets=("a", "b"), text=("c",), fields=("d",), time="e", id="f", tz="UTC")
    assert options.within(["a", "d", "f"]) == ReadOptions(targets=("a",), fields=("d",), id="f", tz="UTC")


def test_listed_columns_are_bounded() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(map(str, range(100))).endswith(", 59 and 40 more")
