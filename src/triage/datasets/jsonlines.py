"""JSON, one object a line or one array of objects, → cells. Keeps what they are, so that they can be written back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import orjson
import pandas as pd

from triage.datasets.encodings import NOT_DECODED, NUL, Text
from triage.datasets.nesting import flattened
from triage.datasets.table import Table
from triage.errors import DataError, Problem

__all__ = ["ABSENT", "parse_json_lines"]

# Stands for a key that a line does not have. JSON has no NaN, so a line cannot say it (null is None).
ABSENT = float("nan")
_MOST_ROWS = 5
# Under what name an export of all rows puts them.
_WRAPPERS = ("result", "results", "records", "issues", "incidents", "tickets", "items", "data", "rows", "value")


def parse_json_lines(path: Path, text: Text) -> Table:
    """Parse JSON objects, one on each line or all in one array; keys become columns in the order of first appearance.

    Returns
    -------
    Table
        Lines that are no JSON object or hold undecodable characters are left out, and are its problems. Rows of an
        array, which may stand alone or as an export's ``result``, ``records`` and the like, are counted by its items.
        Parts of records within records are columns, too (see `flattened`).

    Raises
    ------
    DataError
        An empty file, or one without a single line that can be read.
    """
    lines = [(number, line) for number, line in enumerate(text.utf8.split(b"\n"), start=1) if line.strip()]
    if not lines:
        raise DataError(f"{path} is empty. Export it again, one JSON object a line.")
    faults: dict[str, list[int]] = {}
    items = None if text.advice or text.nul_advice else _items(text.utf8)
    if items is None:
        read = [(number, _record(number, line, text, faults)) for number, line in lines]
    else:
        read = [(number, _object(number, item, faults)) for number, item in enumerate(items, start=1)]
    records = [record for _, record in read if record is not None]
    problems = tuple(Problem(message, rows=tuple(at[:_MOST_ROWS]), count=len(at)) for message, at in faults.items())
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise DataError(f"{path} holds no JSON object with a value.", problems)
    frame = _frame(records, names)
    flat = flattened(records)
    rows = np.array([number for number, record in read if record is not None], dtype=np.int64)
    if flat is None:
        return Table(path, frame, tuple(names), rows, problems)
    names = list(dict.fromkeys(name for record in flat for name in record))
    return Table(path, _frame(flat, names), tuple(names), rows, problems, as_read=frame)


def _frame(records: Sequence[Mapping[str, object]], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series([record.get(name, ABSENT) for record in records], dtype=object) for name in names}
    )


def _items(utf8: bytes) -> list[object] | None:
    """Return the items of the one array that the file is, or that its only object holds; None of lines of objects."""
    try:
        document = orjson.loads(utf8)
    except orjson.JSONDecodeError:
        return None
    if isinstance(document, dict):
        document = next((document[name] for name in _WRAPPERS if isinstance(document.get(name), list)), None)
    return document if isinstance(document, list) else None


def _object(number: int, item: object, faults: dict[str, list[int]]) -> dict[str, object] | None:
    if isinstance(item, dict):
        return item
    faults.setdefault("not a JSON object.", []).append(number)
    return None


def _record(number: int, line: bytes, text: Text, faults: dict[str, list[int]]) -> dict[str, object] | None:
    fault = ""
    if text.advice and NOT_DECODED.encode() in line:
        fault = text.advice
    elif text.nul_advice and NUL.encode() in line:
        fault = text.nul_advice
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as err:
        record, fault = None, fault or f"not JSON ({err.msg})."
    if fault:
        faults.setdefault(fault, []).append(number)
        return None
    return _object(number, record, faults)
