"""Which entity of a problem is its likely root: how bad and how early each was, and who calls whom. Reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.decide.grouping.topology import Topology

__all__ = ["Evidence", "RootCause", "rank_root_causes"]

# What a caller keeps of its own evidence where something that it calls is in trouble too: the damping of PageRank
# (Brin and Page, 1998), which MonitorRank (Kim et al., SIGMETRICS 2013) takes for walks on a call graph.
_KEPT = 0.15
# After 100 steps of a cycle 1e-7 of it is still on its way.
_MOST_STEPS = 100
# The last entity of a problem counts half of what it would as the first: onsets are only as exact as detection is.
_OF_THE_LAST = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """That an entity is in trouble.

    Parameters
    ----------
    entity : str
    began_at : datetime
        When it was first seen.
    strength : float
        Above 0; higher is worse.
    """

    entity: str
    began_at: datetime
    strength: float


@dataclass(frozen=True, slots=True)
class RootCause:
    """An entity that may be the root of a problem.

    Parameters
    ----------
    entity : str
    score : float
        Share of the problem's evidence that ends at it, in [0, 1]; higher is likelier. All of a problem sum to 1.
    reasons : tuple of str
        Sentences for a person.
    """

    entity: str
    score: float
    reasons: tuple[str, ...]


def rank_root_causes(evidence: Iterable[Evidence], topology: Topology | None = None) -> tuple[RootCause, ...]:
    """Return the entities of one problem, the likeliest root first.

    Parameters
    ----------
    evidence : iterable of Evidence
        In any order. Of an entity's several the earliest onset and the greatest strength count.
    topology : Topology or None, default=None
        Who calls whom. Without one onset and strength alone decide.

    Notes
    -----
    An entity weighs its strength, halved for the last to begin. Its weight goes down the calls to the entities in
    trouble that it depends on, directly or over one that is not, in proportion to theirs, and stays where there are
    none: the root is who is in trouble while all that it calls is well.
    A fault that comes down from callers (too much load) is not seen as such. Costs 100 steps over the calls between
    the entities at most.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2024, 5, 1, tzinfo=UTC)
    >>> found = [Evidence("web", at, 0.9), Evidence("db", at, 0.8)]
    >>> [one.entity for one in rank_root_causes(found)]
    ['web', 'db']
    >>> [one.entity for one in rank_root_causes(found, Topology([("web", "api"), ("api", "db")]))]
    ['db', 'web']
    """
    merged = _merged(evidence)
    if not merged:
        return ()
    weights = _weights(merged)
    below = _in_trouble_below(weights, topology or Topology())
    ends = _walked(weights, below)
    total = sum(ends.values())
    ranked = sorted(merged, key=lambda one: (-ends[one.entity], one.began_at, -one.strength, one.entity))
    return tuple(RootCause(one.entity, ends[one.entity] / total, _reasons(one, merged, below)) for one in ranked)


def _merged(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return one an entity, by onset, strength and name, so that no result hangs on the order that they came in."""
    found: dict[str, Evidence] = {}
    for one in evidence:
        other = found.get(one.entity, one)
        found[one.entity] = Evidence(one.entity, min(one.began_at, other.began_at), max(one.strength, other.strength))
    return tuple(sorted(found.values(), key=lambda one: (one.began_at, -one.strength, one.entity)))


def _weights(merged: Sequence[Evidence]) -> dict[str, float]:
    first = merged[0].began_at
    span_s = (merged[-1].began_at - first).total_seconds() or 1.0
    return {
        one.entity: one.strength * _OF_THE_LAST ** ((one.began_at - first).total_seconds() / span_s) for one in merged
    }


def _in_trouble_below(weights: dict[str, float], topology: Topology) -> dict[str, tuple[str, ...]]:
    by_name: dict[str, list[str]] = {}
    for entity in weights:
        by_name.setdefault(entity.lower(), []).append(entity)
    below = {}
    for entity in weights:
        found: set[str] = set()
        for callee in topology.called_by(entity):
            reached = (callee,) if callee in by_name else topology.called_by(callee)
            found.update(one for name in reached for one in by_name.get(name, ()))
        below[entity] = tuple(sorted(found - {entity}))
    return below


def _walked(weights: dict[str, float], below: dict[str, tuple[str, ...]]) -> dict[str, float]:
    ends, moving = dict.fromkeys(weights, 0.0), dict(weights)
    for _ in range(_MOST_STEPS):
        following: dict[str, float] = {}
        for entity, weight in moving.items():
            callees = below[entity]
            ends[entity] += weight * _KEPT if callees else weight
            among = sum(weights[one] for one in callees)
            for one in callees:
                following[one] = following.get(one, 0.0) + weight * (1 - _KEPT) * weights[one] / among
        if not following:
            break
        moving = following
    return ends


def _reasons(one: Evidence, merged: Sequence[Evidence], below: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    reasons = []
    after_s = (one.began_at - merged[0].began_at).total_seconds()
    if len(merged) > 1:
        reasons.append("began first" if not after_s else f"began {after_s:g} s after the first")
    callers = sorted(caller for caller, callees in below.items() if one.entity in callees)
    if callers:
        reasons.append(f"called by {_listed(callers)}, in trouble too")
    if below[one.entity]:
        reasons.append(f"calls {_listed(sorted(below[one.entity]))}, in trouble too")
    elif callers:
        reasons.append("nothing that it calls is in trouble")
    return (*reasons, f"strength {one.strength:.3g}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
