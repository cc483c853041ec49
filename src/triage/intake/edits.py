"""A JSON object into what is put in place of a message's content. Whether the message exists is not known here."""

from __future__ import annotations

from triage.errors import DataError
from triage.flow import Edit
from triage.intake.checks import LONGEST_NAME, FieldChecks, shown

__all__ = ["to_edit"]

_KEYS = ("labels", "fields")
_LONGEST_VALUE = 100_000


def to_edit(payload: object) -> Edit:
    """Read other content: ``labels`` (what the sender gave) and ``fields`` (what is filled in, by target).

    Raises
    ------
    DataError
        Keys that are missing, unknown or cannot be used, all of them.

    Examples
    --------
    >>> to_edit({"labels": {"title": "VPN down"}, "fields": {"team": "network"}}).fields["team"]
    'network'
    """
    if not isinstance(payload, dict):
        raise DataError(f"An edit must be an object. Got {shown(payload)}.")
    checks = FieldChecks(payload)
    for key in payload:
        if key not in _KEYS:
            checks.refuse(key, f"is not known here; known are {', '.join(_KEYS)}", payload[key])
    edit = Edit(_texts(checks, "labels"), _texts(checks, "fields"))
    if checks.problems:
        raise DataError("The edit has keys that cannot be used.", checks.problems)
    return edit


def _texts(checks: FieldChecks, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    table = checks.payload.get(key)
    if not isinstance(table, dict):
        checks.refuse(key, "must be an object of texts", table)
        return found
    for name, value in table.items():
        if not isinstance(value, str):
            checks.refuse(f"{key}.{name}", "must be a text", value)
        elif checks.fits(key, name, LONGEST_NAME) and checks.fits(f"{key}.{name}", value, _LONGEST_VALUE):
            found[name] = value
    return found
