"""Which changes shortly before trouble are suspects, by what changes like them did before. Pure.

It says what went before and how often that meant something. It does not say that a change is the cause.
"""

from __future__ import annotations

from typing import NamedTuple

from triage.decide.grouping import Topology
from triage.decide.hit_rates import WINDOW_S, ChangeHistory, HitRate, MadeChange, Onset

__all__ = ["MOST_SUSPECTS", "Suspect", "names_near", "rank_suspects"]

# More is a list of deploys, which people have already.
MOST_SUSPECTS = 3
# The part of the window after which a change weighs half.
_HALF_LIFE = 0.25
# A change of the same entity weighs twice as much as one a step away by the topology, and so on.
_A_STEP = 0.5
# Rates below that are not told apart: a lift must not come of a chance that is nearly nothing.
_FLOOR = 0.02


class Suspect(NamedTuple):
    """A change shortly before trouble.

    Parameters
    ----------
    change : MadeChange
    entity : str
        What it was made to.
    before_s : float
        How long before the trouble it was made, in seconds.
    steps : int
        0 if it was made to the entity itself or to what that is a part of; else how far away in the topology.
    history : HitRate or None
        What changes like it did before; None before any could be judged.
    """

    change: MadeChange
    entity: str
    before_s: float
    steps: int
    history: HitRate | None


def rank_suspects(history: ChangeHistory, onset: Onset, topology: Topology) -> tuple[Suspect, ...]:
    """Return the changes that trouble may have come of, at most three, the most suspicious first.

    They are ranked by their kind's lift over chance, halved with every quarter of the window and every step away.

    Parameters
    ----------
    history : ChangeHistory
        Of what is later than the onset nothing is used.
    onset : Onset
    topology : Topology

    Returns
    -------
    tuple of Suspect

    Examples
    --------
    >>> deploy = MadeChange("ci", "1", "Deploy of shop 1.2", "deploy", ("web-1",), 0.0)
    >>> [found] = rank_suspects(ChangeHistory([deploy], [], Topology()), Onset("web-1", 90.0), Topology())
    >>> found.change.summary, found.before_s, found.history
    ('Deploy of shop 1.2', 90.0, None)
    """
    recent = history.before(onset.at_s)
    near = names_near(onset, topology) if recent else {}
    rates: dict[tuple[str, str], HitRate | None] = {}
    ranked = []
    for change in recent:
        steps, entity = min(((near[name], name) for name in change.names if name in near), default=(-1, ""))
        if not entity:
            continue
        key = (change.source, change.kind)
        if key not in rates:
            rates[key] = history.rate_of(*key, onset.at_s)
        suspect = Suspect(change, entity, onset.at_s - change.made_s, steps, rates[key])
        ranked.append((-_weight(suspect), -change.made_s, change.source, change.id, suspect))
    return tuple(each[-1] for each in sorted(ranked, key=lambda each: each[:-1])[:MOST_SUSPECTS])


def names_near(onset: Onset, topology: Topology) -> dict[str, int]:
    """Return what a change must name to be a suspect, and how many steps away that is; 0 for the onset's own names.

    Examples
    --------
    >>> names_near(Onset("web-1", 0.0, ("shop",)), Topology([("shop", "db")]))
    {'db': 1, 'web-1': 0, 'shop': 0}
    """
    own = (onset.entity, *onset.scopes)
    near: dict[str, int] = {}
    for name in own:
        for other, steps in topology.near(name).items():
            near[other] = min(steps, near.get(other, steps))
    return near | dict.fromkeys(own, 0)


def _weight(suspect: Suspect) -> float:
    past = suspect.history
    lift = 1.0 if past is None else (past.rate + _FLOOR) / (past.base_rate + _FLOOR)
    return float(lift * 0.5 ** (suspect.before_s / (_HALF_LIFE * WINDOW_S)) * _A_STEP**suspect.steps)
