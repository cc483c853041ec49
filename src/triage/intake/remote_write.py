"""Prometheus remote write, 1.0 and 2.0, into a batch of points. What cannot be used is named; the rest is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cramjam
import numpy as np
from numpy.typing import NDArray

from triage.errors import BodyTooLarge, MalformedBody, Problem
from triage.flow import MetricBatch
from triage.intake.batches import is_in_range, to_batch
from triage.intake.checks import problem_in_rows
from triage.intake.protobuf_kernel import HISTOGRAMS, LABELS, SAMPLES, SERIES, SYMBOLS, VERSION_1, VERSION_2, walk
from triage.intake.series_names import SeriesNames

__all__ = ["VERSION_1", "VERSION_2", "RemoteWrite", "to_remote_write", "unpacked_snappy"]

_Labels: TypeAlias = list[tuple[str, str]]

_NAME = "__name__"
# More than fit into the largest body unless they are empty; a body of empty ones would take gigabytes once read.
_MOST_PARTS = 4_000_000


@dataclass(frozen=True, slots=True)
class RemoteWrite:
    """What a request held.

    Parameters
    ----------
    batch : MetricBatch
        The points of all samples that can be used.
    samples : int
        How many that are. Prometheus' stale markers, NaN and infinities are samples, though never points.
    problems : tuple of Problem
        Series and samples that cannot be used; rows count the series of the request from 1.
    """

    batch: MetricBatch
    samples: int
    problems: tuple[Problem, ...]


def unpacked_snappy(body: bytes, max_bytes: int) -> bytes:
    """Decompress a block of snappy: its raw format, not the framed one.

    Raises
    ------
    MalformedBody
        It is none.
    BodyTooLarge
        It says that it is larger than the limit once unpacked.
    """
    try:
        size = cramjam.snappy.decompress_raw_len(body)
        if size > max_bytes:
            raise BodyTooLarge(f"A body must have at most {max_bytes:,} bytes once unpacked; it says {size:,}.")
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as err:
        raise MalformedBody(f"The body is no block of snappy: {err}.") from err


def to_remote_write(body: bytes, version: int, names: SeriesNames) -> RemoteWrite:
    """Read one request.

    Parameters
    ----------
    body : bytes
        Protobuf, decompressed: ``prometheus.WriteRequest`` or ``io.prometheus.write.v2.Request``.
    version : int
        `VERSION_1` or `VERSION_2`.
    names : SeriesNames

    Raises
    ------
    MalformedBody
        It is not that protobuf; nothing of it can be used.
    BodyTooLarge
        It has more parts than are read at once.
    """
    data = np.frombuffer(body, np.uint8)
    labels, samples, symbols, counts = _walked(data, version)
    label_rows = np.searchsorted(labels[:, 0], np.arange(counts[SERIES] + 1))
    if version == VERSION_1:
        name_of = _by_offset(body, labels, names)
    else:
        name_of = _by_symbol(_symbols(body, symbols), labels[:, 1].tolist(), names)
    refused: dict[str, list[int]] = {}
    found: list[tuple[str, str]] = []
    usable = np.zeros(counts[SERIES], np.bool_)
    for series, (first, last) in enumerate(zip(label_rows[:-1].tolist(), label_rows[1:].tolist(), strict=True)):
        try:
            found.append(name_of(first, last))
            usable[series] = True
        except ValueError as err:
            refused.setdefault(str(err), []).append(series)
            found.append(("", ""))
    # A varint of milliseconds may be anything: what would overflow as nanoseconds is out of range either way.
    time_ns = np.clip(samples[:, 2], -(2**42), 2**42) * 1_000_000
    in_range = is_in_range(time_ns)
    is_kept = usable[samples[:, 0]] & in_range
    problems = [problem_in_rows(message, "timeseries.labels", rows) for message, rows in refused.items()]
    wrong_times = samples[usable[samples[:, 0]] & ~in_range]
    if len(wrong_times):
        message = "must be milliseconds since 1970, in the years 1971 to 2099"
        rows = wrong_times[:, 0]
        problems.append(problem_in_rows(message, "timeseries.samples.timestamp", rows, str(wrong_times[0, 2])))
    if counts[HISTOGRAMS]:
        problems.append(Problem("native histograms are not read here", "histograms", count=int(counts[HISTOGRAMS])))
    batch = to_batch(found, samples[is_kept, 0], time_ns[is_kept], _values(body, samples[is_kept, 1]))
    return RemoteWrite(batch, int(np.count_nonzero(is_kept)), tuple(problems))


def _walked(
    data: NDArray[np.uint8], version: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of labels, samples and symbols, and how many there are of each."""
    one = np.zeros((1, 5), np.int64)
    counts = np.zeros(6, np.int64)
    if walk(data, version, one, one[:, :3].copy(), one[:, :2].copy(), counts, False) < 0:
        message = "prometheus.WriteRequest" if version == VERSION_1 else "io.prometheus.write.v2.Request"
        raise MalformedBody(f"The body is not the protobuf message {message}.")
    if counts.max() > _MOST_PARTS:
        raise BodyTooLarge(f"A request must hold at most {_MOST_PARTS:,} samples, labels or symbols; split it.")
    labels = np.zeros((counts[LABELS], 5), np.int64)
    samples = np.tile(np.array([0, -1, 0], np.int64), (counts[SAMPLES], 1))
    symbols = np.zeros((counts[SYMBOLS], 2), np.int64)
    again = np.zeros(6, np.int64)
    walk(data, version, labels, samples, symbols, again, True)
    return labels, samples, symbols, counts


