from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from triage.datasets import ReadOptions, Table, read_table, write_anomalies
from triage.domain import Cause
from triage.errors import UsageError

ReadTable = Callable[..., Table]
CAUSES = {1: (Cause("ça", 0.75), Cause("mem", 0.25))}


def write(table: Table, out: Path) -> None:
    write_anomalies(table, np.array([0.0, 0.999]), np.array([False, True]), CAUSES, out)


@pytest.fixture
def table(table_of: ReadTable) -> Table:
    return table_of("timestamp,value\n2026-09-21 12:00,1\n2026-09-21 12:05,2\n", "taxi.csv")


def test_the_columns_are_those_of_the_contract(table: Table, tmp_path: Path) -> None:
    write(table, tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "entity,timestamp,score,alert,probability,causes"
    assert lines[1] == "taxi,2026-09-21 12:00,0.0,0,,[]"
    causes = json.loads(pd.read_csv(tmp_path / "out.csv")["causes"][1])
    assert causes == [{"metric": "ça", "contribution": 0.75}, {"metric": "mem", "contribution": 0.25}]


@pytest.mark.parametrize("ending", ["csv.gz", "parquet", "jsonl"])
def test_other_formats_say_the_same(ending: str, table: Table, tmp_path: Path) -> None:
    out = tmp_path / f"out.{ending}"
    write(table, out)
    frame = read_table(out, ReadOptions()).frame
    assert [int(cell) for cell in frame["alert"]] == [0, 1]
    assert [float(cell) for cell in frame["score"]] == [0.0, 0.999]
    assert all(pd.isna(cell) or cell == "" for cell in frame["probability"])


def test_the_input_is_not_written_over(table: Table) -> None:
    with pytest.raises(UsageError, match="the file that is read"):
        write(table, table.path)
