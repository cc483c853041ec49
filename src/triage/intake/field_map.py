"""Plain JSON of a sender's own making, read by dotted paths: the ``[intake.NAME]`` tables of ``triage.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from triage.domain import Change, IncidentState
from triage.errors import DataError
from triage.exports import OPENED_AT_NAMES, first_named, to_label
from triage.flow import Received
from triage.intake.labels import flat_labels
from triage.intake.mail import clean_mail
from triage.intake.moments import to_moment
from triage.intake.reports import Findings, Report, digest_of, fitting_key, to_received_report
from triage.sections import Section

__all__ = ["FieldMap", "field_map_of", "to_mapped_changes", "to_mapped_incidents"]

_MOST_ITEMS = 1000
_PATHS = ("id", "opened_at", "title", "description", "state", "items")
# What senders say when something is over, where the map does not say it.
_RESOLVED = ("resolved", "ok", "closed", "recovered", "done", "cleared", "0")
_ACKNOWLEDGED = ("acknowledged", "ack", "in progress")
# Seconds since 1970 have ten digits until the year 2286, milliseconds thirteen.
_FIRST_MILLISECONDS = 10_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_SUMMARY = 1024


def _refuse_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


_Words = Annotated[tuple[str, ...], Field(strict=False)]
_Name = Annotated[str, AfterValidator(_refuse_blank)]


class _Table(Section):
    """An ``[intake.NAME]`` table, as it is written."""

    id: _Name | None = None
    opened_at: _Name | None = None
    title: _Name | None = None
    description: _Name | None = None
    state: _Name | None = None
    items: _Name | None = None
    acknowledged: _Words = _ACKNOWLEDGED
    resolved: _Words = _RESOLVED
    mail: _Words = ()
    source: _Name | None = None
    kind: Literal["incident", "change"] = "incident"
    labels: dict[str, _Name] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where in a sender's JSON our names are found.

    Parameters
    ----------
    name : str
        What the map is called; the source, if none is given.
    source : str
    kind : str
        ``incident`` or ``change``.
    paths : mapping of str to str
        Dotted paths by our names: ``id``, ``opened_at``, ``title``, ``description``, ``state``, ``items``. A number in
        a path is a place in a list.
    labels : mapping of str to str
        Dotted paths by the names of labels.
    acknowledged, resolved : tuple of str
        What the state says, in small letters, when it is one of these.
    mail : tuple of str
        Our names and labels whose text comes from mails, and is cleaned of quotes and signatures.
    """

    name: str
    source: str
    kind: str = "incident"
    paths: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    acknowledged: tuple[str, ...] = _ACKNOWLEDGED
    resolved: tuple[str, ...] = _RESOLVED
    mail: tuple[str, ...] = ()


def field_map_of(name: str, table: Mapping[str, object]) -> FieldMap:
    """Read one table of the settings.

    Raises
    ------
    SettingsError
        Keys that are not known, or cannot be used, all of them.

    Examples
    --------
    >>> field_map_of("zabbix", {"id": "event.id", "resolved": ["OK"], "labels": {"host": "host.name"}}).resolved
    ('ok',)
    """
    read = _Table.read(table, f"intake.{name}")
    return FieldMap(
        name,
        name if read.source is None else read.source,
        read.kind,
        {key: path for key in _PATHS if (path := getattr(read, key)) is not None},
        read.labels,
        tuple(word.lower() for word in read.acknowledged),
        tuple(word.lower() for word in read.resolved),
        read.mail,
    )


def to_mapped_incidents(payload: object, fields: FieldMap, now: datetime) -> list[Received]:
    """Read what a sender said by a map.

    Parameters
    ----------
    payload : object
        An object or a list of objects; with a path ``items``, whatever holds the list.
    fields : FieldMap
    now : datetime
        When it came in (aware, UTC).

    Raises
    ------
    DataError
        Fields that cannot be used, all of them, by the number of their item.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> desk = FieldMap("desk", "desk", paths={"id": "ticket.no", "title": "ticket.what"})
    >>> [got] = to_mapped_incidents({"ticket": {"no": 7, "what": "VPN down"}, "site": "Bonn"}, desk, datetime.now(UTC))
    >>> got.incident.id, got.incident.labels["title"], got.incident.labels["site"]
    ('7', 'VPN down', 'Bonn')
    """
    findings = Findings()
    reports = [_report(item, fields, findings.within(str(at))) for at, item in enumerate(_items(payload, fields))]
    findings.check("The request")
    return [to_received_report(report, now) for report in reports]


