"""Delimited text → cells, every row with its number. Reports all that is wrong with the file's shape in one pass."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from triage.datasets.encodings import NOT_DECODED, NUL, Text
from triage.datasets.table import Table, row_problems
from triage.errors import DataError, Problem, bounded
from triage.exports import repaired_header

__all__ = ["parse_delimited"]

_DELIMITERS = (",", ";", "\t", "|")
_MOST_ROWS = 5
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
# Enough rows to meet every common value of a column.
_MOST_COMPARED = 10_000
# A row can be as long as the file; parsing in blocks below that would refuse long descriptions.
_SMALLEST_BLOCK = 1 << 24
_LARGEST_BLOCK = (1 << 31) - 1  # pyarrow counts a block's bytes in 32 bits
_HEAD = 1 << 20


def parse_delimited(path: Path, text: Text) -> Table:
    """Parse comma, semicolon, tab or bar separated text whose first row names the columns.

    Returns
    -------
    Table
        Rows of another length, which are left out, and undecodable or NUL characters are its problems.

    Raises
    ------
    DataError
        Empty file, no rows, a header that is undecodable or does not name each column differently, a quote that is
        never closed: all that apply, with the single rows' problems.

    Notes
    -----
    Neighbours of one name that are filled from the left are one field of many values, as Jira writes labels and
    components: they get a number behind their name from the second on.
    """
    if not text.utf8.strip():
        raise DataError(f"{path} is empty. Export it again with a header row and at least two rows.")
    try:
        cells = _parse(text.utf8)
    except pa.ArrowException as err:
        raise DataError(f"{path} cannot be read as a table: {err}. Split it, or export it as parquet.") from err
    if cells is None:
        raise DataError(f"{path} cannot be read as a table: check the quotes in its first row, the columns' names.")
    header = repaired_header(cells.names)
    columns = zip(_unique(header), cells.columns, strict=True)
    frame = pd.DataFrame({name: pd.Series(column, dtype="str") for name, column in columns})
    table = Table(path, frame, cells.names, cells.rows)
    broken = [*_header_problems(header, text, cells), *_missing_header(cells), *_quote_problems(cells)]
    rows = [*_ragged_problems(cells), *_text_problems(table, text)]
    if not len(table):
        broken.append(Problem("there is a header, but no whole row under it.", rows=(1,)))
    if broken:
        raise DataError(f"{path} cannot be read as a table.", [*broken, *rows])
    return dataclasses.replace(table, problems=tuple(rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    names: tuple[str, ...]
    columns: list[pa.ChunkedArray]
    rows: NDArray[np.int64]
    ragged: list[tuple[int, int]]  # row number, cells in it
    open_quote: int | None  # row number


def _parse(utf8: bytes) -> _Cells | None:
    body = utf8.lstrip(b"\r\n")
    above = len(utf8[: len(utf8) - len(body)].splitlines())
    delimiter, n_columns = _delimiter_of(body)
    ragged: list[tuple[int, int]] = []

    def note(row: pa.csv.InvalidRow) -> str:
        ragged.append((row.number, row.actual_columns))
        return "skip"

    names = [f"c{at}" for at in range(n_columns)]
    parsed = pa.csv.read_csv(
        io.BytesIO(body),
        # One thread, because only then skipped rows have numbers.
        read_options=pa.csv.ReadOptions(
            use_threads=False, block_size=min(max(len(body), _SMALLEST_BLOCK), _LARGEST_BLOCK), column_names=names
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        ),
    )
    numbers = np.delete(np.arange(1, len(parsed) + len(ragged) + 1), [number - 1 for number, _ in ragged])
    if not len(numbers) or numbers[0] != 1:
        return None
    blank = _blank_lines(parsed, body, delimiter, numbers)
    keep = np.flatnonzero(~blank)[1:]
    kept = parsed.slice(1) if len(keep) == len(parsed) - 1 else parsed.take(pa.array(keep))
    return _Cells(
        names=tuple(column[0].as_py().strip() for column in parsed.columns),
        columns=kept.columns,
        rows=numbers[keep] + above,
        ragged=[(number + above, found) for number, found in ragged],
        open_quote=_open_quote(body, delimiter, int(numbers[-1]) + above),
    )


def _delimiter_of(body: bytes) -> tuple[str, int]:
    head = body[:_HEAD].decode("utf-8", "ignore")

    def fit(delimiter: str) -> tuple[bool, int, int]:
        lengths = [len(record) for record in itertools.islice(_records(head, delimiter), 20)]
        return lengths[0] > 1, lengths.count(lengths[0]), lengths[0]

    best = max(_DELIMITERS, key=fit)
    return best, fit(best)[2]


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _blank_lines(parsed: pa.Table, body: bytes, delimiter: str, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    # A blank line and a row of empty cells parse alike; the first is no row, the second is one.
    empty = np.ones(len(parsed), dtype=bool)
    for column in parsed.columns:
        empty &= pc.equal(column, "").to_numpy()
        if not empty.any():
            return empty
    lines = [number for number, record in enumerate(_records(body.decode("utf-8"), delimiter), start=1) if not record]
    return empty & np.isin(numbers, lines)


def _open_quote(body: bytes, delimiter: str, last: int) -> int | None:
    # A quote that is never closed swallows the rest of the file into the last row; whole files have an even number.
    if body.count(b'"') % 2 == 0:
        return None
    *_, end = _records(body.decode("utf-8") + f"\n{NOT_DECODED}", delimiter)
    return None if end == [NOT_DECODED] else last


def _header_problems(names: tuple[str, ...], text: Text, cells: _Cells) -> Iterator[Problem]:
    for mark, advice in ((NOT_DECODED, text.advice), (NUL, text.nul_advice)):
        if advice and any(mark in name for name in names):
            yield Problem(advice, where="header", rows=(1,))
    # Names that could not be decoded may well differ.
    counts = Counter(name for name in names if name and NOT_DECODED not in name)
    repeated = [name for name, count in counts.items() if count > 1 and not _is_many_valued(name, names, cells)]
    if repeated:
        message = "column names must differ; rename all but one of each."
        yield Problem(message, where="header", rows=(1,), got=bounded(repeated))
    if not any(names):
        yield Problem("no column has a name; write the columns' names into the first row.", where="header", rows=(1,))


def _is_many_valued(name: str, names: tuple[str, ...], cells: _Cells) -> bool:
    """Return whether columns of one name hold the first, second, ... value of one field."""
    at = [place for place, each in enumerate(names) if each == name]
    if at != list(range(at[0], at[-1] + 1)):
        return False
    given = [pc.not_equal(cells.columns[place], "").to_numpy() for place in at]
    pairs = itertools.pairwise(given)
    return not given[-1].all() and all(not (later & ~earlier).any() for earlier, later in pairs)


def _missing_header(cells: _Cells) -> Iterator[Problem]:
    names = [name for name in cells.names if name]
    message = "the first row looks like data: write the columns' names into a row above it."
    if names and all(_NUMBER.fullmatch(name) for name in names):
        yield Problem(message, where="header", rows=(1,), got=bounded(names))
        return
    # A name that stands among the cells of its own column is a cell, unless other columns of few values have names.
    beginning = [column.slice(0, _MOST_COMPARED) for column in cells.columns]
    own = [bool(pc.any(pc.equal(column, name)).as_py()) for name, column in zip(cells.names, beginning, strict=True)]
    if not any(own):
        return
    repeat = [pc.count_distinct(column).as_py() * 2 < len(column) for column in beginning]
    if all(is_own for is_own, repeats in zip(own, repeat, strict=True) if repeats) and any(repeat):
        at_fault = [name for name, is_own in zip(cells.names, own, strict=True) if is_own]
        yield Problem(message, where="header", rows=(1,), got=bounded(at_fault))


def _quote_problems(cells: _Cells) -> Iterator[Problem]:
    if cells.open_quote is not None:
        yield Problem("a quote is opened and never closed; close or double it.", rows=(cells.open_quote,))


def _ragged_problems(cells: _Cells) -> Iterator[Problem]:
    if cells.ragged:
        rows = tuple(number for number, _ in cells.ragged[:_MOST_ROWS])
        found = ", ".join(str(n_cells) for _, n_cells in cells.ragged[:_MOST_ROWS])
        message = f"not {len(cells.names)} cells as in the header; quote cells that hold the delimiter or a line break."
        yield Problem(message, rows=rows, count=len(cells.ragged), got=f"{found} cells")


def _unique(names: tuple[str, ...]) -> list[str]:
    # Cells under a missing or repeated name still need a place, so that their own problems are told in the same pass.
    taken, unique, seen = set(names), [], Counter[str]()
    for at, name in enumerate(names, start=1):
        seen[name] += 1
        number = at if not name else seen[name]
        free = name if name and number == 1 else f"{name or 'unnamed'}_{number}"
        while free in taken and not (name and number == 1):
            free += "_"
        taken.add(free)
        unique.append(free)
    return unique


def _text_problems(table: Table, text: Text) -> Iterator[Problem]:
    for mark, advice in ((NOT_DECODED, text.advice), (NUL, text.nul_advice)):
        if not advice:
            continue
        holds = {name: table.frame[name].str.contains(mark, regex=False).to_numpy(dtype=bool) for name in table.columns}
        at_fault = [name for name, rows in holds.items() if rows.any()]
        if at_fault:
            anywhere = np.logical_or.reduce([holds[name] for name in at_fault])
            where = bounded(at_fault).replace(mark, "\N{REPLACEMENT CHARACTER}")
            yield from row_problems(advice, where, table, anywhere)
