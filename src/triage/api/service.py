"""What the routes need, put together by whoever starts the service. Nothing is opened or closed here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from triage.deliver import Relay
from triage.flow import KeyedAnswers, LiveFlow, LiveMetrics, ModelCatalogue, Outbox, Polls
from triage.intake import FieldMap, RecentNames, SeriesNames

__all__ = ["IntakeRules", "Limits", "Service"]


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost.

    Parameters
    ----------
    max_body_bytes : int, default=5_000_000
        The largest body that is read.
    max_metrics_bytes : int, default=64_000_000
        The largest batch of metrics.
    check_s : float, default=2.0
        How long ``/readyz`` waits for the store, in seconds: less than the second or more that balancers give it.
    """

    max_body_bytes: int = 5_000_000
    max_metrics_bytes: int = 64_000_000
    check_s: float = 2.0


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """How foreign formats are read.

    Parameters
    ----------
    series : SeriesNames
        Names the series of foreign metrics.
    maps : mapping of str to FieldMap
        The senders of plain JSON, by name.
    jira_labels : mapping of str to str
        Fields of Jira by our names.
    names : RecentNames
        Of batches of metric points.
    """

    series: SeriesNames = field(default_factory=SeriesNames)
    maps: Mapping[str, FieldMap] = field(default_factory=dict)
    jira_labels: Mapping[str, str] = field(default_factory=dict)
    names: RecentNames = field(default_factory=RecentNames)


@dataclass(frozen=True, slots=True)
class Service:
    """The parts behind the routes.

    Parameters
    ----------
    flow : LiveFlow
    metrics : LiveMetrics
        Started by the time that it is asked for something.
    models : ModelCatalogue
    outbox : Outbox
    keyed : KeyedAnswers
    limits : Limits
    clock : callable returning datetime
        The present (aware, UTC).
    new_id : callable returning str
        Gives an id to an incident that came without one; never the same twice.
    intake : IntakeRules
    relay : Relay or None, default=None
        Asked for what it has delivered; None where another process delivers.
    polls : Polls or None, default=None
        Asked which trackers cannot be read; None where none is.
    """

    flow: LiveFlow
    metrics: LiveMetrics
    models: ModelCatalogue
    outbox: Outbox
    keyed: KeyedAnswers
    limits: Limits = Limits()
    clock: Callable[[], datetime] = _now
    new_id: Callable[[], str] = _new_id
    intake: IntakeRules = field(default_factory=IntakeRules)
    relay: Relay | None = None
    polls: Polls | None = None
