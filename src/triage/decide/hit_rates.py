"""How often changes were followed by trouble, and how often they would have been by chance. Pure.

Of a time it looks at what was over by then: a change counts once its whole window has passed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.decide.grouping import Topology
from triage.measure.intervals import precision_lower_bound

__all__ = ["WINDOW_S", "ChangeHistory", "HitRate", "MadeChange", "Onset"]

# Within which time trouble counts as after a change. Beyond an hour a busy entity has had something else as well.
WINDOW_S = 3600.0
# As how many changes the rate of all changes, and chance behind that, count in the rate of a kind.
_PRIOR = 4.0


@dataclass(frozen=True, slots=True)
class MadeChange:
    """A change that may have broken something.

    Parameters
    ----------
    source, id : str
        Together its key.
    summary : str
    kind : str
        What it is compared with: changes of the same source and kind.
    names : tuple of str
        What it was made to, as alerts are named: the entity itself first, then what that is a part of.
    made_s : float
        When it was made, in seconds since 1970.
    """

    source: str
    id: str
    summary: str
    kind: str
    names: tuple[str, ...]
    made_s: float


@dataclass(frozen=True, slots=True)
class Onset:
    """Trouble of an entity.

    Parameters
    ----------
    entity : str
        By the name that alerts have.
    at_s : float
        When it began, in seconds since 1970.
    scopes : tuple of str, default=()
        What the entity is a part of, as far as its report says so.
    """

    entity: str
    at_s: float
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HitRate:
    """How often changes of one source and kind were followed by trouble.

    Parameters
    ----------
    hits, count : int
        Changes that were followed within the window, and all of them.
    rate : float
        In [0, 1], shrunk towards the rate of all changes, and that one towards chance.
    base_rate : float
        In [0, 1]: how often a moment drawn at random would have been followed, at the same entities.
    lower_bound : float
        In [0, 1]: the rate is above it with 95 % (Clopper-Pearson).
    """

    hits: int
    count: int
    rate: float
    base_rate: float
    lower_bound: float


class ChangeHistory:
    """Changes and the trouble at the same time, ready to be asked of any moment.

    Trouble follows a change where it begins no earlier than that, within the window, at an entity that the change names
    or at one near to that in the topology.

    Parameters
    ----------
    changes : iterable of MadeChange
    onsets : iterable of Onset
        In any order.
    topology : Topology

    Examples
    --------
    >>> made = [MadeChange("ci", str(at), "", "deploy", ("db-1",), at * 36_000.0) for at in range(9)]
    >>> history = ChangeHistory(made, [Onset("db-1", at * 36_000.0 + 60) for at in range(8)], Topology())
    >>> found = history.rate_of("ci", "deploy", 8 * 36_000.0)
    >>> found.hits, found.count, round(found.base_rate, 2)
    (8, 8, 0.09)
    """

    def __init__(self, changes: Iterable[MadeChange], onsets: Iterable[Onset], topology: Topology) -> None:
        self.changes = sorted(changes, key=lambda one: (one.made_s, one.source, one.id))
        self._made = [one.made_s for one in self.changes]
        self._topology = topology
        by_entity: dict[str, list[float]] = {}
        for onset in onsets:
            by_entity.setdefault(onset.entity, []).append(onset.at_s)
        firsts = [*self._made[:1], *map(min, by_entity.values())]
        self._first_s = min(firsts, default=0.0)
        self._troubles: dict[tuple[str, ...], _Trouble] = {}
        self._tallies: dict[tuple[str, str], _Tally] = {}
        for change in self.changes:
            trouble = self._troubles.get(change.names)
            if trouble is None:
                near = self._near(change.names)
                trouble = _Trouble(sorted(at for name in near for at in by_entity.get(name, ())))
                self._troubles[change.names] = trouble
            tally = self._tallies.setdefault((change.source, change.kind), _Tally())
            tally.add(change, trouble.follows(change.made_s))

    def before(self, now_s: float) -> Sequence[MadeChange]:
        """Return the changes that were made within the window before a time, the oldest first."""
        return self.changes[bisect_left(self._made, now_s - WINDOW_S) : bisect_right(self._made, now_s)]

    def rate_of(self, source: str, kind: str, now_s: float) -> HitRate | None:
        """Return what was known at a time about changes of a source and kind; None before any change was judged.

        Parameters
        ----------
        source, kind : str
        now_s : float
            In seconds since 1970. A change counts once its whole window has passed.
        """
        last_s = now_s - WINDOW_S
        chances: dict[tuple[str, ...], float] = {}
        seen = {key: self._seen(tally, last_s, chances) for key, tally in self._tallies.items()}
        count = sum(each.count for each in seen.values())
        if not count:
            return None
        chance = sum(each.expected for each in seen.values()) / count
        overall = (sum(each.hits for each in seen.values()) + _PRIOR * chance) / (count + _PRIOR)
        its = seen.get((source, kind), _Seen(0, 0, 0.0))
        rate = (its.hits + _PRIOR * overall) / (its.count + _PRIOR)
        base_rate = its.expected / its.count if its.count else chance
        return HitRate(its.hits, its.count, rate, base_rate, precision_lower_bound(its.hits, its.count))

    def _near(self, names: tuple[str, ...]) -> dict[str, None]:
        return dict.fromkeys(other for name in names for other in (name, *self._topology.near(name)))

    def _seen(self, tally: _Tally, last_s: float, chances: dict[tuple[str, ...], float]) -> _Seen:
        hits = count = 0
        expected = 0.0
        for names, made in tally.made.items():
            judged = bisect_right(made, last_s)
            if judged:
                if names not in chances:
                    chances[names] = self._troubles[names].share(self._first_s, last_s)
                count += judged
                hits += bisect_right(tally.followed.get(names, ()), last_s)
                expected += judged * chances[names]
        return _Seen(hits, count, expected)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Among the changes that could be judged by a time: hits, all, and how many hits chance would have made."""

    hits: int
    count: int
    expected: float


class _Tally:
    """When the changes of one source and kind were made, by what they were made to, and which were followed."""

    def __init__(self) -> None:
        self.made: dict[tuple[str, ...], list[float]] = {}
        self.followed: dict[tuple[str, ...], list[float]] = {}

    def add(self, change: MadeChange, is_followed: bool) -> None:
        self.made.setdefault(change.names, []).append(change.made_s)
        if is_followed:
            self.followed.setdefault(change.names, []).append(change.made_s)


class _Trouble:
    """Onsets near one entity, and the moments whose window holds one."""

    def __init__(self, onsets: Sequence[float]) -> None:
        self._onsets = onsets

    def follows(self, made_s: float) -> bool:
        at = bisect_left(self._onsets, made_s)
        return at < len(self._onsets) and self._onsets[at] <= made_s + WINDOW_S

    def share(self, first_s: float, last_s: float) -> float:
        """Return the share of the moments from the first to the last that an onset follows within the window."""
        span = last_s - first_s
        if span <= 0.0:
            return 1.0 if self.follows(first_s) else 0.0
        covered, reached = 0.0, first_s
        for onset in self._onsets[: bisect_left(self._onsets, last_s + WINDOW_S)]:
            end = min(onset, last_s)
            begin = max(onset - WINDOW_S, reached)
            if end > begin:
                covered += end - begin
                reached = end
        return covered / span
