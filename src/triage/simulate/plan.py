"""What happens to a simulated estate and when: faults, changes, and what looks like a fault and is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.simulate.dice import Dice
from triage.simulate.faults import FAULT_KINDS, FaultKind
from triage.simulate.layout import Entity
from triage.simulate.load import STEP_S, STEPS_A_DAY

__all__ = ["Change", "Fault", "Harmless", "Plan", "control_half", "draw_plan"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# Three faults in ten entity-days: many times what an estate lives with, so that ten days hold enough to learn from.
_FAULT_GAP_DAYS = (1.0, 1.9, 2.6, 3.6, 5.6)
# The first day is quiet; nothing is under way when the history ends.
_QUIET_START_S, _QUIET_END_S = _DAY, 5 * _HOUR
_LASTS_MIN = (12, 25, 40, 60, 95, 210)
_CHANGE_GAP_DAYS = (0.8, 1.6, 2.4, 3.2, 4.5)
_CHANGE_SHIFTS = 0.4
# Every other error burst out of the blue was a deploy's doing.
_DEPLOY_TO_BLAME = 0.5


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Times are seconds from the first sample; entities are positions in the layout.

    Parameters
    ----------
    kind : FaultKind
        What fails.
    entity : int
        Where the incident is.
    origin : int
        Where the trouble comes from; another entity only for a failing dependency.
    precursor_s : int or None
        When something begins to show; None where nothing does.
    onset_s, opened_s, resolved_s : int
        When it breaks out, when the monitor opens the incident and when that is resolved. The monitor looks every
        minute and metrics come every five: no sample taken after the onset lies before the opening.
    strength : float
        Of the precursor, relative to the estate's.
    """

    kind: FaultKind
    entity: int
    origin: int
    precursor_s: int | None
    onset_s: int
    opened_s: int
    resolved_s: int
    strength: float


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy or a change of configuration; `shifts` says whether levels move with it, which does no harm."""

    entity: int
    made_s: int
    kind: str
    shifts: bool


@dataclass(frozen=True, slots=True)
class Harmless:
    """A spike, a batch job or a surge of load: it shows, and nobody suffers. A surge has no entity: it is all over."""

    kind: str
    entity: int | None
    begin_s: int
    end_s: int
    strength: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that happens, each in order of time."""

    faults: tuple[Fault, ...]
    changes: tuple[Change, ...]
    harmless: tuple[Harmless, ...]


def draw_plan(
    layout: Sequence[Entity], days: int, difficulty: float, seed: int, controls: frozenset[int] = frozenset()
) -> Plan:
    """Draw what happens.

    Parameters
    ----------
    layout : sequence of Entity
        The estate.
    days : int
        How long it is watched, at least 1.
    difficulty : float
        In [0, 1]: the higher, the fewer precursors and the more that looks like one.
    seed : int
        Not negative.
    controls : frozenset of int, default=none
        Entities whose faults nothing comes before, in metrics or changes.

    Returns
    -------
    Plan
    """
    end_s = days * _DAY
    faults = _draw_faults(layout, end_s, difficulty, Dice(seed, stream=10))
    faults = [replace(fault, precursor_s=None) if fault.entity in controls else fault for fault in faults]
    # A change would show as well: it sets back what grows.
    to_blame = [fault for fault in faults if fault.entity not in controls]
    changes = _draw_changes(layout, end_s, to_blame, Dice(seed, stream=11))
    harmless = _draw_harmless(layout, end_s, difficulty, Dice(seed, stream=12))
    return Plan(
        # Two faults of the same five minutes are drawn in the order of entities, not of time.
        tuple(sorted(faults, key=lambda fault: (fault.opened_s, fault.entity))),
        tuple(sorted(changes, key=lambda change: (change.made_s, change.entity))),
        tuple(sorted(harmless, key=lambda each: (each.begin_s, -1 if each.entity is None else each.entity))),
    )


def control_half(layout: Sequence[Entity]) -> frozenset[int]:
    """Return every second entity of each kind, beginning with the first of one kind and the second of the next.

    Parameters
    ----------
    layout : sequence of Entity
    """
    kinds = [entity.kind for entity in layout]
    order = list(dict.fromkeys(kinds))
    return frozenset(at for at, kind in enumerate(kinds) if (kinds[:at].count(kind) + order.index(kind)) % 2)


