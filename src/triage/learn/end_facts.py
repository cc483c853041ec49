"""What senders say of how an incident ended → facts, told by their columns' names. Keeps nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from triage.domain import IncidentEnd, IncidentState, OutcomeValue
from triage.exports import (
    KNOWN_AT_NAMES,
    RESTRICTED_NAMES,
    first_named,
    is_caller,
    is_restricted,
    outcome_columns,
    restricts,
    to_truth,
)
from triage.learn.fixes import to_fix
from triage.learn.inputs import InputColumns, to_moment
from triage.learn.later_endings import Fact, FactKind

__all__ = ["end_facts", "end_restricts", "from_micros", "is_still_open", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return a moment (aware) in microseconds since 1970 (UTC)."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment (aware, UTC) that is so many microseconds after 1970."""
    return _EPOCH + micros * _MICROSECOND


def end_restricts(end: IncidentEnd) -> bool:
    """Return whether an incident, or what is said of its end, says that not everybody may see it."""
    return is_restricted(end.incident.labels) or any(
        first_named([each.name], RESTRICTED_NAMES) is not None and restricts(each.value) for each in end.values
    )


def is_still_open(end: IncidentEnd) -> bool:
    """Return whether nothing is said but that an incident is not resolved."""
    return not end.values and all(state is not IncidentState.RESOLVED for _, state in end.states)


def end_facts(end: IncidentEnd, targets: Collection[str], columns: InputColumns) -> list[Fact]:
    """Return what is said of an incident's end, as far as precedents show it.

    Values that are ours are left out: they are what we predicted.

    Parameters
    ----------
    end : IncidentEnd
    targets : collection of str
        Whose labels are shown.
    columns : InputColumns
        Say the zone of a time without one. A time that is not in ISO 8601 is no fact: one value alone does not tell the
        order of day and month.

    Examples
    --------
    >>> from triage.domain import Incident
    >>> now = datetime(2026, 6, 1, tzinfo=UTC)
    >>> end = IncidentEnd(Incident("1", "desk", now), (OutcomeValue("team", "network", now),))
    >>> [fact.value for fact in end_facts(end, {"team"}, InputColumns((), (), opened_at=False))]
    ['network']
    """
    callers = [value for name, value in end.incident.labels.items() if is_caller(name)]
    facts = [fact for each in end.values if not each.is_ours for fact in _facts(each, targets, callers, columns)]
    facts += [
        Fact(to_micros(since), FactKind.STANDS_RESOLVED, "", state is IncidentState.RESOLVED)
        for since, state in end.states
    ]
    return facts


def _facts(said: OutcomeValue, targets: Collection[str], callers: list[str], columns: InputColumns) -> list[Fact]:
    name, value, known_at = said.name, said.value, to_micros(said.known_at)
    if name in targets:
        return [Fact(known_at, FactKind.LABEL, name, value)]
    if first_named([name], KNOWN_AT_NAMES) is not None:
        moment = to_moment(value.strip(), columns)
        return [] if moment is None else [Fact(known_at, FactKind.RESOLVED_AT, name, to_micros(moment))]
    meanings = outcome_columns([name])
    if "fix" in meanings and value.strip():
        return [Fact(known_at, FactKind.FIX, name, to_fix(value, callers))]
    reopened = to_truth(value) if "reopened" in meanings else None
    return [] if reopened is None else [Fact(known_at, FactKind.REOPENED, name, reopened)]
