"""How incidents ended, as it has become known since a model was trained. Says what was known when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from triage.exports import KNOWN_AT_NAMES, first_named, outcome_columns

__all__ = ["MICROSECONDS_AN_HOUR", "Ending", "Fact", "FactKind", "LaterEndings", "Place"]

# A row of the index, or the source and id of what came in since.
Place = int | tuple[str, str]

MICROSECONDS_AN_HOUR = 3.6e9
# Several times what a ticket that was opened again tells; a sender that goes on and on is not to fill the memory.
_MOST_FACTS = 64


@dataclass(frozen=True, slots=True)
class Ending:
    """How an incident ended, as far as it was known at a moment.

    Parameters
    ----------
    labels : mapping of str to str
        By target.
    fix : str
        Redacted; empty where it is not known.
    resolved_at : int or None
        Microseconds since 1970 (UTC).
    reopened : bool or None
    """

    labels: Mapping[str, str]
    fix: str
    resolved_at: int | None
    reopened: bool | None

    def hours_since(self, opened_at: int) -> float | None:
        """Return how long it took; None where it ended before it began, or nobody knows when."""
        if self.resolved_at is None or self.resolved_at < opened_at:
            return None
        return (self.resolved_at - opened_at) / MICROSECONDS_AN_HOUR


class FactKind(StrEnum):
    """What a fact is about."""

    LABEL = "label"
    FIX = "fix"
    RESOLVED_AT = "resolved_at"
    REOPENED = "reopened"
    STANDS_RESOLVED = "stands resolved"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that became known.

    Parameters
    ----------
    known_at : int
        Microseconds since 1970 (UTC).
    kind : FactKind
    name : str
        The column that says so; empty where a report's state does.
    value : str or int or bool
        A label or a fix, a moment (as ``known_at``), or whether.
    """

    known_at: int
    kind: FactKind
    name: str
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class _Told:
    facts: tuple[Fact, ...]
    # When something changed, ascending, and how it stood from then on.
    moments: tuple[int, ...]
    endings: tuple[Ending, ...]

    def at(self, now: int | None) -> Ending | None:
        last = len(self.moments) if now is None else bisect_right(self.moments, now)
        return self.endings[last - 1] if last else None


class LaterEndings:
    """Endings by incident and moment. Safe to use from several threads.

    Parameters
    ----------
    most : int
        Of how many incidents at most; those that were told of first are let go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._told: dict[Place, _Told] = {}
        self._lock = Lock()

    def tell(self, place: Place, facts: Sequence[Fact], before: Sequence[Fact] = (), *, replaces: bool = True) -> None:
        """Add what became known of an incident; what is known already changes nothing.

        Parameters
        ----------
        place : Place
        facts : sequence of Fact
            Of two on one thing the one that became known later counts, whenever it is told.
        before : sequence of Fact, default=()
            What else is known of it, if it is told of for the first time.
        replaces : bool, default=True
            Whether, of two that became known at once, this one counts; else the one that is there.
        """
        with self._lock:
            told = self._told.get(place)
            known = tuple(before) if told is None else told.facts
            new = [fact for fact in facts if fact not in known]
            ordered = sorted([*known, *new] if replaces else [*new, *known], key=lambda fact: fact.known_at)
            kept = _without_idle_states(ordered)[-_MOST_FACTS:]
            if not new or kept == list(known):
                return
            self._told[place] = _fold(kept)
            while len(self._told) > self._most:
                del self._told[next(iter(self._told))]

    def at(self, place: Place, now: int | None) -> Ending | None:
        """Return what was known of an incident at a moment (None: by now), or None if nothing has been told by then."""
        told = self._told.get(place)
        return None if told is None else told.at(now)

    def resolved(self, now: int | None) -> dict[Place, bool]:
        """Return of which incidents something was known at a moment, and whether they were resolved by then."""
        with self._lock:
            told = list(self._told.items())
        endings = ((place, each.at(now)) for place, each in told)
        return {place: ending.resolved_at is not None for place, ending in endings if ending is not None}


def _without_idle_states(facts: Sequence[Fact]) -> list[Fact]:
    """Leave out states that change nothing: most updates of an open incident say that it is open."""
    kept: list[Fact] = []
    stands_resolved: object = False
    for fact in facts:
        if fact.kind is FactKind.STANDS_RESOLVED:
            if fact.value == stands_resolved:
                continue
            stands_resolved = fact.value
        kept.append(fact)
    return kept


def _fold(facts: Sequence[Fact]) -> _Told:
    """Go through facts in the order in which they became known."""
    ends: dict[int, Ending] = {}
    so_far = _SoFar()
    for fact in facts:
        so_far.hear(fact)
        ends[fact.known_at] = so_far.ending()
    return _Told(tuple(facts), tuple(ends), tuple(ends.values()))


class _SoFar:
    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.fixes: dict[str, str] = {}
        self.resolved_at: dict[str, int] = {}
        self.reported_at: int | None = None
        self.reopened: bool | None = None

    def hear(self, fact: Fact) -> None:
        match fact.kind, fact.value:
            case FactKind.LABEL, str(label):
                self.labels[fact.name] = label
            case FactKind.FIX, str(fix):
                self.fixes[fact.name] = fix
            case FactKind.REOPENED, bool(reopened):
                self.reopened = reopened
            case FactKind.STANDS_RESOLVED, False:
                self.resolved_at.clear()
                self.reported_at, self.reopened = None, True
            case FactKind.STANDS_RESOLVED, _:
                self.reported_at = fact.known_at
            case FactKind.RESOLVED_AT, int(moment):
                self.resolved_at[fact.name] = moment

    def ending(self) -> Ending:
        fix = self.fixes.get(outcome_columns(self.fixes).get("fix", ""), "")
        # A column says when it was; a report only that it is so by now.
        column = first_named(self.resolved_at, KNOWN_AT_NAMES)
        resolved_at = self.reported_at if column is None else self.resolved_at[column]
        return Ending(dict(self.labels), fix, resolved_at, self.reopened)