def _draw_faults(layout: Sequence[Entity], end_s: int, difficulty: float, dice: Dice) -> list[Fault]:
    moments: list[tuple[int, int]] = []
    for entity in range(len(layout)):
        at = _QUIET_START_S + int(dice.uniform() * _FAULT_GAP_DAYS[2] * _DAY)
        while at < end_s - _QUIET_END_S:
            moments.append((at, entity))
            at += int(dice.along(_FAULT_GAP_DAYS) * _DAY)
    moments.sort()
    dealt = [0] * len(FAULT_KINDS)
    return [
        _draw_fault(layout, at, entity, difficulty, _deal(layout[entity], dealt, dice), dice) for at, entity in moments
    ]


def _deal(entity: Entity, dealt: list[int], dice: Dice) -> FaultKind:
    """Pick among the kinds that can strike the entity and have come up least, so that few faults show many kinds."""
    able = [at for at, kind in enumerate(FAULT_KINDS) if entity.kind in kind.strikes]
    least = min(dealt[at] for at in able)
    at = dice.pick([each for each in able if dealt[each] == least])
    dealt[at] += 1
    return FAULT_KINDS[at]


def _draw_fault(
    layout: Sequence[Entity], at: int, entity: int, difficulty: float, kind: FaultKind, dice: Dice
) -> Fault:
    # Between two samples, with room for the opening before the second.
    onset = at // STEP_S * STEP_S + 60 + dice.below(180)
    opened = onset + 10 + dice.below(50)
    # At the default difficulty the kind's own share; a fifth more or less at the ends.
    is_foretold = dice.chance(kind.foretold * (1.2 - 0.4 * difficulty))
    lead = int(dice.along(kind.lead_min) * _MINUTE)
    origins = [
        place
        for place, other in enumerate(layout)
        if other.service == layout[entity].service and other.kind in {"db", "cache"}
    ]
    origin = dice.pick(origins) if kind.name == "failing dependency" and origins else entity
    return Fault(
        kind=kind,
        entity=entity,
        origin=origin,
        precursor_s=onset - lead if is_foretold else None,
        onset_s=onset,
        opened_s=opened,
        resolved_s=opened + int(dice.along(_LASTS_MIN) * _MINUTE),
        strength=0.75 + 0.5 * dice.uniform(),
    )


def _draw_changes(layout: Sequence[Entity], end_s: int, faults: Sequence[Fault], dice: Dice) -> list[Change]:
    changes = []
    for entity in range(len(layout)):
        at = dice.along(_CHANGE_GAP_DAYS) * _DAY
        while at < end_s:
            # Deploys are made in working hours, from 07:00 to 17:00 UTC.
            moment = int(at // _DAY) * _DAY + 7 * _HOUR + dice.below(10 * _HOUR)
            if moment < end_s:
                kind = "deploy" if dice.chance(0.75) else "config"
                changes.append(Change(entity, moment, kind, dice.chance(_CHANGE_SHIFTS)))
            at += dice.along(_CHANGE_GAP_DAYS) * _DAY
    changes += [
        Change(fault.entity, fault.onset_s - (4 + dice.below(20)) * _MINUTE, "deploy", shifts=False)
        for fault in faults
        if fault.kind.name == "error burst" and fault.precursor_s is None and dice.chance(_DEPLOY_TO_BLAME)
    ]
    return changes


def _draw_harmless(layout: Sequence[Entity], end_s: int, difficulty: float, dice: Dice) -> list[Harmless]:
    harmless: list[Harmless] = []
    steps = end_s // STEP_S
    for entity in range(len(layout)):
        # Spikes and one-off jobs: .25 and .18 in an entity-day at the default difficulty.
        for kind, rate, lasts_min in (
            ("spike", 0.05 + 0.4 * difficulty, (5, 5, 10)),
            ("job", 0.36 * difficulty, (20, 45, 90)),
        ):
            for step in range(0, steps, STEPS_A_DAY):
                if dice.chance(rate):
                    begin = (step + dice.below(STEPS_A_DAY)) * STEP_S
                    length = int(dice.along(lasts_min)) // 5 * STEP_S
                    harmless.append(Harmless(kind, entity, begin, begin + length, 0.6 + 0.8 * dice.uniform()))
        # A batch job of its own every night on some.
        if dice.chance(0.5):
            first = dice.below(5 * _HOUR) // STEP_S * STEP_S
            strength = 0.7 + 0.6 * dice.uniform()
            harmless += [Harmless("batch", entity, at, at + 35 * _MINUTE, strength) for at in range(first, end_s, _DAY)]
    # A campaign every five days or so brings more load to everything.
    for day in range(0, end_s, _DAY):
        if dice.chance(0.4 * difficulty):
            begin = day + 8 * _HOUR + dice.below(10 * _HOUR) // STEP_S * STEP_S
            harmless.append(
                Harmless("surge", None, begin, begin + (60 + dice.below(90)) * _MINUTE, 0.15 + 0.2 * dice.uniform())
            )
    return harmless
