"""What the readers ask of an answer's shape; an API that has changed is told by what is missing and where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from triage.errors import DataError, bounded

__all__ = ["Record", "list_at", "minutes_since", "moment_at", "optional_moment_at", "text_at"]

Record: TypeAlias = Mapping[str, object]
_CLOCKS_DIFFER_MIN = 5
# Request Tracker's "not set".
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def list_at(body: object, key: str, what: str) -> list[Record]:
    """Return the objects under a key.

    Raises
    ------
    DataError
        There are none of that shape.
    """
    found = body.get(key) if isinstance(body, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        keys = bounded(body) if isinstance(body, Mapping) else type(body).__name__
        raise DataError(f"The answer on {what} must hold a list of objects under {key!r}. Got {keys}.")
    return found


def minutes_since(mark: str, now: datetime) -> int:
    """Return the minutes since a moment, and five more in which clocks may differ: what comes again does no harm."""
    return max(0, math.ceil((now - datetime.fromisoformat(mark)).total_seconds() / 60)) + _CLOCKS_DIFFER_MIN


def text_at(record: Record, key: str, what: str) -> str:
    """Return a text or number that must be there, as text.

    Raises
    ------
    DataError
        It is not there; names what is.
    """
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise DataError(
            f"{what} must have {key!r}: the API has changed, or this account may not see it. It has {bounded(record)}."
        )
    return str(value)


def moment_at(record: Record, key: str, what: str) -> datetime:
    """Return a time that must be there, in UTC; without a zone it is UTC.

    Raises
    ------
    DataError
        It is not there, or cannot be read.
    """
    text = text_at(record, key, what)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as err:
        raise DataError(f"{key!r} of {what} must be a time in ISO 8601. Got {text[:100]!r}.") from err
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def optional_moment_at(record: Record, key: str, what: str) -> datetime | None:
    """Return a time, or None where it is empty or stands for never; see `moment_at` for what is raised."""
    if record.get(key) in (None, ""):
        return None
    moment = moment_at(record, key, what)
    return None if moment == _NEVER else moment
