"""One way in for every kind of file."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from triage.datasets import ReadOptions, read_table
from triage.errors import DataError, UsageError

Write = Callable[[str | bytes, str], Path]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b"a,b\n1,x\n,y\n"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,x\n,y\n", mtime=0)),
        ("t.jsonl", b'{"a":1,"b":"x"}\n{"b":"y"}\n'),
        ("t.ndjson", b'{"a":1,"b":"x"}\n{"a":null,"b":"y"}\n'),
        ("T.JSON", b'{"a":1.0,"b":"x"}\n{"a":"?","b":"y"}\n'),
    ],
)
def test_same_rows_in_any_format_have_the_same_labels(write: Write, name: str, content: bytes) -> None:
    table = read_table(write(content, name), ReadOptions())
    assert table.name.lower() == "t"
    assert [table.labels(column).tolist() for column in ("a", "b")] == [["1", None], ["x", "y"]]


def test_parquet_keeps_its_types_and_gives_labels(tmp_path: Path) -> None:
    columns = {
        "whole": pa.array([1, None], pa.int64()),
        "flag": pa.array([True, False]),
        "price": pa.array([Decimal("1.50"), None], pa.decimal128(5, 2)),
        "at": pa.array([pd.Timestamp("2016-02-29 01:16"), None], pa.timestamp("ms")),
        "team": pa.array(["x", "x"]).dictionary_encode(),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", ReadOptions())
    labels = {name: table.labels(name).tolist() for name in table.columns}
    assert labels == {
        "whole": ["1", None],
        "flag": ["true", "false"],
        "price": ["1.5", None],
        "at": ["2016-02-29T01:16:00", None],
        "team": ["x", "x"],
    }
    assert table.frame["whole"].dtype == pd.ArrowDtype(pa.int64())
    assert table.rows.tolist() == [1, 2]


def test_broken_or_empty_parquet_is_bad_data(write: Write, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a whole parquet file"):
        read_table(write(b"PAR1 nothing", "t.parquet"), ReadOptions())
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "e.parquet")
    with pytest.raises(DataError, match="no rows"):
        read_table(tmp_path / "e.parquet", ReadOptions())


def test_unknown_ending_is_wrong_usage(write: Write) -> None:
    with pytest.raises(UsageError, match=r"must end in .*'\.doc'"):
        read_table(write(b"PK", "t.doc"), ReadOptions())


def test_order_must_be_one_of_two() -> None:
    with pytest.raises(UsageError, match="order must be"):
        ReadOptions(order="random")


def test_spreadsheet_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    with pytest.raises(UsageError, match="Save the sheet as csv"):
        read_table(tmp_path / "t.xlsx", ReadOptions())
