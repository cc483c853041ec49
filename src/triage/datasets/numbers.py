"""Columns of cells → numbers. What is no number is told apart from what is missing; nothing is repaired."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from triage.datasets.table import Table

__all__ = ["read_numbers"]

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,(\d+)(?:[eE][-+]?\d+)?", re.ASCII)


def read_numbers(table: Table, column: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read a column as numbers.

    Parameters
    ----------
    table : Table
    column : str

    Returns
    -------
    numbers : ndarray of float64 of shape (n_rows,)
        NaN where the cell means "missing" or is no number; "inf" is infinite. Booleans are 0 and 1.
    at_fault : ndarray of bool of shape (n_rows,)
        Where something stands that is neither a number nor missing.

    Notes
    -----
    A column is read with decimal commas where every cell that is no number otherwise has one ("0,25"), and not all of
    these have three digits after it, as thousands have.
    """
    cells = table.frame[column]
    if _is_numeric(cells):
        return cells.to_numpy(np.float64, na_value=np.nan), np.zeros(len(cells), dtype=bool)
    if isinstance(cells.dtype, pd.StringDtype):
        plain = _plain_numbers(cells)
        if plain is not None:
            return plain, np.zeros(len(cells), dtype=bool)
    labels = table.labels(column)
    numbers = np.asarray(pd.to_numeric(pd.Series(labels, dtype=object), errors="coerce"), dtype=np.float64)
    at_fault = np.isnan(numbers) & pd.notna(labels)
    if at_fault.any() and _have_decimal_commas(labels[at_fault]):
        numbers = numbers.copy()
        numbers[at_fault] = [float(cell.replace(",", ".")) for cell in labels[at_fault]]
        at_fault = np.zeros(len(labels), dtype=bool)
    return numbers, at_fault


def _have_decimal_commas(cells: NDArray[np.object_]) -> bool:
    parts = [_DECIMAL_COMMA.fullmatch(cell) for cell in cells]
    return all(parts) and any(part is not None and len(part[1]) != 3 for part in parts)


def _is_numeric(cells: pd.Series) -> bool:
    if isinstance(cells.dtype, pd.ArrowDtype):
        arrow = cells.dtype.pyarrow_dtype
        return bool(pa.types.is_integer(arrow) or pa.types.is_floating(arrow) or pa.types.is_boolean(arrow))
    return pd.api.types.is_numeric_dtype(cells.dtype)


def _plain_numbers(cells: pd.Series) -> NDArray[np.float64] | None:
    # Ten times faster than asking for each cell; only a column with a word in it needs that.
    texts = pc.utf8_trim_whitespace(pa.array(cells, from_pandas=True))
    try:
        numbers = pc.if_else(pc.equal(texts, ""), None, texts).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
