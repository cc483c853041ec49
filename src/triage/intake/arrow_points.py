"""Columns of metric points as an Arrow stream into a batch, under the rules of those in JSON.

Imported when the first such body comes in: most services never see one, and Arrow takes a tenth of a second and 50 MB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import types

from triage.errors import DataError, MalformedBody, Problem
from triage.flow import MetricBatch
from triage.intake.batches import to_batch
from triage.intake.checks import problem_in_rows, shown
from triage.intake.metrics import COLUMNS, MOST_POINTS, UNFIT_NAME, WRONG_TIME, is_unfit_name, is_wrong_time, to_micros

__all__ = ["to_arrow_metrics"]

_FILE_MAGIC = b"ARROW1\0\0"  # a file is these eight bytes, a stream, and a footer that says where its parts are
_MICROS_OF_UNIT = {"s": 1_000_000, "ms": 1000, "us": 1}


def to_arrow_metrics(body: bytes) -> MetricBatch:
    """Read points from Arrow's IPC format, a stream or a file.

    Parameters
    ----------
    body : bytes
        ``entity`` and ``metric`` are strings, perhaps in dictionaries; ``timestamp`` is Arrow's own type in any unit
        (without a zone it is UTC), ISO 8601, or seconds since 1970 as numbers; ``value`` is numbers. A null, NaN or
        infinite value says that there is no point. Buffers are not compressed: what they unpack to is not bounded.

    Raises
    ------
    MalformedBody
        It is no Arrow, or its buffers are compressed.
    DataError
        Everything that cannot be used, with row numbers from 1.

    Examples
    --------
    >>> import pyarrow as pa
    >>> columns = {"entity": ["db"], "metric": ["cpu"], "timestamp": [60.0], "value": [0.5]}
    >>> table, sink = pa.table(columns), pa.BufferOutputStream()
    >>> with pa.ipc.new_stream(sink, table.schema) as stream:
    ...     stream.write_table(table)
    >>> batch = to_arrow_metrics(sink.getvalue().to_pybytes())
    >>> batch.entity, batch.metric, batch.time_ns.tolist(), batch.value.tolist()
    (('db',), ('cpu',), [60000000000], [0.5])
    """
    table = _table(body)
    problems: list[Problem] = []
    entities, of_entity = _names("entity", table, problems)
    metrics, of_metric = _names("metric", table, problems)
    time_ns = _times(table.column("timestamp"), problems)
    value = table.column("value").cast("float64", safe=False).fill_null(np.nan).to_numpy()
    if problems:
        raise DataError("The batch has rows that cannot be used; nothing of it was stored.", problems)
    pairs, series = np.unique(of_entity * len(metrics) + of_metric, return_inverse=True)
    places = zip(*(each.tolist() for each in np.divmod(pairs, len(metrics))), strict=True)
    return to_batch([(entities[e], metrics[m]) for e, m in places], series, time_ns, value)


def _table(body: bytes) -> pa.Table:
    """Return the four columns, each in one piece, sound and bounded."""
    stream = memoryview(body)[len(_FILE_MAGIC) :] if body.startswith(_FILE_MAGIC) else memoryview(body)
    try:
        rows = sum(_rows(stream))
        if not 1 <= rows <= MOST_POINTS:
            raise DataError(f"A batch must hold 1 to {MOST_POINTS:,} points. Got {rows:,}; split it.")
        with pa.ipc.open_stream(pa.py_buffer(stream)) as reader:
            _check_columns(reader.schema)
            table = reader.read_all()
        table.validate(full=True)
        return table.unify_dictionaries().combine_chunks()
    except (pa.ArrowException, UnicodeDecodeError, OSError, struct.error) as err:
        raise MalformedBody(f"The body is not an Arrow stream: {str(err)[:200] or type(err).__name__}.") from err


def _rows(stream: memoryview) -> Iterator[int]:
    """Yield how many rows each record batch says to have, before any of it is read.

    A batch is unpacked as a whole when it is read, and columns of some types take no bytes however long they are.
    """
    for message in pa.ipc.MessageReader.open_stream(pa.py_buffer(stream)):
        if message.type in ("record batch", "dictionary"):
            rows, is_packed = _batch_head(message.metadata.to_pybytes(), message.type == "dictionary")
            if rows < 0:
                raise MalformedBody(f"A batch of the Arrow stream says to have {rows:,} rows.")
            if is_packed:
                raise MalformedBody("The buffers are compressed. Send them as they are, or the whole body as gzip.")
            yield rows if message.type == "record batch" else 0


def _batch_head(metadata: bytes, is_dictionary: bool) -> tuple[int, bool]:
    """Return the length of a record batch and whether it is compressed: fields 0 and 3 of the table RecordBatch.

    Metadata is a FlatBuffer; a table begins with the way back to the list of where its fields are. Names and numbers
    of fields: https://github.com/apache/arrow/blob/main/format/Message.fbs
    """

    def followed(at: int) -> int:
        return at + int(struct.unpack_from("<I", metadata, at)[0])

    def field(table: int, number: int) -> int:
        fields = table - int(struct.unpack_from("<i", metadata, table)[0])
        at = 4 + 2 * number
        if at >= struct.unpack_from("<H", metadata, fields)[0]:
            return 0
        offset = int(struct.unpack_from("<H", metadata, fields + at)[0])
        return table + offset if offset else 0

    batch = followed(field(followed(0), 2))
    if is_dictionary:
        batch = followed(field(batch, 1))
    length = field(batch, 0)
    return int(struct.unpack_from("<q", metadata, length)[0]) if length else 0, bool(field(batch, 3))


def _check_columns(schema: pa.Schema) -> None:
    def is_text(kind: pa.DataType) -> bool:
        return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))

    def is_name(kind: pa.DataType) -> bool:
        return is_text(kind.value_type) if types.is_dictionary(kind) else is_text(kind)

    def is_number(kind: pa.DataType) -> bool:
        return bool(types.is_integer(kind) or types.is_floating(kind))

    fits = {
        "entity": (is_name, "must be strings"),
        "metric": (is_name, "must be strings"),
        "timestamp": (lambda kind: types.is_timestamp(kind) or is_name(kind) or is_number(kind), WRONG_TIME),
        "value": (lambda kind: is_number(kind) or types.is_null(kind), "must be numbers, or null for no point"),
    }
    problems = [
        Problem(f"is not known here; the columns are {', '.join(COLUMNS)}", where=name[:200])
        for name in schema.names
        if name not in COLUMNS
    ]
    for name, (is_fit, message) in fits.items():
        found = schema.get_all_field_indices(name)
        if len(found) != 1:
            problems.append(Problem("must be one column", where=name, got=str(len(found))))
        elif not is_fit(schema.field(found[0]).type):
            problems.append(Problem(message, where=name, got=str(schema.field(found[0]).type)[:200]))
    if problems:
        raise DataError("The columns cannot be used; nothing was stored.", problems)


def _coded(column: pa.ChunkedArray) -> tuple[list[str | None], NDArray[np.int64]]:
    """Return the distinct strings of a column that has them, and of each row the position of its string.

    Dictionaries may hold nulls, a string twice, and strings that no row has.
    """
    if not hasattr(column.type, "value_type"):
        column = pc.dictionary_encode(column)
    [coded] = column.chunks
    words: list[str | None] = [*coded.dictionary.to_pylist(), None]
    positions = pc.fill_null(coded.indices.cast("int64"), len(words) - 1).to_numpy(zero_copy_only=False)
    used = np.flatnonzero(np.bincount(positions, minlength=len(words)))
    distinct: dict[str | None, int] = {}
    place = np.zeros(len(words), np.int64)
    for at in used.tolist():
        place[at] = distinct.setdefault(words[at], len(distinct))
    return list(distinct), place[positions]


def _names(name: str, table: pa.Table, problems: list[Problem]) -> tuple[list[str], NDArray[np.int64]]:
    words, of_row = _coded(table.column(name))
    names = ["" if word is None else word for word in words]
    unfit = [at for at, word in enumerate(names) if is_unfit_name(word)]
    if unfit:
        rows = np.flatnonzero(np.isin(of_row, unfit))
        problems.append(problem_in_rows(UNFIT_NAME, name, rows, shown(words[of_row[rows[0]]])))
    return names, of_row


def _times(column: pa.ChunkedArray, problems: list[Problem]) -> NDArray[np.int64]:
    """Return event times in ns, to the microsecond; nulls are refused."""
    micros: NDArray[np.float64] | NDArray[np.int64]
    is_missing = column.is_null().to_numpy()
    if types.is_timestamp(column.type):
        [ticks] = column.cast("int64").fill_null(0).chunks
        whole = ticks.to_numpy()
        unit = column.type.unit
        # In the unit's own range first: a second beyond it would run over.
        if unit == "ns":
            micros = whole // 1000
        else:
            most = np.iinfo(np.int64).max // _MICROS_OF_UNIT[unit]
            micros = np.clip(whole, -most, most) * _MICROS_OF_UNIT[unit]
    elif types.is_integer(column.type) or types.is_floating(column.type):
        micros = np.rint(column.cast("float64", safe=False).fill_null(np.nan).to_numpy() * 1e6)
    else:
        words, of_row = _coded(column)
        micros = np.array([to_micros("" if word is None else word) for word in words], np.int64)[of_row]
    is_wrong = is_missing | is_wrong_time(micros)
    if is_wrong.any():
        rows = np.flatnonzero(is_wrong)
        got = column[int(rows[0])]
        shown_as = "null" if not got.is_valid else str(got.value if types.is_timestamp(column.type) else got.as_py())
        problems.append(problem_in_rows(WRONG_TIME, "timestamp", rows, shown_as[:200]))
        return np.zeros(len(column), np.int64)
    return micros.astype(np.int64) * 1000
