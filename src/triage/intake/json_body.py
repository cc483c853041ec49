"""Bytes of a request into JSON values. What the values mean is not known here."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from triage.errors import DataError, MalformedBody, Problem
from triage.intake.checks import shown

__all__ = ["read_json", "to_items"]

# Above this a list belongs into a file: it is labelled in one go, and everybody else waits for that long.
_MOST_ITEMS = 1000


def read_json(body: bytes) -> object:
    """Parse a body as RFC 8259 says: UTF-8 without a byte order mark, no NaN or infinity, no lone surrogates.

    A key that is given twice has its last value. An integer beyond 64 bits becomes a float.

    Raises
    ------
    MalformedBody
        It is empty, or not JSON; the message says where.

    Examples
    --------
    >>> read_json(b'{"id": 1, "id": 2}')
    {'id': 2}
    """
    if not body.strip():
        raise MalformedBody("The body is empty. Send a JSON object.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as err:
        raise MalformedBody(f"The body is not JSON in UTF-8: {err}.") from err


def to_items(payload: list[object]) -> list[Mapping[str, object]]:
    """Return the items of a list of incidents.

    Raises
    ------
    DataError
        The list is empty or too long, or something in it is no object.
    """
    if not 1 <= len(payload) <= _MOST_ITEMS:
        advice = "; send it in parts" if payload else ""
        raise DataError(f"A list must hold 1 to {_MOST_ITEMS:,} incidents. Got {len(payload):,}{advice}.")
    items: list[Mapping[str, object]] = [item for item in payload if isinstance(item, dict)]
    others = [at for at, item in enumerate(payload, start=1) if not isinstance(item, dict)]
    if others:
        got = shown(payload[others[0] - 1])
        problem = Problem("must be an object", rows=tuple(others[:5]), count=len(others), got=got)
        raise DataError("Every item of the list must be an object.", [problem])
    return items
