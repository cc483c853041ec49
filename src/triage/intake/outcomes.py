"""A JSON object into how an incident ended. Whether the incident exists is not known here."""

from __future__ import annotations

from datetime import datetime

from triage.domain import Outcome, OutcomeValue
from triage.errors import DataError
from triage.exports import to_label
from triage.intake.checks import LONGEST_NAME, FieldChecks, shown
from triage.intake.moments import to_moment

__all__ = ["to_outcome"]

_OWN_KEYS = frozenset({"id", "source", "by", "known_at", "labels"})
_LONGEST_VALUE = 100_000
_MOST_VALUES = 100


def to_outcome(payload: object, now: datetime) -> Outcome:
    """Read one outcome.

    Parameters
    ----------
    payload : object
        ``id``; ``source`` where several have the id; ``by``, who says so; ``known_at`` (ISO 8601), since when it is
        known; and the values by column, in ``labels`` or beside it: final labels, ``resolution``, ``resolved_at``. A
        value is a scalar, or ``{"value": …, "known_at": …}`` where it became known at a time of its own.
    now : datetime
        When it came in (aware, UTC): since when it is known, where it does not say.

    Raises
    ------
    DataError
        Fields that are missing or cannot be used, all of them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> got = to_outcome({"id": "7", "labels": {"team": "network"}, "resolution": "restarted"}, datetime.now(UTC))
    >>> [(each.name, each.value) for each in got.values]
    [('resolution', 'restarted'), ('team', 'network')]
    """
    if not isinstance(payload, dict):
        raise DataError(f"An outcome must be an object. Got {shown(payload)}.")
    checks = FieldChecks(payload)
    incident_id = checks.name("id", whole_numbers=True)
    source = checks.name("source") if "source" in payload else ""
    given_by = checks.name("by") if "by" in payload else ""
    known_at = _moment(checks, "known_at", payload.get("known_at"), now)
    given = payload.get("labels", {})
    if not isinstance(given, dict):
        checks.refuse("labels", "must be an object", given)
        given = {}
    beside = {name: value for name, value in payload.items() if name not in _OWN_KEYS}
    read = [_value(checks, name, value, known_at) for name, value in {**beside, **given}.items()]
    values = tuple(one for one in read if one is not None)
    if not values and not checks.problems:
        checks.refuse("labels", "must say at least one thing of how the incident ended", payload)
    if len(values) > _MOST_VALUES:
        checks.refuse("labels", f"must be at most {_MOST_VALUES}", len(values))
    if checks.problems:
        raise DataError("The outcome has fields that cannot be used.", checks.problems)
    return Outcome(incident_id, source, values, given_by)


def _value(checks: FieldChecks, name: str, said: object, known_at: datetime) -> OutcomeValue | None:
    if isinstance(said, dict) and "value" not in said:
        checks.refuse(name, 'must be a scalar, or an object with "value" and perhaps "known_at"', said)
        return None
    if isinstance(said, dict):
        known_at = _moment(checks, f"{name}.known_at", said.get("known_at"), known_at)
        said = said.get("value")
    if isinstance(said, dict | list):
        checks.refuse(name, "must be a scalar", said)
        return None
    text = to_label(said)
    if text is None or not (checks.fits(name, name, LONGEST_NAME) and checks.fits(name, text, _LONGEST_VALUE)):
        return None
    if not name.strip():
        checks.refuse("labels", "must all have a name", said)
        return None
    return OutcomeValue(name, text, known_at)


def _moment(checks: FieldChecks, where: str, said: object, otherwise: datetime) -> datetime:
    if said is None:
        return otherwise
    try:
        if isinstance(said, str):
            return to_moment(said.strip())
    except ValueError:
        pass
    checks.refuse(where, "must be ISO 8601, such as 2026-11-23T10:00:00Z (without a zone it is UTC)", said)
    return otherwise
