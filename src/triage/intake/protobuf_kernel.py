"""Walks the protobuf of Prometheus' remote write, both versions, without objects: offsets into the body, and numbers.

Every position is checked against the end of its message; what is malformed gives -1, whatever the bytes are.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["EXEMPLARS", "HISTOGRAMS", "LABELS", "SAMPLES", "SERIES", "SYMBOLS", "VERSION_1", "VERSION_2", "walk"]

Bytes: TypeAlias = NDArray[np.uint8]
Integers: TypeAlias = NDArray[np.int64]

VERSION_1 = 1
VERSION_2 = 2
# Positions in the counts.
SERIES, LABELS, SAMPLES, HISTOGRAMS, EXEMPLARS, SYMBOLS = range(6)

_VARINT, _EIGHT_BYTES, _DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_SHIFT = 63


@compiled
def _varint(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number as int64, by two's complement, and where it ends."""
    value = 0
    shift = 0
    while at < end and shift <= _LONGEST_SHIFT:
        byte = int(data[at])
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    return value, -1


@compiled
def _field(data: Bytes, at: int, end: int) -> tuple[int, int, int, int, int]:
    """Return number, wire type, the value or where its content starts, the content's end, and where the next is."""
    tag, at = _varint(data, at, end)
    wire = tag & 7
    first, last = at, at
    if at < 0:
        return 0, 0, 0, 0, -1
    if wire == _VARINT:
        first, last = _varint(data, at, end)
    elif wire == _DELIMITED:
        length, first = _varint(data, at, end)
        last = first + length if first >= 0 and 0 <= length <= end - first else -1
    elif wire == _EIGHT_BYTES:
        last = at + 8
    elif wire == _FOUR_BYTES:
        last = at + 4
    else:
        last = -1
    return tag >> 3, wire, first, last, (last if last <= end else -1)


@compiled
def _label(data: Bytes, at: int, end: int, row: Integers, fill: bool) -> int:
    """Read a label of version 1: where its name and its value start and end."""
    while at < end:
        number, wire, first, last, at = _field(data, at, end)
        if at < 0 or (number in (1, 2) and wire != _DELIMITED):
            return -1
        if fill and number == 1:
            row[1], row[2] = first, last
        elif fill and number == 2:
            row[3], row[4] = first, last
    return at


@compiled
def _sample(data: Bytes, at: int, end: int, row: Integers, fill: bool) -> int:
    """Read a sample: where its eight bytes start (-1: it is 0), and its milliseconds."""
    while at < end:
        number, wire, first, _, at = _field(data, at, end)
        if at < 0 or (number == 1 and wire != _EIGHT_BYTES) or (number == 2 and wire != _VARINT):
            return -1
        if fill and number == 1:
            row[1] = first
        elif fill and number == 2:
            row[2] = first
    return at


@compiled
def _reference(reference: int, labels: Integers, counts: Integers, fill: bool) -> None:
    if fill:
        labels[counts[LABELS], 0] = counts[SERIES]
        labels[counts[LABELS], 1] = reference
    counts[LABELS] += 1


@compiled
def _references(data: Bytes, at: int, end: int, labels: Integers, counts: Integers, fill: bool) -> int:
    """Read packed references of version 2, a row each."""
    while at < end:
        reference, at = _varint(data, at, end)
        if at < 0:
            return -1
        _reference(reference, labels, counts, fill)
    return at


@compiled
def _one_label(data: Bytes, at: int, end: int, labels: Integers, counts: Integers, fill: bool) -> int:
    row = counts[LABELS] if fill else 0
    if fill:
        labels[row, 0] = counts[SERIES]
    counts[LABELS] += 1
    return _label(data, at, end, labels[row], fill)


@compiled
def _one_sample(data: Bytes, at: int, end: int, samples: Integers, counts: Integers, fill: bool) -> int:
    row = counts[SAMPLES] if fill else 0
    if fill:
        samples[row, 0] = counts[SERIES]
    counts[SAMPLES] += 1
    return _sample(data, at, end, samples[row], fill)


@compiled
def _series(  # noqa: PLR0913, PLR0917  # a kernel has no records to pass
    data: Bytes, at: int, end: int, version: int, labels: Integers, samples: Integers, counts: Integers, fill: bool
) -> int:
    histograms = 4 if version == VERSION_1 else 3
    exemplars = 3 if version == VERSION_1 else 4
    inner = at
    while at < end and inner >= 0:
        number, wire, first, last, at = _field(data, at, end)
        if at < 0 or (wire != _DELIMITED and (number == 2 or (number == 1 and version == VERSION_1))):
            return -1
        if number == 1 and version == VERSION_1:
            inner = _one_label(data, first, last, labels, counts, fill)
        elif number == 1 and wire == _DELIMITED:
            inner = _references(data, first, last, labels, counts, fill)
        elif number == 1:
            # A parser must read what should be packed as single numbers too.
            _reference(first, labels, counts, fill)
        elif number == 2:
            inner = _one_sample(data, first, last, samples, counts, fill)
        elif number == histograms:
            counts[HISTOGRAMS] += 1
        elif number == exemplars:
            counts[EXEMPLARS] += 1
    return at if inner >= 0 else -1


@compiled
def walk(  # noqa: PLR0913, PLR0917  # as above
    data: Bytes, version: int, labels: Integers, samples: Integers, symbols: Integers, counts: Integers, fill: bool
) -> int:
    """Count what a request holds, or write down where it is.

    Parameters
    ----------
    data : ndarray of uint8
        The request, decompressed.
    version : int
        `VERSION_1` or `VERSION_2`.
    labels : ndarray of int64, shape (counts[LABELS], 5)
        Of each label its series, then where name and value start and end. In version 2 a row is one reference: of
        its series, to a symbol.
    samples : ndarray of int64, shape (counts[SAMPLES], 3)
        Its series, where the value's bytes start, milliseconds. Filled with ``[0, -1, 0]`` by the caller.
    symbols : ndarray of int64, shape (counts[SYMBOLS], 2)
        Where symbols start and end; version 2 only.
    counts : ndarray of int64, shape (6,)
        By the positions above; zeros on entry.
    fill : bool
        Whether to write, with arrays of the counted sizes; otherwise they need one row each.

    Returns
    -------
    int
        -1 where the request is malformed, else its length.
    """
    of_series = 1 if version == VERSION_1 else 5
    at = 0
    end = len(data)
    while at < end:
        number, wire, first, last, at = _field(data, at, end)
        if at < 0:
            return -1
        if number == of_series:
            inner = _series(data, first, last, version, labels, samples, counts, fill) if wire == _DELIMITED else -1
            if inner < 0:
                return -1
            counts[SERIES] += 1
        elif number == 4 and version == VERSION_2 and wire == _DELIMITED:
            if fill:
                symbols[counts[SYMBOLS], 0], symbols[counts[SYMBOLS], 1] = first, last
            counts[SYMBOLS] += 1
    return at
