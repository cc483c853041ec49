"""What usually comes together, and how often what comes by itself: learnt from alerts as they come. No clock.

Both are plain functions of the alerts so far in their order, so that whoever reads the same alerts knows the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import exp

__all__ = ["Companions", "Rates"]

_DAY_S = 86_400.0
# A name that was first seen a minute ago has no rate to speak of: its first alerts count as those of six hours.
_SHORTEST_S = 21_600.0
_MOST_NAMES = 50_000
# Entities are companions once they began to trouble within five minutes of each other three times, in at least half of
# the rarer one's troubles. The twelve last beginnings are enough for a cascade, and bound what a storm teaches.
_TOGETHER_S = 300.0
_LEAST_TOGETHER = 3
_LEAST_SHARE = 0.5
_MOST_TOGETHER = 12


class Rates:
    """How often something happens, by name: counts that fade by half in about 17 hours.

    Examples
    --------
    >>> rates = Rates()
    >>> rates.count("disk full", 0.0)
    >>> round(rates.expected("disk full", 0.0, 3600.0), 3)
    0.188
    """

    def __init__(self) -> None:
        self._counts: dict[str, tuple[float, float, float]] = {}

    def count(self, name: str, at_s: float) -> None:
        """Count one."""
        first_s, last_s, count = self._counts.pop(name, (at_s, at_s, 0.0))
        faded = _faded(count, at_s - last_s)
        self._counts[name] = (first_s, max(at_s, last_s), faded + 1.0)
        if len(self._counts) > _MOST_NAMES:
            del self._counts[next(iter(self._counts))]

    def expected(self, name: str, at_s: float, within_s: float, but: int = 0) -> float:
        """Return how many are to be expected within a time, at least 0.

        Parameters
        ----------
        name : str
        at_s : float
            When, in seconds since 1970.
        within_s : float
            Within how long, in seconds.
        but : int, default=0
            How many of those counted of late are left out: they are what is asked about.
        """
        first_s, last_s, count = self._counts.get(name, (at_s, at_s, 0.0))
        watched_s = _DAY_S * (1.0 - exp(-max(at_s - first_s, _SHORTEST_S) / _DAY_S))
        return max(0.0, _faded(count, at_s - last_s) - but) * within_s / watched_s


def _faded(count: float, since_s: float) -> float:
    return count * exp(-max(0.0, since_s) / _DAY_S)


class Companions:
    """Which entities get into trouble together.

    Parameters
    ----------
    quiet_s : float
        After how long without an alert an entity's trouble is over, in seconds.
    """

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._last_s: dict[str, float] = {}
        self._troubles: dict[str, int] = {}
        self._together: dict[str, dict[str, int]] = {}
        self._begun: deque[tuple[str, float]] = deque(maxlen=_MOST_TOGETHER)

    def learn(self, entity: str, at_s: float) -> None:
        """Learn from an alert."""
        before_s = self._last_s.get(entity)
        self._last_s[entity] = at_s if before_s is None else max(before_s, at_s)
        if before_s is not None and at_s - before_s <= self._quiet_s:
            return
        self._troubles[entity] = self._troubles.get(entity, 0) + 1
        for other, other_s in self._begun:
            if other != entity and abs(at_s - other_s) <= _TOGETHER_S:
                self._add(entity, other)
                self._add(other, entity)
        self._begun.append((entity, at_s))
        if len(self._last_s) > _MOST_NAMES:
            self._forget(next(iter(self._last_s)))

    def of(self, entity: str) -> Mapping[str, float]:
        """Return the companions of an entity, and in which share of the rarer one's troubles both were troubled."""
        return {
            other: share
            for other, count in self._together.get(entity, {}).items()
            if count >= _LEAST_TOGETHER
            and (share := count / (min(self._troubles[entity], self._troubles[other]) + 1)) >= _LEAST_SHARE
        }

    def _add(self, entity: str, other: str) -> None:
        beside = self._together.setdefault(entity, {})
        beside[other] = beside.get(other, 0) + 1

    def _forget(self, entity: str) -> None:
        del self._last_s[entity], self._troubles[entity]
        for other in self._together.pop(entity, {}):
            self._together[other].pop(entity, None)
