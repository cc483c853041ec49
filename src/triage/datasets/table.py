"""A file as it was read: cells untouched, rows numbered as a person counts them. Decides nothing about columns."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.errors import Problem, UsageError
from triage.exports import to_label, to_nested_label

__all__ = ["ReadOptions", "Table", "row_problems"]

_MOST_ROWS = 5
# Of the rows: a column that is empty in more of them was not filled in as a rule.
_FULL = 0.98
_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".zip", ".gz", ".parquet", ".jsonl", ".ndjson", ".json"})


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a file; whatever is not given is found.

    Parameters
    ----------
    targets, text, fields : tuple of str
        Column names. Text or fields that are given replace those that would be found.
    time, id : str or None
        The column of the time of opening, and of the identifier.
    order : str or None
        ``oldest-first`` or ``newest-first``: how the rows run where there is no time column; None is oldest first.
    tz : str or None
        IANA zone of times that name none; None is UTC.
    encoding : str or None
        Of a text file that is neither UTF-8 nor marked by a byte order mark.
    month_first : bool or None
        The order of day and month in earlier files of the same kind, for dates that leave it open; None: not known.
    only_named : bool
        Whether text and fields that are not given are none, instead of found: how a file is read for a stored model.
    state, updated : str or None
        Of an event log: the column of the state or step that a row tells of, and of when the row was written.
    """

    targets: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    time: str | None = None
    id: str | None = None
    order: str | None = None
    tz: str | None = None
    encoding: str | None = None
    month_first: bool | None = None
    only_named: bool = False
    state: str | None = None
    updated: str | None = None

    def __post_init__(self) -> None:
        if self.order not in (None, "oldest-first", "newest-first"):
            raise UsageError(f"order must be 'oldest-first' or 'newest-first'. Got {self.order!r}.")

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield every column that is asked for, as (option, column)."""
        for option, columns in (("target", self.targets), ("text", self.text), ("field", self.fields)):
            yield from ((option, column) for column in columns)
        single = (("time", self.time), ("id", self.id), ("state", self.state), ("updated", self.updated))
        yield from ((option, column) for option, column in single if column is not None)

    def within(self, columns: Collection[str]) -> ReadOptions:
        """Return the same options without the columns that are not among the given ones."""
        return replace(
            self,
            targets=tuple(name for name in self.targets if name in columns),
            text=tuple(name for name in self.text if name in columns),
            fields=tuple(name for name in self.fields if name in columns),
            time=self.time if self.time in columns else None,
            id=self.id if self.id in columns else None,
            state=self.state if self.state in columns else None,
            updated=self.updated if self.updated in columns else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The rows of one file.

    Parameters
    ----------
    path : Path
        Where it was read from.
    frame : DataFrame
        Cells as in the file (text from csv, typed from parquet and json-lines), under unique names. RangeIndex.
    header : tuple of str
        The names as in the file; they differ from the frame's where a column has no name or a known export is mangled.
    rows : ndarray of shape (n_rows,)
        Number of each row as a spreadsheet shows it: the first data row of a csv file is 2; of other formats, 1.
    problems : tuple of Problem
        Rows that could not be read whole, so that nothing may be made of the table but further findings.
    as_read : DataFrame or None
        Rows as they came, to be written back, where the frame holds the parts of records within records; else None.
    encoding : str
        In which the file turned out to be, where nobody said so; empty for UTF-8, a marked file and other formats.
    """

    path: Path
    frame: pd.DataFrame
    header: tuple[str, ...]
    rows: NDArray[np.int64]
    problems: tuple[Problem, ...] = ()
    as_read: pd.DataFrame | None = None
    encoding: str = ""
    _labels: dict[str, NDArray[np.object_]] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def name(self) -> str:
        """The file's name without the endings that say its format."""
        stem = self.path
        while stem.suffix.lower() in _ENDINGS and stem.stem:
            stem = stem.with_suffix("")
        return stem.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' unique names, in the file's order."""
        return tuple(self.frame.columns)

    def labels(self, column: str) -> NDArray[np.object_]:
        """Return a column's cells as canonical labels, worked out once.

        Returns
        -------
        ndarray of shape (n_rows,)
            Of dtype object: str, or None where the cell means "missing". Not to be changed.
        """
        if column not in self._labels:
            self._labels[column] = self._to_labels(column)
            self._labels[column].flags.writeable = False
        return self._labels[column]

    def fullest(self, columns: Sequence[str]) -> str:
        """Return the first of the columns that is given in nearly every row; the very first where none is."""
        return next((name for name in columns if self.is_full(name)), columns[0])

    def is_full(self, column: str) -> bool:
        """Return whether a column is given in nearly every row."""
        return bool(pd.notna(self.labels(column)).mean() >= _FULL)

    def _to_labels(self, column: str) -> NDArray[np.object_]:
        cells = self.frame[column]
        if cells.dtype == object:  # values of json-lines: some cannot be hashed, and 1 and true hash alike
            return _objects(to_nested_label(cell) for cell in cells)
        codes, distinct = pd.factorize(cells)
        # One more at the end stands for code -1, pandas' own missing values.
        labels = _objects([*(to_label(value) for value in distinct.tolist()), None])
        return labels[codes]

    def missing(self, options: ReadOptions) -> str:
        """Say which columns that the options name are not there, with columns of similar names; empty when all are."""
        missing = [(option, column) for option, column in options.named() if column not in self.frame.columns]
        if not missing:
            return ""
        asked = [f"{_called(option)} {column!r}{self._similar(column)}" for option, column in missing]
        return f"{self.path.name} has no column {'; '.join(asked)}. Its columns are: {listed(self.columns)}."

    def _similar(self, column: str) -> str:
        by_lower = {name.lower(): name for name in self.columns}
        close = difflib.get_close_matches(column.lower(), list(by_lower), n=3, cutoff=0.6)
        return f" (did you mean {' or '.join(repr(by_lower[name]) for name in close)}?)" if close else ""


def _called(option: str) -> str:
    # What event logs alone have is said in triage.toml alone.
    return f"[columns] {option} =" if option in ("state", "updated") else f"--{option}"


def row_problems(message: str, where: str, table: Table, at: NDArray[np.bool_], got: object = "") -> Iterator[Problem]:
    """Yield one problem, with a bounded sample of row numbers, when ``at`` is true for any row.

    Parameters
    ----------
    at : ndarray of shape (n_rows,)
        Which of the table's rows are at fault.
    """
    if at.any():
        sample = tuple(int(row) for row in table.rows[at][:_MOST_ROWS])
        yield Problem(message, where=where, rows=sample, count=int(at.sum()), got=str(got))


def listed(columns: Iterable[str]) -> str:
    """Render column names for a message; more than `bounded` shows, because the right one must be among them."""
    names = list(columns)
    more = len(names) - 60
    return ", ".join(names[:60]) + (f" and {more} more" if more > 0 else "")


def _objects(values: Iterable[str | None]) -> NDArray[np.object_]:
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array
