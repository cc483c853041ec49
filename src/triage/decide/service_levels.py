"""Service levels: within how many working hours an incident is to be resolved, and whether it will be. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import exp, log, log1p
from zoneinfo import ZoneInfo

__all__ = ["AROUND_THE_CLOCK", "Calendar", "ServiceLevels", "chance_beyond"]

_HOUR = timedelta(hours=1)
# A calendar without a working hour in so many days has none.
_MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a desk works.

    Parameters
    ----------
    zone : str
        IANA zone of the working hours.
    days : tuple of int
        ISO weekdays, Monday 1; at least one.
    begin, end : time
        Of a working day, by the clock on the wall; an end of midnight is the day's own end.
    holidays : tuple of date
        Days without work.
    """

    zone: str = "UTC"
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    begin: time = time(0)
    end: time = time(0)
    holidays: tuple[date, ...] = ()

    def hours_between(self, begin: datetime, end: datetime) -> float:
        """Return the working hours from one moment (aware) to another; 0 if that is earlier.

        Examples
        --------
        >>> office = Calendar("Europe/Berlin", (1, 2, 3, 4, 5), time(8), time(18))
        >>> office.hours_between(datetime(2026, 3, 27, 16, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC))
        2.0
        """
        day, last, worked = self._day(begin), self._day(end), timedelta()
        while day <= last:
            opens, closes = _shift(self, day)
            worked += max(min(closes, end) - max(opens, begin), timedelta())
            day += timedelta(days=1)
        return worked / _HOUR

    def after(self, begin: datetime, hours: float) -> datetime | None:
        """Return the moment (UTC) at which so many working hours have passed; None if that is years away."""
        day, left = self._day(begin), timedelta(hours=hours)
        for _ in range(_MOST_DAYS):
            opens, closes = _shift(self, day)
            opens = max(opens, begin)
            if closes - opens >= left and closes > opens:
                return opens.astimezone(UTC) + left
            left -= max(closes - opens, timedelta())
            day += timedelta(days=1)
        return None

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


AROUND_THE_CLOCK = Calendar()


@lru_cache(maxsize=4096)
def _shift(calendar: Calendar, day: date) -> tuple[datetime, datetime]:
    """Return when work begins and ends on a day, in UTC: a day that the clocks change on is as long as it is."""
    zone = ZoneInfo(calendar.zone)
    opens = datetime.combine(day, calendar.begin, zone).astimezone(UTC)
    if day.isoweekday() not in calendar.days or day in calendar.holidays:
        return opens, opens
    last = day + timedelta(days=1) if calendar.end == time(0) else day
    return opens, datetime.combine(last, calendar.end, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """The limits of an organisation.

    Parameters
    ----------
    column : str
        Whose label decides, by its name without case.
    limits : mapping of str to float
        Working hours to resolution, by label.
    calendar : Calendar
    """

    column: str
    limits: Mapping[str, float]
    calendar: Calendar = AROUND_THE_CLOCK

    def breached(self, label: str | None, opened_at: datetime, resolved_at: datetime) -> bool | None:
        """Return whether an incident took longer than its limit, in working hours; None where its label has none.

        Parameters
        ----------
        label : str or None
            Of :attr:`column`.
        opened_at, resolved_at : datetime
            Aware.
        """
        limit = None if label is None else self.limits.get(label)
        return None if limit is None else self.calendar.hours_between(opened_at, resolved_at) > limit

    def hours_left(self, label: str, opened_at: datetime) -> float | None:
        """Return the hours by the clock from opening (aware) to the breach, at least 0; None where there is none."""
        limit = self.limits.get(label)
        until = None if limit is None else self.calendar.after(opened_at, limit)
        return None if until is None else (until - opened_at) / _HOUR

    def chance_of_breach(
        self, chances: Sequence[tuple[str, float]], opened_at: datetime, quantiles: Sequence[tuple[float, float]]
    ) -> float | None:
        """Return the probability of a breach.

        Parameters
        ----------
        chances : sequence of (str, float)
            The labels that an incident may have, and how likely.
        opened_at : datetime
            Aware.
        quantiles : sequence of (float, float)
            Probabilities and the hours within which it is resolved with these, ascending.

        Returns
        -------
        float or None
            Over the labels that have a limit; None where none of them has.
        """
        found = [(chance, self.hours_left(label, opened_at)) for label, chance in chances]
        known = [(chance, hours) for chance, hours in found if hours is not None]
        total = sum(chance for chance, _ in known)
        if total <= 0.0:
            return None
        return sum(chance * chance_beyond(quantiles, hours) for chance, hours in known) / total


def chance_beyond(quantiles: Sequence[tuple[float, float]], hours: float) -> float:
    """Return the probability in [0, 1] that it takes longer than so many hours.

    Parameters
    ----------
    quantiles : sequence of (float, float)
        Probabilities and hours, ascending; at least two.
    hours : float
        From opening, at least 0.

    Notes
    -----
    A straight line between two quantiles over the logarithm of the hours; beyond the last, as if ends came at the rate
    between the last two.

    Examples
    --------
    >>> chance_beyond([(0.5, 4.0), (0.9, 24.0)], 4.0)
    0.5
    """
    before = (0.0, 0.0)
    for level, until in quantiles:
        if hours < until:
            share = (log1p(hours) - log1p(before[1])) / (log1p(until) - log1p(before[1]))
            return 1.0 - (before[0] + max(share, 0.0) * (level - before[0]))
        before = (level, until)
    (low, begin), (high, end) = quantiles[-2], quantiles[-1]
    rate = log((1.0 - low) / (1.0 - high)) / max(end - begin, 1e-9)
    return (1.0 - high) * exp(-rate * (hours - end))
