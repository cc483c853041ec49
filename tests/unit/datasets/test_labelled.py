"""Labelled files: the same rows in the same order, and what was there untouched."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.datasets import ReadOptions, Table, check_out, read_table, write_labelled
from triage.datasets.delimited import parse_delimited
from triage.datasets.encodings import decode
from triage.errors import DataError, UsageError

ReadTable = Callable[..., Table]

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def test_csv_keeps_rows_order_and_cells(table_of: ReadTable, tmp_path: Path) -> None:
    table = table_of('id,text\n007,"a,b"\n?, x \nnull,"say ""hi""\nplease"\n')
    write_labelled(table, {"team_pred": ["A", "B", "C"], "team_prob": ["0.5", "", "1.0"]}, tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_text()
    assert written == 'id,text,team_pred,team_prob\n007,"a,b",A,0.5\n?, x ,B,\nnull,"say ""hi""\nplease",C,1.0\n'


def test_header_is_written_as_it_was_with_mangled_and_missing_names(table_of: ReadTable, tmp_path: Path) -> None:
    header = ",number,ident_state,sys_mod_count,opened_at,sys_updated_at,category,category"
    table = table_of(f"{header}\n0,1,New,0,a,b,53,170\n")
    write_labelled(table, {"x_pred": ["A"]}, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == f"{header},x_pred"


def test_gzipped_csv_is_written(table_of: ReadTable, tmp_path: Path) -> None:
    write_labelled(table_of("id,text\n1,a\n"), {"x": ["A"]}, tmp_path / "out.csv.gz")
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == b"id,text,x\n1,a,A\n"


def test_json_lines_keep_numbers_nulls_records_and_absent_keys(table_of: ReadTable, tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [{"a": 1, "g": {"value": "d", "n": [1]}}, {"b": None}, {"a": 1.5, "b": True}]
    table = table_of("\n".join(orjson.dumps(line).decode() for line in lines), "t.jsonl")
    write_labelled(table, {"x": ["A", "B", "C"]}, tmp_path / "out.jsonl")
    written = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert written == [line | {"x": label} for line, label in zip(lines, "ABC", strict=True)]


def test_json_lines_become_csv_with_records_as_json(table_of: ReadTable, tmp_path: Path) -> None:
    table = table_of('{"a":1,"g":{"value":"d"}}\n{"b":null}\n', "t.jsonl")
    write_labelled(table, {"x": ["A", "B"]}, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == 'a,g,b,x\n1,"{""value"":""d""}",,A\n,,,B\n'


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    columns = {"n": pa.array([1, None], pa.int32()), "at": pa.array([None, 5], pa.timestamp("us", tz="UTC"))}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", ReadOptions())
    write_labelled(table, {"x": ["A", "B"]}, tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.column_names == ["n", "at", "x"]
    assert written.select(["n", "at"]).equals(pa.table(columns))
    write_labelled(table, {"x": ["A", "B"]}, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes().splitlines()[0] == b'{"n":1,"at":null,"x":"A"}'


def test_probabilities_are_numbers_where_the_format_has_them(table_of: ReadTable, tmp_path: Path) -> None:
    table, extra = table_of("id\n1\n2\n3\n"), {"team_prob": ["0.1", "1e-05", ""]}
    for ending in ("csv", "parquet", "jsonl"):
        write_labelled(table, extra, tmp_path / f"out.{ending}")
    assert (tmp_path / "out.csv").read_text() == "id,team_prob\n1,0.1\n2,1e-05\n3,\n"
    written = pq.read_table(tmp_path / "out.parquet")["team_prob"]
    assert (written.type, written.to_pylist()) == (pa.float64(), [0.1, 1e-05, None])
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["team_prob"] for line in lines] == [0.1, 1e-05, None]


def test_mixed_types_cannot_be_parquet(table_of: ReadTable, tmp_path: Path) -> None:
    table = table_of('{"a":1}\n{"a":"x"}\n', "t.jsonl")
    with pytest.raises(UsageError, match="mixed types"):
        write_labelled(table, {"x": ["A", "B"]}, tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["t.jsonl"]


@pytest.mark.parametrize("column", ["team_pred", "category", "subcategory"])
def test_column_that_is_there_already_is_refused(table_of: ReadTable, tmp_path: Path, column: str) -> None:
    table = table_of(
        "number,ident_state,sys_mod_count,opened_at,sys_updated_at,category,category,team_pred\n1,2,3,4,5,6,7,8\n"
    )
    with pytest.raises(DataError, match=column):
        write_labelled(table, {column: ["A"]}, tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("out.xlsx", "must end in"),
        ("out.zip", "must end in"),
        ("out.parquet.gz", "must end in"),
        ("gone/out.csv", "a folder that exists"),
        ("tickets.csv", "the file that is read"),
    ],
)
def test_place_that_cannot_be_written_is_wrong_usage(table_of: ReadTable, tmp_path: Path, out: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_out(table_of("id,text\n1,a\n"), ["x"], tmp_path / out)


def test_file_that_stood_there_is_replaced(table_of: ReadTable, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")
    write_labelled(table_of("id,text\n1,a\n"), {"x": ["A"]}, tmp_path / "out.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "tickets.csv"]
    assert (tmp_path / "out.csv").read_text() == "id,text,x\n1,a,A\n"


@given(rows=st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=6))
def test_any_cells_are_read_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    content = io.StringIO()
    pd.DataFrame(rows, columns=["a", "b"], dtype=object).to_csv(content, index=False, lineterminator="\r\n")
    table = parse_delimited(folder / "t.csv", decode(content.getvalue().encode(), None))
    write_labelled(table, {"x": ["A"] * len(rows)}, folder / "out.csv")
    again = read_table(folder / "out.csv", ReadOptions())
    assert again.frame[["a", "b"]].equals(table.frame)
    assert again.frame["x"].tolist() == ["A"] * len(rows)