def _by_offset(body: bytes, labels: NDArray[np.int64], names: SeriesNames) -> Callable[[int, int], tuple[str, str]]:
    # As every known sender writes them: name, then value. Then all labels of a series lie between two offsets.
    in_order = bool((np.diff(labels[:, 1:], axis=1) >= 0).all())
    # Lists of all four offsets would take as long as all the rest.
    starts, ends = labels[:, 1].tolist(), labels[:, 4].tolist()

    def read(first: int, last: int) -> tuple[str, str]:
        of_series = labels[first:last, 1:].tolist()
        return _named([(_decoded(body[a:b]), _decoded(body[c:d])) for a, b, c, d in of_series], names)

    def name_of(first: int, last: int) -> tuple[str, str]:
        if not in_order or first == last:
            return read(first, last)
        return names.remembered(body[starts[first] : ends[last - 1]], lambda: read(first, last))

    return name_of


def _by_symbol(
    symbols: Sequence[str], references: Sequence[int], names: SeriesNames
) -> Callable[[int, int], tuple[str, str]]:
    def name_of(first: int, last: int) -> tuple[str, str]:
        of_series = references[first:last]
        if len(of_series) % 2:
            raise ValueError("must be pairs of a name and a value in labels_refs")
        if of_series and not (min(of_series) >= 0 and max(of_series) < len(symbols)):
            raise ValueError("must refer to symbols that are there")
        texts = tuple(symbols[each] for each in of_series)
        return names.remembered(texts, lambda: _named(list(zip(texts[::2], texts[1::2], strict=True)), names))

    return name_of


def _symbols(body: bytes, offsets: NDArray[np.int64]) -> list[str]:
    try:
        symbols = [_decoded(body[first:last]) for first, last in offsets.tolist()]
    except ValueError as err:
        raise MalformedBody(f"symbols {err}.") from err
    if not symbols or symbols[0]:
        raise MalformedBody("symbols must begin with an empty string.")
    return symbols


def _named(labels: _Labels, names: SeriesNames) -> tuple[str, str]:
    """Return entity and metric; ValueError says what the labels lack."""
    by_name = dict(labels)
    if len(by_name) < len(labels):
        raise ValueError("must not name a label twice")
    metric = by_name.pop(_NAME, "")
    if not metric.strip():
        raise ValueError(f"must hold {_NAME}, which must not be blank")
    if "" in by_name:
        raise ValueError("must all have a name")
    return names.of(metric, by_name)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as err:
        raise ValueError("must be UTF-8") from err


def _values(body: bytes, starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the doubles that start at these offsets; a sample that gives none has the value 0, as protobuf says."""
    padded = np.frombuffer(body + bytes(8), np.uint8)
    at = np.where(starts < 0, len(body), starts)
    eight = padded[at[:, np.newaxis] + np.arange(8)]
    return np.ascontiguousarray(eight).view("<f8")[:, 0].astype(np.float64, copy=False)