def to_mapped_changes(payload: object, fields: FieldMap, now: datetime) -> list[Change]:
    """Read changes by a map; raises as `to_mapped_incidents` does."""
    findings = Findings()
    reports = [_report(item, fields, findings.within(str(at))) for at, item in enumerate(_items(payload, fields))]
    findings.check("The request")
    return [
        Change(
            fitting_key(report.key),
            report.source,
            now,
            report.opened_at,
            report.labels.get("title", "")[:_LONGEST_SUMMARY],
            report.labels,
        )
        for report in reports
    ]


def _items(payload: object, fields: FieldMap) -> list[object]:
    found = _at(payload, fields.paths["items"]) if "items" in fields.paths else payload
    items = found if isinstance(found, list) else [found]
    if not 1 <= len(items) <= _MOST_ITEMS:
        raise DataError(f"A request must hold 1 to {_MOST_ITEMS} items. Got {len(items)}.")
    return items


def _report(item: object, fields: FieldMap, findings: Findings) -> Report:
    if not isinstance(item, dict):
        findings.refuse("", "must be an object", item)
        item = {}
    path = fields.paths.get("id")
    key = to_label(_at(item, path)) if path else None
    if path and key is None:
        findings.refuse(path, "must be a string or a number: it is the id", _at(item, path))
    texts = {name: _text(_at(item, fields.paths[name])) for name in ("title", "description") if name in fields.paths}
    named = texts | {name: _text(_at(item, path)) for name, path in fields.labels.items()}
    for name in fields.mail:
        text = named.get(name)
        if isinstance(text, str):
            named[name] = clean_mail(text)
    return Report(
        # A sender without ids of its own: what says the same is the same.
        key=key or digest_of(item)[:32],
        source=fields.source,
        labels=flat_labels(("", named), ("", item)),
        said=item,
        opened_at=_opened_at(item, fields, findings),
        state=_state(item, fields),
    )


def _opened_at(item: Mapping[str, object], fields: FieldMap, findings: Findings) -> datetime | None:
    path = fields.paths.get("opened_at")
    if path is None:
        name = first_named(item, OPENED_AT_NAMES)
        try:
            return None if name is None else to_moment(str(item[name]).strip())
        except ValueError:
            # A field that only sounds like a time holds up no event.
            return None
    value = _at(item, path)
    if value in (None, ""):
        return None
    try:
        return _number_moment(float(str(value))) if _is_number(value) else to_moment(str(value).strip())
    except (ValueError, OverflowError):
        findings.refuse(path, "must be ISO 8601, or seconds or milliseconds since 1970", value)
        return None


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().isdecimal() and len(value.strip()) in (10, 13)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number_moment(number: float) -> datetime:
    return _EPOCH + timedelta(seconds=number / 1000 if number >= _FIRST_MILLISECONDS else number)


def _state(item: Mapping[str, object], fields: FieldMap) -> IncidentState:
    path = fields.paths.get("state")
    said = (to_label(_at(item, path)) or "").lower() if path else ""
    if said in fields.resolved:
        return IncidentState.RESOLVED
    return IncidentState.ACKNOWLEDGED if said in fields.acknowledged else IncidentState.OPEN


def _text(value: object) -> object:
    """Return several texts as one, so that a path may lead to a list of lines."""
    return "\n".join(filter(None, map(to_label, value))) if isinstance(value, list) else value


def _at(value: object, path: str) -> object:
    # A key may itself hold dots: the longest one that is there counts.
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for head, rest in _splits(path):
        if isinstance(value, Mapping) and head in value:
            return _at(value[head], rest)
        if isinstance(value, list) and head.isdecimal() and int(head) < len(value):
            return _at(value[int(head)], rest) if rest else value[int(head)]
    if isinstance(value, list) and path.isdecimal() and int(path) < len(value):
        return value[int(path)]
    return None


def _splits(path: str) -> Iterator[tuple[str, str]]:
    parts = path.split(".")
    for at in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:at]), ".".join(parts[at:])
