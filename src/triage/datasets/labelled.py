"""A table with answers beside it → a file. The same rows in the same order; what was there is written as it came."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import orjson
import pandas as pd
import pyarrow as pa

from triage.datasets.table import Table
from triage.errors import DataError, UsageError, bounded

__all__ = ["check_out", "write_labelled"]


def write_labelled(table: Table, extra_columns: Mapping[str, Sequence[str]], out: Path) -> None:
    """Write the table's own columns, untouched, and the new ones after them, in the format of ``out``'s ending.

    Parameters
    ----------
    table : Table
    extra_columns : mapping of str to sequence of str
        One value a row each. Those of a column ``…_prob`` are numbers, and written as such; empty is missing.
    out : Path
        ``.csv``, ``.csv.gz``, ``.parquet``, ``.jsonl``, ``.ndjson`` or ``.json``. It appears whole or not at all, in
        place of what stood there. Csv is written with commas, as UTF-8 without byte order mark.

    Raises
    ------
    DataError
        When a new column is there already, under the file's own name or a repaired one.
    UsageError
        When ``out`` has another ending, is the input itself, or cannot be written.
    """
    write = check_out(table, list(extra_columns), out)
    # Records within records go back as they came, not as the columns that were made of them.
    frame = (table.frame if table.as_read is None else table.as_read).assign(
        **{name: _to_column(name, values) for name, values in extra_columns.items()}
    )
    # The process id keeps two writers of one file apart.
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        write(table, frame, part)
        part.replace(out)
    except OSError as err:
        raise UsageError(f"{out} cannot be written: {err.strerror or err}.") from err
    finally:
        part.unlink(missing_ok=True)


def check_out(table: Table, new_columns: Sequence[str], out: Path) -> Callable[[Table, pd.DataFrame, Path], None]:
    """Check that the answers can be written there, before they are worked out.

    Returns
    -------
    callable
        Writes a table's frame to a path in ``out``'s format.

    Raises
    ------
    DataError, UsageError
        As `write_labelled` would.
    """
    taken = [name for name in new_columns if name in _names(table)]
    if taken:
        raise DataError(f"{table.path} has columns that would be added: {bounded(taken)}. Remove or rename them.")
    name = out.name.lower()
    ending = next((ending for ending in _WRITERS if name.endswith(ending)), None)
    if ending is None:
        raise UsageError(f"{out} must end in {', '.join(_WRITERS)}. Got {''.join(out.suffixes)!r}.")
    if out.is_dir() or not out.parent.is_dir():
        raise UsageError(f"{out} cannot be written: it must be a file in a folder that exists.")
    if out.resolve() == table.path.resolve():
        raise UsageError(f"{out} is the file that is read. Name another.")
    return _WRITERS[ending]


def _names(table: Table) -> set[str]:
    return {*table.columns, *table.header, *(() if table.as_read is None else table.as_read.columns)}


def _to_column(name: str, values: Sequence[str]) -> pd.Series:
    if name.endswith(_PROBABILITY):
        return pd.Series([float(value) if value else math.nan for value in values], dtype="float64")
    return pd.Series(values, dtype="str")


def _write_csv(table: Table, frame: pd.DataFrame, path: Path) -> None:
    _to_csv(table, frame, path, None)


def _write_gzipped_csv(table: Table, frame: pd.DataFrame, path: Path) -> None:
    _to_csv(table, frame, path, "gzip")


def _to_csv(table: Table, frame: pd.DataFrame, path: Path, compression: Literal["gzip"] | None) -> None:
    plain = frame.apply(_as_text)
    # A lone carriage return is only quoted when the line ending holds one, and unquoted it would split the row.
    texts = (plain[name] for name in plain.columns if isinstance(plain[name].dtype, pd.StringDtype))
    ending = "\r\n" if any(column.str.contains("\r", regex=False).any() for column in texts) else "\n"
    own = table.header if table.as_read is None else tuple(table.as_read.columns)
    header = [*own, *frame.columns[len(own) :]]
    plain.to_csv(path, header=header, index=False, lineterminator=ending, compression=compression)


def _write_parquet(table: Table, frame: pd.DataFrame, path: Path) -> None:
    try:
        frame.to_parquet(path, index=False)
    except (pa.ArrowException, TypeError) as err:
        raise UsageError(
            f"{table.path.name} has columns of mixed types, which parquet cannot hold: {err}. Write .jsonl."
        ) from err


def _write_json_lines(table: Table, frame: pd.DataFrame, path: Path) -> None:  # noqa: ARG001
    columns = [_as_json(frame[name]) for name in frame.columns]
    with path.open("wb") as file:
        for row in zip(*columns, strict=True):
            record = {name: cell for name, cell in zip(frame.columns, row, strict=True) if cell is not _LEFT_OUT}
            file.write(orjson.dumps(record, default=str) + b"\n")


def _as_text(column: pd.Series) -> pd.Series:
    if column.dtype != object:
        return column
    cells = (_as_cell(cell) for cell in column)
    return pd.Series(list(cells), dtype="str", index=column.index)


def _as_cell(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    missing = cell is None or cell != cell  # noqa: PLR0124  a key that the line does not have is NaN
    return "" if missing else orjson.dumps(cell, default=str).decode()


def _as_json(column: pd.Series) -> list[object]:
    if column.dtype == object:
        return [_LEFT_OUT if cell is not None and cell != cell else cell for cell in column]  # noqa: PLR0124
    return [None if missing else cell for cell, missing in zip(column.tolist(), column.isna(), strict=True)]


_PROBABILITY = "_prob"
_LEFT_OUT = object()
_WRITERS = {
    ".csv": _write_csv,
    ".csv.gz": _write_gzipped_csv,
    ".parquet": _write_parquet,
    ".jsonl": _write_json_lines,
    ".ndjson": _write_json_lines,
    ".json": _write_json_lines,
}
