"""What grouping looks at in an incident: which entity, of what, saying what, when, how bad. It keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.decide.grouping.rules import Condition, GroupingRules
from triage.decide.grouping.templates import fingerprint_of, masked, tokens_of
from triage.decide.severity import severity_of
from triage.domain import Incident, IncidentState

__all__ = ["Alert", "Key", "began_s", "entity_name", "entity_of", "scopes_of", "to_alert"]

Key = tuple[str, str]

_LONGEST_NAME = 255
_TITLES = ("title", "short_description", "summary", "subject")
_NAMES = ("alertname", "alert_name", "check", "type", "event_class", "class")


@dataclass(frozen=True, slots=True)
class Alert:
    """What grouping looks at. Names are in lower case.

    Parameters
    ----------
    key : tuple of (str, str)
        The incident's source and id.
    at_s : float
        When it began (s since the epoch), never after it came in.
    received_s : float
        When it came in.
    entity : str
        What it is about; not empty.
    scopes : tuple of str
        What that is a part of.
    template : str
        What it says, masked.
    severity : str
        info, warning, error or critical.
    is_over : bool, default=False
        Whether its sender says that it is over.
    condition : Condition or None, default=None
        By which it waits for more of its like.
    """

    key: Key
    at_s: float
    received_s: float
    entity: str
    scopes: tuple[str, ...]
    template: str
    severity: str
    is_over: bool = False
    condition: Condition | None = None
    fingerprint: str = field(init=False)
    tokens: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fingerprint", fingerprint_of(self.template, self.entity))
        object.__setattr__(self, "tokens", tokens_of(self.template))


def to_alert(incident: Incident, rules: GroupingRules) -> Alert | None:
    """Return what grouping looks at, or None where an incident names nothing that it is about.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> labels = {"alertname": "HighCpu", "instance": "Web-1:9100", "service": "shop", "severity": "critical"}
    >>> incident = Incident("1", "alertmanager", datetime(2026, 11, 23, tzinfo=UTC), labels=labels)
    >>> alert = to_alert(incident, GroupingRules())
    >>> alert.entity, alert.scopes, alert.template, alert.severity
    ('web-1', ('shop',), 'highcpu', 'critical')
    """
    labels = incident.labels
    entity = entity_of(labels, rules)
    if not entity:
        return None
    return Alert(
        key=(incident.source, incident.id),
        at_s=began_s(incident),
        received_s=incident.received_at.timestamp(),
        entity=entity,
        scopes=tuple(scope for scope in scopes_of(labels, rules) if scope != entity),
        template=masked(_sentence(labels), entity),
        severity=severity_of(labels),
        is_over=incident.state is IncidentState.RESOLVED,
        condition=next((one for one in rules.conditions if one.matches(incident.source, labels)), None),
    )


def entity_of(labels: Mapping[str, str], rules: GroupingRules) -> str:
    """Return the name of what labels are about; empty where they name nothing, so that there is no alert."""
    return next((entity_name(labels[name]) for name in rules.entities if labels.get(name)), "")


def scopes_of(labels: Mapping[str, str], rules: GroupingRules) -> tuple[str, ...]:
    """Return the names of what labels say that their entity is a part of."""
    scopes = dict.fromkeys(entity_name(labels[name]) for name in rules.scopes if labels.get(name))
    return tuple(filter(None, scopes))


def began_s(incident: Incident) -> float:
    """Return when an incident began, in seconds since 1970, never after it came in.

    A sender's clock that is ahead must not date it after what comes in later.
    """
    received_s = incident.received_at.timestamp()
    return received_s if incident.opened_at is None else min(incident.opened_at.timestamp(), received_s)


def entity_name(value: str) -> str:
    """Return a name as it is compared: in lower case, without the port that a monitor asked it at.

    Examples
    --------
    >>> entity_name("Web-1:9100")
    'web-1'
    """
    text = value.replace("\0", "").strip().lower()[:_LONGEST_NAME]
    name, colon, port = text.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name and name else text


def _sentence(labels: Mapping[str, str]) -> str:
    name = next((labels[each] for each in _NAMES if labels.get(each)), "")
    title = next((labels[each] for each in _TITLES if labels.get(each)), "")
    return title if name in title else f"{name} {title}" if title else name
