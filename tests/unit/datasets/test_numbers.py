from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from triage.datasets import ReadOptions, Table, read_table
from triage.datasets.numbers import read_numbers

ReadTable = Callable[..., Table]


def test_missing_cells_are_nan_and_words_are_at_fault(table_of: ReadTable) -> None:
    numbers, at_fault = read_numbers(table_of("a,b\n1.5,x\n,x\nnull,x\nhigh,x\n 7 ,x\n"), "a")
    assert np.array_equal(numbers, [1.5, np.nan, np.nan, np.nan, 7.0], equal_nan=True)
    assert at_fault.tolist() == [False, False, False, True, False]


def test_infinite_values_are_numbers(table_of: ReadTable) -> None:
    numbers, at_fault = read_numbers(table_of("a,b\ninf,x\n-Infinity,x\n1e400,x\n"), "a")
    assert numbers.tolist() == [np.inf, -np.inf, np.inf]
    assert not at_fault.any()


def test_decimal_commas_are_read_where_the_whole_column_has_them(table_of: ReadTable) -> None:
    numbers, at_fault = read_numbers(table_of("a;b\n1,5;x\n2;x\n-0,25e-1;x\n;x\n"), "a")
    assert np.array_equal(numbers, [1.5, 2.0, -0.025, np.nan], equal_nan=True)
    assert not at_fault.any()


@pytest.mark.parametrize("cells", [("1,500", "2,000"), ("1,5", "high"), ("1.234,5", "2"), ("1,5", "1,2,3")])
def test_thousands_words_and_both_marks_are_no_decimal_commas(table_of: ReadTable, cells: tuple[str, str]) -> None:
    assert read_numbers(table_of("a;b\n" + "".join(f"{cell};x\n" for cell in cells)), "a")[1].any()


@pytest.mark.parametrize("cells", [[1, None, 3], [1.0, None, 3.0], [True, None, True]])
def test_typed_columns_of_parquet_are_read_as_they_are(cells: list[object], tmp_path: Path) -> None:
    pd.DataFrame({"a": pd.array(cells)}).to_parquet(tmp_path / "m.parquet")
    numbers, at_fault = read_numbers(read_table(tmp_path / "m.parquet", ReadOptions()), "a")
    assert np.array_equal(numbers, [1.0, np.nan, 3.0 if cells[2] == 3 else 1.0], equal_nan=True)
    assert not at_fault.any()
