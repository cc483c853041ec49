"""What a model reads of an incident: one text, redacted, and a few fields. Turns frames and incidents into the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from triage.domain import Incident
from triage.exports import DESCRIPTION_NAMES, TITLE_NAMES, first_named, is_caller
from triage.learn.redaction import redact_all

if TYPE_CHECKING:  # the service reads no frames, and pandas would be a third of its start-up
    import pandas as pd

__all__ = [
    "OPENED_HOUR",
    "OPENED_WEEKDAY",
    "InputColumns",
    "Inputs",
    "from_frame",
    "from_incidents",
    "opened_at_of",
    "to_moment",
]

# Names of the two fields that are made from the time of opening; the dot keeps them apart from a file's own columns.
OPENED_HOUR = "opened_at.hour"
OPENED_WEEKDAY = "opened_at.weekday"


@dataclass(frozen=True, slots=True)
class InputColumns:
    """Which columns a model reads, by their names in its training data.

    Parameters
    ----------
    text : tuple of str
        Joined, in this order, into one text.
    fields : tuple of str
        Read as categories.
    opened_at : bool
        Whether the hour and the weekday (UTC) of opening are read as two more fields.
    time : str or None, default=None
        The column that said when it was opened, where the training data had one. A live incident may send it too.
    tz : str or None, default=None
        IANA zone of that column's times that name none; None is UTC.
    """

    text: tuple[str, ...]
    fields: tuple[str, ...]
    opened_at: bool
    time: str | None = None
    tz: str | None = None

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields in feature order, the two made from the time of opening last."""
        return (*self.fields, OPENED_HOUR, OPENED_WEEKDAY) if self.opened_at else self.fields


@dataclass(frozen=True, slots=True)
class Inputs:
    """Rows as the features see them.

    Parameters
    ----------
    texts : list of str
        One a row, without what :func:`triage.learn.redaction.redact_all` takes out; empty where there is none.
    fields : dict of str to list of (str or None)
        A list a field, in feature order; None is missing.
    """

    texts: list[str]
    fields: dict[str, list[str | None]]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Iterable[int]) -> Inputs:
        """Return the given rows, in the given order."""
        chosen = list(rows)
        fields = {name: [values[row] for row in chosen] for name, values in self.fields.items()}
        return Inputs([self.texts[row] for row in chosen], fields)


def from_frame(frame: pd.DataFrame, opened_at: pd.Series | None, columns: InputColumns) -> Inputs:
    """Read the rows of a frame whose cells are str or missing.

    Parameters
    ----------
    frame : DataFrame
        Holds every column that ``columns`` names.
    opened_at : Series of datetime64[ns, UTC] or None
        Same length; None means unknown throughout.
    columns : InputColumns
    """
    parts = [[_given(cell) or "" for cell in frame[name]] for name in columns.text]
    texts = ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else [""] * len(frame)
    fields = {name: [_given(cell) for cell in frame[name]] for name in columns.fields}
    if columns.opened_at:
        moments = [] if opened_at is None else list(zip(opened_at, opened_at.notna(), strict=True))
        fields |= _time_fields([at if known else None for at, known in moments] or [None] * len(frame))
    return Inputs(_redacted(texts, fields), fields)


def from_incidents(incidents: Sequence[Incident], columns: InputColumns) -> Inputs:
    """Read live incidents.

    An incident that has none of the model's text columns is read by its title and description under their usual
    names, and one that has some of them by those names in place of a title or description that it lacks, so that a
    sender need not know which file the model was trained on.

    The model's own time column, where an incident has it in ISO 8601, says when it was opened; else `opened_at` does.
    """
    fields = {name: [_given(incident.labels.get(name)) for incident in incidents] for name in columns.fields}
    if columns.opened_at:
        fields |= _time_fields([opened_at_of(incident, columns) for incident in incidents])
    texts = [_text_of(incident.labels, columns.text) for incident in incidents]
    return Inputs(_redacted(texts, fields), fields)


def _redacted(texts: list[str], fields: Mapping[str, Sequence[str | None]]) -> list[str]:
    """Redact every text by its own callers: those that the model reads, which training and serving both have."""
    callers = [fields[name] for name in fields if is_caller(name)]
    return redact_all(texts, [tuple(filter(None, names)) for names in zip(*callers, strict=True)])


def _text_of(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    given = [name for name in names if name in labels]
    if len(given) == len(names):
        found: Iterable[str | None] = names
    elif given:
        found = (name if name in labels else _stand_in(name, labels) for name in names)
    else:
        found = (first_named(labels, usual) for usual in (TITLE_NAMES, DESCRIPTION_NAMES))
    # Once each: two columns may have the same stand-in.
    return "\n".join(filter(None, (labels[name] for name in dict.fromkeys(found) if name is not None)))


def _stand_in(name: str, labels: Mapping[str, str]) -> str | None:
    usual = next((names for names in (TITLE_NAMES, DESCRIPTION_NAMES) if first_named([name], names)), ())
    return first_named(labels, usual)


def _given(cell: object) -> str | None:
    return cell if isinstance(cell, str) and cell else None


def opened_at_of(incident: Incident, columns: InputColumns) -> datetime | None:
    """Return when an incident was opened: by the model's own time column, where it has it in ISO 8601."""
    # First, as `opened_at` was read without knowing the model's zone.
    text = None if columns.time is None else incident.labels.get(columns.time)
    return incident.opened_at if text is None else to_moment(text, columns) or incident.opened_at


def to_moment(text: str, columns: InputColumns) -> datetime | None:
    """Read a time in ISO 8601, by the model's zone (else UTC) if it names none; None if it is written otherwise."""
    try:
        moment = datetime.fromisoformat(text)
        zone = UTC if columns.tz is None else ZoneInfo(columns.tz)
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _time_fields(moments: Sequence[datetime | None]) -> dict[str, list[str | None]]:
    utc = [None if at is None else at.astimezone(UTC) for at in moments]
    return {
        OPENED_HOUR: [None if at is None else str(at.hour) for at in utc],
        OPENED_WEEKDAY: [None if at is None else str(at.isoweekday()) for at in utc],
    }
