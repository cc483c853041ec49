"""When the tickets of a simulated desk come in: working hours, weekends, bursts of outages. Words are not its part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from triage.simulate.dice import Dice

__all__ = ["Arrival", "draw_arrivals", "history_hours"]

# Tickets a week of a company with about a thousand people.
_PER_WEEK = 100
# Weights of the hours of a working day in UTC: a peak at the start, a dip at lunch, a trickle at night.
_HOURS = (1, 1, 1, 1, 2, 8, 30, 85, 100, 92, 78, 52, 48, 72, 74, 60, 36, 16, 8, 5, 4, 3, 2, 1)
# Monday is the fullest day; on weekends only the warehouse works.
_DAYS = (1.25, 1.05, 1.0, 1.0, 0.85, 0.06, 0.04)
_WEEKS_BETWEEN_OUTAGES = 3
_OUTAGE_TICKETS = (8, 22)
_OUTAGE_MINUTES = 100


@dataclass(frozen=True, slots=True)
class Arrival:
    """One ticket coming in.

    Parameters
    ----------
    opened_at : datetime
        Whole seconds, UTC.
    progress : float
        How much of the history lies before it, in [0, 1].
    outage : int or None
        The number of the outage that it reports, from 0; None for everyday trouble.
    """

    opened_at: datetime
    progress: float
    outage: int | None


def draw_arrivals(n: int, start: datetime, dice: Dice) -> list[Arrival]:
    """Draw when `n` tickets come in, oldest first.

    Parameters
    ----------
    n : int
        At least 1; the history is as long as it takes, at about 100 a week.
    start : datetime
        The first possible moment; aware. The hours of the day are those of UTC.
    dice : Dice
        Where chance comes from.

    Returns
    -------
    list of Arrival
        In order of opening.
    """
    first = start.astimezone(UTC).replace(microsecond=0)
    hours = history_hours(n)
    load = [_HOURS[at.hour] * _DAYS[at.weekday()] for at in (first + timedelta(hours=hour) for hour in range(hours))]
    cumulated = _cumulate(load)

    moments: list[tuple[int, int | None]] = []
    for outage in range(hours // (7 * 24 * _WEEKS_BETWEEN_OUTAGES)):
        begin = _draw_second(cumulated, dice)
        size = _OUTAGE_TICKETS[0] + dice.below(_OUTAGE_TICKETS[1] - _OUTAGE_TICKETS[0] + 1)
        moments += [(begin + _draw_delay(dice), outage) for _ in range(size)]
    moments += [(_draw_second(cumulated, dice), None) for _ in range(n - len(moments))]
    # By time alone, ties as drawn: None and numbers do not compare.
    moments.sort(key=lambda moment: moment[0])
    return [
        Arrival(first + timedelta(seconds=second), min(1.0, second / (hours * 3600)), outage)
        for second, outage in moments
    ]


def history_hours(n: int) -> int:
    """Return how many hours it takes for `n` tickets to come in, a day at least."""
    return max(24, n * 7 * 24 // _PER_WEEK)


def _cumulate(load: Sequence[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in load:
        total += weight
        sums.append(total)
    return sums


def _draw_delay(dice: Dice) -> int:
    share = dice.uniform()
    return int(60 * _OUTAGE_MINUTES * share * share)  # squared: most people report in the first minutes


def _draw_second(cumulated: Sequence[float], dice: Dice) -> int:
    hour = bisect_right(cumulated, dice.uniform() * cumulated[-1])
    return min(hour, len(cumulated) - 1) * 3600 + dice.below(3600)
