"""JSON documents as bytes, the same for the same document, and strictly back. What JSON cannot hold is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import orjson

from triage.errors import BundleRefused, TriageError
from triage.parts import JSON

__all__ = ["parse_document", "to_bytes"]

# Whole numbers outside this range would come back as floats: JSON readers hold 64 bits.
_SMALLEST_INT, _LARGEST_INT = -(2**63), 2**64 - 1


def to_bytes(document: Mapping[str, JSON], where: str, *, indent: bool = False) -> bytes:
    r"""Render a document with sorted keys, floats in their shortest form that reads back the same.

    Parameters
    ----------
    document : mapping of str to JSON
        What to store.
    where : str
        Names the document in an error.
    indent : bool, default=False
        Two spaces a level and a newline at the end, for files that people read.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    TriageError
        A value is no JSON: NaN, a number wider than 64 bits, an array, a key that is not text.

    Examples
    --------
    >>> to_bytes({"b": [1, 0.1], "a": None}, "example")
    b'{"a":null,"b":[1,0.1]}'
    """
    option = orjson.OPT_SORT_KEYS | (orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE if indent else 0)
    try:
        return orjson.dumps(_plain(document, where), option=option)
    except orjson.JSONEncodeError as err:
        raise TriageError(f"{where} cannot be stored as JSON: {err}.") from err


def parse_document(raw: bytes, where: str) -> dict[str, JSON]:
    """Read a document back.

    Parameters
    ----------
    raw : bytes
        UTF-8.
    where : str
        Names the document in an error.

    Returns
    -------
    dict of str to JSON

    Raises
    ------
    BundleRefused
        Not JSON (NaN is not), nested deeper than 1024 levels, or not an object.

    Examples
    --------
    >>> parse_document(b'{"a":null,"b":[1,0.1]}', "example")
    {'a': None, 'b': [1, 0.1]}
    """
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as err:
        raise BundleRefused(f"{where} is not JSON: {err}.") from err
    if not isinstance(document, dict):
        raise BundleRefused(f"{where} must be a JSON object. Got {type(document).__name__}.")
    return document


def _plain(value: JSON, where: str) -> object:
    # orjson would write NaN as null and take some objects that are no JSON: both would come back as something else.
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, where)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TriageError(f"{where}: keys must be text. Got {key!r}.")
        return {str(key): _plain(item, f"{where}/{key}") for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        # A vocabulary has 100,000 words: the path is made only for items that may be at fault.
        return [item if type(item) is str else _plain(item, f"{where}/{index}") for index, item in enumerate(value)]
    raise TriageError(f"{where} cannot be stored as JSON. Got {type(value).__name__}: make it plain before.")


def _number(value: float, where: str) -> int | float:
    if isinstance(value, int):
        if not _SMALLEST_INT <= value <= _LARGEST_INT:
            raise TriageError(f"{where} does not fit 64 bits. Got {value}: store it as text.")
        return int(value)
    if not math.isfinite(value):
        raise TriageError(f"{where} must be finite. Got {value}: store null for a missing number.")
    return float(value)
