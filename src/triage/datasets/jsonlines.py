"""JSON-lines → cells, one object a line. Keeps numbers, records and nulls as they are: they can be written back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pandas as pd

from triage.datasets.encodings import NOT_DECODED, NUL, Text
from triage.datasets.table import Table
from triage.errors import DataError, Problem

__all__ = ["ABSENT", "parse_json_lines"]

# Stands for a key that a line does not have. JSON has no NaN, so a line cannot say it (null is None).
ABSENT = float("nan")
_MOST_ROWS = 5


def parse_json_lines(path: Path, text: Text) -> Table:
    """Parse a file that has one JSON object on each line; keys become columns in the order of their first appearance.

    Returns
    -------
    Table
        Lines that are no JSON object or hold undecodable characters are left out, and are its problems.

    Raises
    ------
    DataError
        An empty file, or one without a single line that can be read.
    """
    lines = [(number, line) for number, line in enumerate(text.utf8.split(b"\n"), start=1) if line.strip()]
    if not lines:
        raise DataError(f"{path} is empty. Export it again, one JSON object a line.")
    if lines[0][1].lstrip().startswith(b"["):
        raise DataError(f"{path} is one JSON array. Write one object a line instead (jq -c '.[]').")
    faults: dict[str, list[int]] = {}
    read = [(number, _record(number, line, text, faults)) for number, line in lines]
    records = [record for _, record in read if record is not None]
    problems = tuple(Problem(message, rows=tuple(at[:_MOST_ROWS]), count=len(at)) for message, at in faults.items())
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise DataError(f"{path} holds no JSON object with a value.", problems)
    columns = {name: pd.Series([record.get(name, ABSENT) for record in records], dtype=object) for name in names}
    rows = np.array([number for number, record in read if record is not None], dtype=np.int64)
    return Table(path, pd.DataFrame(columns), tuple(names), rows, problems)


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
    if isinstance(record, dict) and not fault:
        return record
    faults.setdefault(fault or "not a JSON object.", []).append(number)
    return None
