"""Asking a labeller: whatever it does but hang is an answer on every event, and no exception to anybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import structlog

from triage.domain import Incident, IncidentEnd, PrecedentQuery, Triage
from triage.flow.ports import Labeller

__all__ = ["MOST_A_CALL", "label_events", "remember_ends", "remember_events", "unlabelled"]

_Said = TypeVar("_Said", Incident, IncidentEnd)

_log = structlog.get_logger(__name__)

# Events a call: some milliseconds of work, so that what is done in time is told in time.
MOST_A_CALL = 64


def label_events(
    labeller_source: Callable[[], Labeller],
    events: Sequence[Incident],
    now: datetime,
    precedents: PrecedentQuery | None = None,
    *,
    retried: bool = False,
) -> list[Triage]:
    """Label events, one answer an event whatever the labeller does but hang; what it fails on is marked degraded."""
    if not events:
        return []
    try:
        triages = labeller_source().handle_many(events, now, precedents)
        return [triage for _, triage in zip(events, triages, strict=True)]
    except Exception as err:  # noqa: BLE001  # whatever is wrong with a model, the event must be kept and sent on
        # A list that fails again one by one would write the same traceback a thousand times.
        _log.error("labelling_failed", incidents=len(events), first=events[0].id, error=repr(err), exc_info=not retried)
        failed = type(err).__name__
    if len(events) > 1:
        return [
            triage
            for event in events
            for triage in label_events(labeller_source, [event], now, precedents, retried=True)
        ]
    return [unlabelled(events[0], f"The labeller failed ({failed})", now)]


async def remember_events(labeller_source: Callable[[], Labeller], events: Sequence[Incident]) -> None:
    """Have the labeller remember committed events; what it fails on is logged, as the events are kept all the same."""
    await _remember(lambda some: labeller_source().remember(some), events, [event.id for event in events])


async def remember_ends(labeller_source: Callable[[], Labeller], ends: Sequence[IncidentEnd]) -> None:
    """Have the labeller remember committed ends; what it fails on is logged, as what was said is kept all the same."""
    await _remember(lambda some: labeller_source().remember_ends(some), ends, [end.incident.id for end in ends])


async def _remember(take: Callable[[Sequence[_Said]], None], said: Sequence[_Said], ids: Sequence[str]) -> None:
    for start in range(0, len(said), MOST_A_CALL):
        if start:
            # Other requests have their turn between the parts of a long list.
            await asyncio.sleep(0)
        some = said[start : start + MOST_A_CALL]
        try:
            take(some)
        except Exception as err:  # noqa: BLE001  # as for labels: whatever is wrong with a model, the event is kept
            _log.error("remembering_failed", incidents=len(some), first=ids[start], error=repr(err), exc_info=True)


def unlabelled(event: Incident, why: str, now: datetime) -> Triage:
    """Return the answer on an event that got none."""
    return Triage(event.id, event.source, degraded=f"{why}; the incident goes on unlabelled.", answered_at=now)
