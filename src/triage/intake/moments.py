"""Moments in time as senders write them. Only ISO 8601: nothing is guessed from a single value."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["to_moment"]


def to_moment(text: str) -> datetime:
    """Read an ISO 8601 date and time; without a zone it is UTC, without a time midnight.

    Returns
    -------
    datetime
        Aware, in UTC.

    Raises
    ------
    ValueError
        It is none, or lies outside the years 1 to 9999.

    Examples
    --------
    >>> to_moment("2026-11-23T12:00:00+02:00").isoformat()
    '2026-11-23T10:00:00+00:00'
    """
    moment = datetime.fromisoformat(text)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as err:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999 in UTC.") from err
