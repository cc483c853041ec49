"""Spans of time as people write them: ``90s``, ``60m``, ``30h``, ``2d``, or ``30steps`` of a series. Knows no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from triage.errors import UsageError

__all__ = ["Duration", "parse_duration"]

_UNIT_NS = {"s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
_SPELLED = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(s|m|h|d|steps?)")
# A century: beyond it sums with an event time could leave 64 bits.
_MOST_NS = 36_525 * 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of event time.

    Parameters
    ----------
    count : float
        At least 0.
    unit_ns : int or None
        Length of one in nanoseconds; None when it counts steps, whose length the data's reader knows.
    """

    count: float
    unit_ns: int | None

    def to_ns(self, step_ns: int | None = None) -> int:
        """Return the span in nanoseconds.

        Parameters
        ----------
        step_ns : int or None, default=None
            Length of a step; None where timestamps are no steps.

        Raises
        ------
        UsageError
            It counts steps, and there are none; or it is longer than a century.

        Examples
        --------
        >>> parse_duration("90s").to_ns(), parse_duration("30steps").to_ns(step_ns=60)
        (90000000000, 1800)
        """
        unit_ns = self.unit_ns or step_ns
        if unit_ns is None:
            raise UsageError("A span in steps needs timestamps that are whole numbers. Give it in s, m, h or d.")
        span_ns = self.count * unit_ns
        if span_ns > _MOST_NS:
            raise UsageError(f"A span must be at most a century. Got {span_ns / _UNIT_NS['d']:,.0f} days.")
        return round(span_ns)


def parse_duration(text: str, what: str = "duration") -> Duration:
    """Read a span.

    Parameters
    ----------
    text : str
        A number and ``s``, ``m``, ``h``, ``d`` or ``steps``.
    what : str
        Names it in an error.

    Raises
    ------
    UsageError
        It is written otherwise.

    Examples
    --------
    >>> parse_duration("60m"), parse_duration("30steps").unit_ns
    (Duration(count=60.0, unit_ns=60000000000), None)
    """
    found = _SPELLED.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f"{what} must be a number and s, m, h, d or steps, such as '60m'. Got {text!r}.")
    return Duration(float(found[1]), _UNIT_NS.get(found[2]))
