"""What an incident's update says of its wait: that it was still open then. Looks at no clock."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from triage.domain import Incident
from triage.exports import STATE_NAMES, UPDATED_AT_NAMES, canonical, first_named
from triage.learn.inputs import InputColumns, to_moment

__all__ = ["hours_still_open"]

# Canonical; 6, 7 and 8 are ServiceNow's codes for resolved, closed and cancelled.
_ENDED = frozenset(
    (
        "resolved",
        "closed",
        "closed_complete",
        "closed_incomplete",
        "cancelled",
        "canceled",
        "done",
        "complete",
        "completed",
        "fixed",
        "solved",
        "rejected",
        "6",
        "7",
        "8",
        "gelost",
        "geschlossen",
        "erledigt",
        "abgebrochen",
        "resolu",
        "clos",
        "cloture",
        "ferme",
        "resuelto",
        "cerrado",
        "resolvido",
        "encerrado",
        "fechado",
        "concluido",
        "cancelado",
        "annule",
        "risolto",
        "chiuso",
        "annullato",
        "opgelost",
        "gesloten",
        "afgesloten",
        "решен",
        "решено",
        "решена",
        "закрыт",
        "закрыто",
        "закрыта",
        "отменен",
        "отменено",
        "отменена",
        "已解决",
        "已关闭",
        "已完成",
        "已取消",
        "解決済み",
        "解決",
        "完了",
    )
)


def hours_still_open(incident: Incident, opened_at: datetime | None, columns: InputColumns) -> float:
    """Return for how many hours since its opening an incident is known to have been open.

    Parameters
    ----------
    incident : Incident
    opened_at : datetime or None
        Aware, UTC.
    columns : InputColumns
        Say the zone of a time without one.

    Returns
    -------
    float
        From opening to the update's own time, where it names a time (ISO 8601) and a state that is no end; else 0. The
        time of receipt does not count: who sends what is long over would be told that it still takes years.

    Examples
    --------
    >>> from datetime import UTC
    >>> opened = datetime(2026, 11, 24, 8, tzinfo=UTC)
    >>> update = {"state": "In Progress", "sys_updated_at": "2026-11-24T14:00:00Z"}
    >>> hours_still_open(Incident("7", "desk", opened, opened, update), opened, InputColumns((), (), True))
    6.0
    """
    updated, state = _columns(tuple(incident.labels))
    if opened_at is None or updated is None or state is None or canonical(incident.labels[state]) in _ENDED:
        return 0.0
    moment = to_moment(incident.labels[updated], columns)
    return 0.0 if moment is None else max((moment - opened_at).total_seconds() / 3600.0, 0.0)


# A sender uses the same names for all its incidents.
@lru_cache(maxsize=1024)
def _columns(names: tuple[str, ...]) -> tuple[str | None, str | None]:
    return first_named(names, UPDATED_AT_NAMES), first_named(names, STATE_NAMES)
