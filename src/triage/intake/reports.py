"""What every wire format has in common once it is read: a report that becomes an incident as it was received."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from triage.domain import Incident, IncidentState
from triage.errors import DataError, Problem
from triage.exports import to_label
from triage.flow import Received
from triage.intake.checks import LONGEST_NAME, shown
from triage.intake.moments import to_moment

__all__ = ["Findings", "Report", "digest_of", "fitting_key", "to_received_report"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Room for the number that a problem that comes back is told apart by.
_LONGEST_KEY = 240
# Go's zero time and its like stand for "not set".
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that a sender told of.

    Parameters
    ----------
    key : str
        The sender's own identifier.
    source : str
        Which system sent it.
    labels : mapping of str to str
        By the sender's own names; ``title`` and ``description`` are what models read as text.
    said : object
        What identifies the body: the part of the request that is about this, as JSON values.
    opened_at : datetime or None, default=None
    state : IncidentState, default=OPEN
    context : mapping of str to object, default={}
        Kept in the body beside what was said, and without a part in whether two bodies are the same.
    """

    key: str
    source: str
    labels: Mapping[str, str]
    said: object
    opened_at: datetime | None = None
    state: IncidentState = IncidentState.OPEN
    context: Mapping[str, object] = field(default_factory=dict)


class Findings:
    """Reads parts of one request and remembers what was wrong with them.

    Of a part that is refused as a whole nothing more is said: what it lacks would follow from that.

    Parameters
    ----------
    where : str, default=""
        What all fields lie in, such as ``alerts.3``.
    """

    def __init__(self, where: str = "") -> None:
        self.problems: list[Problem] = []
        self._where = where
        self._is_refused = False

    def within(self, where: str) -> Findings:
        """Return findings on a part, which are remembered here too."""
        inner = Findings(f"{self._where}.{where}" if self._where else where)
        inner.problems = self.problems
        return inner

    def refuse(self, name: str, message: str, value: object) -> None:
        """Remember that a field cannot be used; without a name, that the part itself cannot."""
        if self._is_refused:
            return
        self._is_refused = not name
        where = ".".join(filter(None, (self._where, name)))
        self.problems.append(Problem(message, where=where[:LONGEST_NAME], got=shown(value)))

    def object_of(self, payload: Mapping[str, object], name: str, *, needed: bool = False) -> Mapping[str, object]:
        """Return a field that must be an object, an empty one where it is absent."""
        value = payload.get(name)
        if isinstance(value, dict):
            return value
        if value is not None or needed:
            self.refuse(name, "must be an object", value)
        return {}

    def text_of(self, payload: Mapping[str, object], name: str, *, needed: bool = False) -> str:
        """Return a scalar as text, empty where it is absent."""
        value = payload.get(name)
        label = to_label(value)
        if label is None and (needed or isinstance(value, list | dict)):
            self.refuse(name, "must be a string that is not blank", value)
        return label or ""

    def identifier_of(self, payload: Mapping[str, object], name: str, *, needed: bool = False) -> str:
        """Return a string or whole number to the letter, empty where it is absent: ``1.0`` and ``1`` are two keys."""
        value = payload.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value
        if needed or not (value is None or isinstance(value, str)):
            self.refuse(name, "must be a string that is not blank", value)
        return ""

    def moment_of(self, payload: Mapping[str, object], name: str) -> datetime | None:
        """Return a moment in ISO 8601, None where it is absent or Go's zero time."""
        value = payload.get(name)
        if value is None or value == "":
            return None
        try:
            moment = to_moment(value.strip()) if isinstance(value, str) else None
        except ValueError:
            # The zero time in a zone east of Greenwich lies before the year 1.
            moment = None if not str(value).startswith("0001-01-01") else to_moment("0001-01-01")
        if moment is None:
            self.refuse(name, "must be ISO 8601, such as 2026-11-23T10:00:00Z", value)
            return None
        return moment if moment.year >= _FIRST_YEAR else None

    def check(self, what: str) -> None:
        """Raise if anything was wrong.

        Raises
        ------
        DataError
            With all of it.
        """
        if self.problems:
            raise DataError(f"{what} has fields that cannot be used; nothing of it was stored.", self.problems)


def to_received_report(report: Report, now: datetime) -> Received:
    """Return a report as the flow takes it.

    Raises
    ------
    DataError
        It cannot be written as JSON in UTF-8.
    """
    incident = Incident(
        fitting_key(report.key), report.source, now, report.opened_at, dict(report.labels), report.state
    )
    body = report.said if not report.context else {"context": report.context, "said": report.said}
    return Received(incident, _canonical(body), digest_of(report.said))


def digest_of(said: object) -> str:
    """Return the same for two values that say the same, whatever the order of their keys.

    Raises
    ------
    DataError
        It cannot be written as JSON in UTF-8, such as what is nested too deep.
    """
    return hashlib.sha256(_canonical(said)).hexdigest()


def _canonical(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as err:
        raise DataError(f"It cannot be stored as JSON: {err}.") from err


def fitting_key(key: str) -> str:
    """Return an identifier that can be stored: one line, of at most 240 characters; what is longer ends in a digest.

    Examples
    --------
    >>> fitting_key("db-1/disk"), len(fitting_key("x" * 1000))
    ('db-1/disk', 240)
    """
    key = _CONTROL.sub(" ", key)
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[: _LONGEST_KEY - 33]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"
