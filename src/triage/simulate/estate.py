"""A small simulated estate: metrics, changes, incidents, tickets, and the truth about its faults apart from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd

from triage.errors import UsageError
from triage.simulate.arrivals import history_hours
from triage.simulate.dice import Dice
from triage.simulate.faults import FAULT_KINDS
from triage.simulate.frames import (
    changes_frame,
    faults_frame,
    harmless_frame,
    incident_id,
    incidents_frame,
    metrics_frame,
)
from triage.simulate.history import draw_history
from triage.simulate.layout import SERVICES, Entity, lay_out
from triage.simulate.phrases import load_phrases
from triage.simulate.plan import Plan, control_half, draw_plan
from triage.simulate.records import TicketRecord, to_frame
from triage.simulate.reports import Breakdown, draw_reports
from triage.simulate.series import draw_series
from triage.simulate.services import load_services

__all__ = ["ESTATE_START", "Estate", "check_estate", "simulate_estate"]

# A Monday; fixed, so that the committed sample can be made again.
ESTATE_START = datetime(2026, 9, 21, tzinfo=UTC)
# Metrics are kept for a while only; tickets go back further, and tell of an older incident every two and a half days.
_HOURS_BETWEEN_OLD = 60
_IN_A_SERVICE = 6
# Beyond that it is no small estate any more, and would not fit into memory.
_MOST_DAYS, _MOST_ENTITIES, _MOST_TICKETS = 3650, 10_000, 10_000_000


@dataclass(frozen=True, slots=True)
class Estate:
    """What was seen of an estate, and the truth apart. Times are ISO 8601 text in UTC.

    Parameters
    ----------
    metrics : DataFrame
        Wide, by time and then by entity: entity, timestamp (every five minutes) and one column a metric, NaN where the
        entity does not have it or the sample was lost.
    incidents : DataFrame
        id, entity, opened_at, resolved_at, kind: what the monitor saw (slow, errors, backlog or down).
    tickets : DataFrame
        As `simulate_tickets` returns them; the monitor's and those about incidents stand among the others.
    changes : DataFrame
        id, entity, made_at, kind (deploy or config), summary.
    faults : DataFrame
        Truth, never a feature: fault, entity, origin, precursor_at (missing where there was none), onset_at,
        has_precursor, incident, tickets (their numbers, parted by blanks).
    harmless : DataFrame
        Truth, never a feature: kind (spike, job, batch, surge, shift), entity (missing: all of them), began_at,
        ended_at. A shift lasts until the next one of its entity.
    """

    metrics: pd.DataFrame
    incidents: pd.DataFrame
    tickets: pd.DataFrame
    changes: pd.DataFrame
    faults: pd.DataFrame
    harmless: pd.DataFrame


def simulate_estate(
    days: int = 10,
    entities: int = 6,
    seed: int = 7,
    difficulty: float = 0.5,
    tickets: int = 2800,
    *,
    has_controls: bool = False,
) -> Estate:
    """Simulate an estate from `ESTATE_START` on, and the tickets of its company up to the same end.

    Parameters
    ----------
    days : int, default=10
        How long metrics are kept, at least 1.
    entities : int, default=6
        How many there are, at least 1; about five metrics each.
    seed : int, default=7
        Not negative. The same arguments give the same estate on any platform.
    difficulty : float, default=0.5
        In [0, 1]: the higher, the more noise and harmless events, and the fainter and rarer the precursors.
    tickets : int, default=2800
        How many ordinary help-desk tickets there are, at least 1; those about incidents of the estate come on top.
    has_controls : bool, default=False
        Whether nothing comes before the faults of every second entity of a kind: whoever warns of those ahead of time
        is lucky, or sees what is not there.

    Returns
    -------
    Estate

    Raises
    ------
    UsageError
        If an argument is out of range.

    Notes
    -----
    About 2 seconds and 60 MB for 100 entities and ten days. Faults are many times as dense as in an estate that lives.

    Examples
    --------
    >>> estate = simulate_estate(days=1, entities=2, tickets=1)
    >>> estate.metrics.shape[0], estate.metrics["entity"].unique().tolist()
    (576, ['checkout-web-1', 'checkout-db-1'])
    """
    check_estate(days, entities, seed, difficulty, tickets)
    layout = lay_out(entities)
    plan = draw_plan(layout, days, difficulty, seed, control_half(layout) if has_controls else frozenset())
    series = draw_series(layout, plan, ESTATE_START, days, difficulty, seed)
    records = _draw_tickets(layout, plan, days, seed, tickets)
    return Estate(
        metrics=metrics_frame(layout, series, ESTATE_START),
        incidents=incidents_frame(layout, plan.faults, ESTATE_START),
        tickets=to_frame(records),
        changes=changes_frame(layout, plan.changes, ESTATE_START, Dice(seed, stream=31)),
        faults=faults_frame(layout, plan.faults, records, ESTATE_START),
        harmless=harmless_frame(layout, plan, days, ESTATE_START),
    )


def check_estate(days: int, entities: int, seed: int, difficulty: float, tickets: int = 1) -> None:
    """Raise UsageError for what no estate can be made of."""
    limits = (("days", days, _MOST_DAYS), ("entities", entities, _MOST_ENTITIES), ("tickets", tickets, _MOST_TICKETS))
    for name, value, most in limits:
        if not 1 <= value <= most:
            raise UsageError(f"The number of {name} must be between 1 and {most:,}. Got {value!r}.")
    if seed < 0:
        raise UsageError(f"The seed must not be negative. Got {seed!r}.")
    if not 0.0 <= difficulty <= 1.0:
        raise UsageError(f"The difficulty must be in [0, 1]. Got {difficulty!r}.")


def _draw_tickets(layout: Sequence[Entity], plan: Plan, days: int, seed: int, n: int) -> list[TicketRecord]:
    """Draw the ordinary tickets and those about the estate, oldest first."""
    book, services = load_phrases(), load_services()
    hours = history_hours(n)
    begin = ESTATE_START + timedelta(days=days) - timedelta(hours=hours)
    records = draw_history(n, seed, begin, book)
    dice = Dice(seed, stream=30)
    for breakdown in [*_older(layout, begin, dice), *_breakdowns(layout, plan)]:
        records += draw_reports(breakdown, book, services, dice)
    # The sort keeps the order of ties: as drawn.
    return sorted(records, key=lambda record: record.opened_at)


def _breakdowns(layout: Sequence[Entity], plan: Plan) -> list[Breakdown]:
    return [
        Breakdown(
            incident=incident_id(place),
            entity=layout[fault.entity].name,
            entity_kind=layout[fault.entity].kind,
            service=layout[fault.entity].service,
            symptom=fault.kind.symptom,
            fault=fault.kind.name,
            opened_at=ESTATE_START + timedelta(seconds=fault.opened_s),
            resolved_at=ESTATE_START + timedelta(seconds=fault.resolved_s),
        )
        for place, fault in enumerate(plan.faults)
    ]


def _older(layout: Sequence[Entity], begin: datetime, dice: Dice) -> list[Breakdown]:
    """Draw incidents from before the metrics; each service had some, also those that the layout has no room for."""
    breakdowns = []
    names = [entity.name for entity in layout]
    pool = [*layout, *(entity for entity in lay_out(len(SERVICES) * _IN_A_SERVICE) if entity.name not in names)]
    at = begin + timedelta(seconds=int(2 * dice.uniform() * _HOURS_BETWEEN_OLD * 3600))
    while at < ESTATE_START - timedelta(days=1):
        entity = dice.pick(pool)
        kind = dice.pick([each for each in FAULT_KINDS if entity.kind in each.strikes])
        resolved_at = at + timedelta(minutes=12 + dice.below(120))
        breakdowns.append(
            Breakdown(None, entity.name, entity.kind, entity.service, kind.symptom, kind.name, at, resolved_at)
        )
        at += timedelta(seconds=int(2 * dice.uniform() * _HOURS_BETWEEN_OLD * 3600))
    return breakdowns
