"""Any file that holds incidents → a table. The only way in; what its columns mean is for others to say."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from triage.datasets.content import content_of
from triage.datasets.delimited import parse_delimited
from triage.datasets.encodings import decode
from triage.datasets.jsonlines import parse_json_lines
from triage.datasets.table import ReadOptions, Table
from triage.errors import DataError, UsageError

__all__ = ["read_table"]

_PARSERS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), parse_delimited),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), parse_json_lines),
}
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods"})


def read_table(path: Path, options: ReadOptions) -> Table:
    """Read csv, parquet or json-lines, zipped or gzipped or as they are, by the file's ending.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        Only ``encoding`` is used.

    Returns
    -------
    Table
        Single rows that could not be read are its ``problems``, to be told together with what else is wrong.

    Raises
    ------
    UsageError
        No such file, an ending that is not read, or an unknown encoding.
    DataError
        Nothing in the file can be read.

    Notes
    -----
    The whole file is held in memory, twice while it is parsed.
    """
    content, suffix = content_of(path)
    if suffix == ".parquet":
        return _parse_parquet(path, content)
    if suffix in _PARSERS:
        text = decode(content, options.encoding)
        return dataclasses.replace(_PARSERS[suffix](path, text), encoding=text.found)
    if suffix in _SPREADSHEETS:
        raise UsageError(f"{path} is a spreadsheet. Save the sheet as csv (UTF-8), and name that.")
    raise UsageError(f"{path} must end in .csv, .csv.gz, .zip, .parquet, .jsonl, .ndjson or .json. Got {suffix!r}.")


def _parse_parquet(path: Path, raw: bytes) -> Table:
    try:
        content = pq.read_table(pa.BufferReader(raw))
    except pa.ArrowException as err:
        raise DataError(f"{path} is not a whole parquet file: {str(err).rstrip('.')}. Export it again.") from err
    if len(set(content.column_names)) < len(content.column_names):
        raise DataError(f"{path} has columns of the same name. Rename all but one of each.")
    if not content.num_rows or not content.column_names:
        raise DataError(f"{path} holds no rows.")
    # Arrow's own types, so that integers with gaps stay integers and are written back as they came.
    frame = content.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
    return Table(path, frame, tuple(content.column_names), np.arange(1, len(frame) + 1, dtype=np.int64))
