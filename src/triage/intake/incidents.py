"""A plain JSON object into an incident. Unknown keys are kept as labels; nothing is guessed from a value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

import orjson

from triage.domain import Incident, IncidentState
from triage.errors import DataError
from triage.exports import OPENED_AT_NAMES, first_named, to_label, to_nested_label
from triage.flow import Received
from triage.intake.checks import LONGEST_NAME, FieldChecks
from triage.intake.moments import to_moment

__all__ = ["to_incident", "to_received"]

_TEXT_KEYS = ("title", "description", "text")
# Read by meaning; every other key is a label under its own name.
_OWN_KEYS = frozenset({"id", "source", "opened_at", "labels"})
# A column of the training data may be called "source".
_NO_LABELS = _OWN_KEYS - {"source"}
_STATES = frozenset(state.value for state in IncidentState)
_OPENED_AT = "opened_at"
# Kept as labels too; of two reports of an incident the later one counts, in whatever order they come in.
_AS_OF_NAMES = ("updated_at", "sys_updated_on", "updated", "last_updated")
_DEFAULT_SOURCE = "http"
_MOST_LABELS = 500
# A tuple, as `list | dict` would be put together at every look.
_NESTED = (list, dict)
# A mail of 50 pages; the whole body has its own bound.
_LONGEST_VALUE = 100_000


def to_incident(payload: Mapping[str, object], now: datetime, new_id: Callable[[], str]) -> Incident:
    """Read one incident.

    Parameters
    ----------
    payload : mapping of str to object
        ``id`` (string or whole number), ``source``, ``opened_at`` (ISO 8601), ``title``, ``description``, ``text`` and
        ``labels`` (an object), all optional; a ``state`` that is open, acknowledged or resolved is read by meaning.
        Any other key is a label too, and so is ``source``; where ``labels`` has the same name, the key beside it
        counts. A record or a list is read as in a file. Without ``opened_at``, a key of another usual name
        (``created``) says when it was opened, if it is ISO 8601.
    now : datetime
        When it came in (aware, UTC).
    new_id : callable returning str
        Gives the id of an incident without one.

    Raises
    ------
    DataError
        Fields that cannot be used, all of them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> got = to_incident({"id": 7, "title": "VPN down", "site": "Bonn"}, datetime.now(UTC), new_id=lambda: "")
    >>> got.id, got.source, dict(got.labels)
    ('7', 'http', {'title': 'VPN down', 'site': 'Bonn'})
    """
    checks = FieldChecks(payload)
    incident = Incident(
        id=checks.name("id", whole_numbers=True, one_line=True) if "id" in payload else new_id(),
        source=checks.name("source", one_line=True) if "source" in payload else _DEFAULT_SOURCE,
        received_at=now,
        opened_at=_opened_at(checks),
        labels=_labels(checks),
        state=_state(payload.get("state")),
    )
    if checks.problems:
        raise DataError("The incident has fields that cannot be used.", checks.problems)
    return incident


def to_received(
    payload: Mapping[str, object], now: datetime, new_id: Callable[[], str], body: bytes | None = None
) -> Received:
    """Read one incident that is to be kept: as `to_incident` does, with what was sent.

    Parameters
    ----------
    payload, now, new_id
        As of `to_incident`.
    body : bytes or None, default=None
        What was sent, where that is known to the byte.

    Raises
    ------
    DataError
        Fields that cannot be used, all of them.
    """
    incident = to_incident(payload, now, new_id)
    try:
        canonical = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as err:
        raise DataError(f"The incident cannot be stored as JSON: {err}.") from err
    digest = hashlib.sha256(canonical).hexdigest()
    return Received(incident, canonical if body is None else body, digest, _as_of(payload))


def _as_of(payload: Mapping[str, object]) -> datetime | None:
    """Return when the sender last changed it, if it says so in ISO 8601; nothing is refused for want of that."""
    for name in _AS_OF_NAMES:
        value = payload.get(name)
        if isinstance(value, str):
            try:
                return to_moment(value.strip())
            except ValueError:
                continue
    return None


def _state(value: object) -> IncidentState:
    # What it is called elsewhere is a label like any other.
    said = value.strip().lower() if isinstance(value, str) else ""
    return IncidentState(said) if said in _STATES else IncidentState.OPEN


def _opened_at(checks: FieldChecks) -> datetime | None:
    key = _OPENED_AT
    if checks.payload.get(key) is None:
        key = _moment_key(tuple(checks.payload)) or key
    value = checks.payload.get(key)
    if value is None or (isinstance(value, str) and to_label(value) is None):
        return None
    try:
        if isinstance(value, str):
            return to_moment(value.strip())
    except ValueError:
        pass
    if key != _OPENED_AT:
        # A free label that only sounds like a time holds up no incident.
        return None
    checks.refuse(key, "must be ISO 8601, such as 2026-11-23T10:00:00Z (without a zone it is UTC)", value)
    return None


# A sender uses the same keys for all its incidents, and spelling them out costs more than all else here.
@lru_cache(maxsize=64)
def _moment_key(keys: tuple[str, ...]) -> str | None:
    return first_named((key for key in keys if key not in _OWN_KEYS), OPENED_AT_NAMES)


def _labels(checks: FieldChecks) -> dict[str, str]:
    # What was refused already is not told twice.
    skipped = _OWN_KEYS if any(problem.where == "source" for problem in checks.problems) else _NO_LABELS
    found = _given_labels(checks)
    for name, value in checks.payload.items():
        is_nested = isinstance(value, _NESTED)
        if is_nested and name in _TEXT_KEYS:
            checks.refuse(name, "must be a string", value)
        elif name not in skipped and (not is_nested or checks.is_sound(name, value)):
            _add_label(checks, found, name, value)
    if len(found) > _MOST_LABELS:
        checks.refuse("labels", f"must be at most {_MOST_LABELS}, the keys beside it included", len(found))
    return found


def _given_labels(checks: FieldChecks) -> dict[str, str]:
    given = checks.payload.get("labels")
    found: dict[str, str] = {}
    if isinstance(given, list):
        checks.refuse("labels", "must be an object", given)
    elif isinstance(given, dict):
        for name, value in given.items():
            if checks.is_sound(f"labels.{name}", value, level=3):
                _add_label(checks, found, name, value)
    elif given is not None:
        _add_label(checks, found, "labels", given)
    return found


def _add_label(checks: FieldChecks, found: dict[str, str], name: str, value: object) -> None:
    text = to_nested_label(value) if isinstance(value, _NESTED) else to_label(value)
    if text is None:
        # "Missing" says nothing against a value of the same name in `labels`.
        return
    if not name:
        checks.refuse("labels", "must all have a name", value)
    elif checks.fits(name, name, LONGEST_NAME) and checks.fits(name, text, _LONGEST_VALUE):
        found[name] = text
