"""When a message is tried again. Pure: the present and the dice are passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

__all__ = ["LADDER_S", "next_attempt_at", "retry_after_s"]

# The schedule that Standard Webhooks recommends: seconds after each failed attempt, 75 h 35 min 5 s in all.
LADDER_S = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
# Only ever later, so that the whole ladder is never shorter than what is promised.
_JITTER = 0.1
# A destination that asks for more than the longest rung is not believed.
_LONGEST_S = LADDER_S[-1]


def next_attempt_at(attempt: int, now: datetime, dice: float, asked_s: float | None = None) -> datetime | None:
    """Return when to try again after a failed attempt.

    Parameters
    ----------
    attempt : int
        The number of the attempt that failed, from 1.
    now : datetime
        When it failed.
    dice : float
        In [0, 1): how much of the jitter is added.
    asked_s : float or None, default=None
        How long the destination asked to be left alone, in seconds.

    Returns
    -------
    datetime or None
        None when that was the last attempt.

    Examples
    --------
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> next_attempt_at(1, noon, 0.0).isoformat()
    '2026-11-23T12:00:05+00:00'
    >>> next_attempt_at(10, noon, 0.0) is None
    True
    """
    if attempt > len(LADDER_S):
        return None
    wait_s = LADDER_S[attempt - 1] * (1 + _JITTER * dice)
    return now + timedelta(seconds=max(wait_s, min(asked_s or 0.0, _LONGEST_S)))


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Read Retry-After: seconds, or a date; None where it says nothing that can be meant.

    Examples
    --------
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> retry_after_s("120", noon), retry_after_s("Mon, 23 Nov 2026 12:01:00 GMT", noon), retry_after_s("soon", noon)
    (120.0, 60.0, None)
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return max(0.0, (moment - now).total_seconds())
