"""A JSON object into a person's verdict. Whether the incident exists is not known here."""

from __future__ import annotations

from datetime import datetime

from triage.domain import Feedback
from triage.errors import DataError
from triage.intake.checks import FieldChecks, shown

__all__ = ["to_feedback"]

_KEYS = frozenset({"id", "source", "target", "label", "by"})


def to_feedback(payload: object, now: datetime) -> Feedback:
    """Read one verdict.

    Parameters
    ----------
    payload : object
        ``id``, ``target``, ``label``; ``source`` where several have the id; ``by`` where somebody signs.
    now : datetime
        When it came in (aware, UTC).

    Raises
    ------
    DataError
        Fields that are missing, unknown or cannot be used, all of them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> to_feedback({"id": "7", "target": "team", "label": "network"}, datetime.now(UTC)).label
    'network'
    """
    if not isinstance(payload, dict):
        raise DataError(f"A verdict must be an object. Got {shown(payload)}.")
    checks = FieldChecks(payload)
    for key in payload:
        if key not in _KEYS:
            checks.refuse(key, f"is not known here; known are {', '.join(sorted(_KEYS))}", payload[key])
    feedback = Feedback(
        incident_id=checks.name("id", whole_numbers=True),
        source=checks.name("source") if "source" in payload else "",
        target=checks.name("target"),
        label=checks.name("label"),
        given_by=checks.name("by") if "by" in payload else "",
        given_at=now,
    )
    if checks.problems:
        raise DataError("The verdict has fields that cannot be used.", checks.problems)
    return feedback
