"""The vocabulary as frozen dataclasses. No behaviour beyond their own consistency, and nothing of ours imported.

What an answer holds by the dozen is a named tuple instead: as frozen, and made in a third of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "Cause",
    "Change",
    "Contradiction",
    "Decision",
    "Duplicate",
    "Duration",
    "EarlyWarning",
    "Feedback",
    "Forecast",
    "Group",
    "GroupMember",
    "GroupReason",
    "Incident",
    "IncidentEnd",
    "IncidentState",
    "ModelRef",
    "Outcome",
    "OutcomeValue",
    "Precedent",
    "PrecedentQuery",
    "Prediction",
    "RankedLabel",
    "Reason",
    "Risk",
    "SuggestedFix",
    "Triage",
    "WouldHelp",
]


class Decision(StrEnum):
    """What may be done with a predicted label."""

    AUTO = "auto"
    SUGGEST = "suggest"
    ABSTAIN = "abstain"


class IncidentState(StrEnum):
    """How an incident stands at its sender."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Incident:
    """A report from a person or a monitor, as it was known when it came in.

    Parameters
    ----------
    id : str
        The sender's own identifier, unique within ``source``.
    source : str
        Who sent it: a system's name, not a person's.
    received_at : datetime
        When it reached us (aware, UTC).
    opened_at : datetime or None
        When it was opened at the sender (aware, UTC), where that is known.
    labels : mapping of str to str
        Every scalar the sender gave, by the sender's own name for it, text included. Missing values are left out.
    state : IncidentState, default=OPEN
        How it stands at the sender, as this report of it says.
    """

    id: str
    source: str
    received_at: datetime
    opened_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    state: IncidentState = IncidentState.OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy, or any other deliberate change, that a sender told of.

    Parameters
    ----------
    id : str
        Unique within ``source``.
    source : str
        Who sent it.
    received_at : datetime
        When it reached us (aware, UTC).
    occurred_at : datetime or None
        When it was made (aware, UTC), where that is known.
    summary : str
        One sentence for a person.
    labels : mapping of str to str
        Every scalar the sender gave.
    """

    id: str
    source: str
    received_at: datetime
    occurred_at: datetime | None
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)


class RankedLabel(NamedTuple):
    """One possible label and its calibrated probability in [0, 1]; higher is likelier."""

    label: str
    probability: float


class Reason(NamedTuple):
    """One exact contribution to a prediction.

    Parameters
    ----------
    kind : str
        ``term`` (a word or pair of words of the text), ``field`` (a column's value), ``time`` (the hour or weekday of
        opening), ``text`` (of a risk: all words together) or ``target`` (another prediction, which this one follows
        from or goes with).
    name : str
        The term itself, or the column; empty for a whole text.
    value : str
        The column's value; empty for a term.
    contribution : float
        What it adds to the predicted label's log-odds against the mean of all labels, or to a risk's log-odds;
        positive speaks for it.
        Of a ``target`` that priority follows from: the log-odds of the label that was predicted there.
    """

    kind: str
    name: str
    value: str
    contribution: float


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model, in which version, gave an answer."""

    name: str
    version: str


class WouldHelp(NamedTuple):
    """The missing field that would raise the confidence in a prediction most.

    Parameters
    ----------
    field : str
        A column that the model reads and the incident lacks.
    gain : float
        By how much the likeliest label's probability is expected to rise once it is known, in (0, 1].
    """

    field: str
    gain: float


class Prediction(NamedTuple):
    """The answer for one target of one incident.

    Parameters
    ----------
    target : str
        The column that is predicted, by its name in the training data.
    model : ModelRef
        Who answered.
    ranked : tuple of RankedLabel
        The likeliest labels, best first (at most five).
    decision : Decision
        What the policy allows.
    why : str
        Why that decision: the promise, the threshold and the probability, or what is missing.
    reasons : tuple of Reason
        The largest contributions, by absolute size.
    would_help : WouldHelp or None
        None where no missing field would raise the confidence by a hundredth, or no reasons are wanted.
    held : str, default=""
        Why a label that would be automatic is left to people: ``audit`` or ``withdrawn``; empty otherwise.
    """

    target: str
    model: ModelRef
    ranked: tuple[RankedLabel, ...]
    decision: Decision
    why: str
    reasons: tuple[Reason, ...] = ()
    would_help: WouldHelp | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely something goes wrong with an incident.

    Parameters
    ----------
    name : str
        ``breach`` (of its service level agreement), ``reassignment`` or ``escalation``.
    probability : float
        Calibrated, in [0, 1]; higher is likelier.
    model : ModelRef
        Who answered.
    reasons : tuple of Reason
        The largest contributions to the log-odds, by absolute size.
    """

    name: str
    probability: float
    model: ModelRef
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Duration:
    """How long an incident will take, from its opening to its resolution.

    Parameters
    ----------
    model : ModelRef
        Who answered.
    quantiles : tuple of (float, float)
        Probability in (0, 1) and the hours within which it is resolved with that probability, ascending.
    """

    model: ModelRef
    quantiles: tuple[tuple[float, float], ...]


class Precedent(NamedTuple):
    """A past incident that is like this one, and how it went.

    Parameters
    ----------
    id : str
    similarity : float
        In [0, 1]; 1 is the same text.
    opened_at : datetime or None
        Aware, UTC.
    labels : mapping of str to str
        How it ended, by target.
    fix : str
        What resolved it, redacted; empty where that is not known.
    hours : float or None
        From opening to resolution; None where that is not known.
    reopened : bool or None
        Whether it was opened again after that.
    model : ModelRef
        Who answered.
    """

    id: str
    similarity: float
    opened_at: datetime | None
    labels: Mapping[str, str]
    fix: str
    hours: float | None
    reopened: bool | None
    model: ModelRef


@dataclass(frozen=True, slots=True)
class PrecedentQuery:
    """Which precedents are wanted.

    Parameters
    ----------
    most : int, default=3
        How many at most; 0 for none.
    same : tuple of str, default=()
        Fields in which they must agree with the incident.
    resolved : bool, default=False
        Whether only incidents that were resolved by then count.
    """

    most: int = 3
    same: tuple[str, ...] = ()
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedFix:
    """What resolved the precedents, and held.

    Parameters
    ----------
    text : str
        The fix of the nearest precedent that had it.
    id : str
        That precedent.
    precedents, reopened : int
        How many of the precedents had this fix, and how many of those were opened again.
    """

    text: str
    id: str
    precedents: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A label that the sender gives although other labels imply another one.

    Parameters
    ----------
    target : str
        The column: that of priority.
    given, implied : str
        The sender's label, and the one that follows.
    implied_by : mapping of str to str
        What it follows from: the labels of impact and urgency, by column.
    assumed : tuple of str
        Which of these columns the sender did not give, so that the predicted label stands in.
    """

    target: str
    given: str
    implied: str
    implied_by: Mapping[str, str]
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The earlier incident that this one most likely repeats, and how likely in [0, 1] it does."""

    id: str
    probability: float


@dataclass(frozen=True, slots=True)
class Triage:
    """The whole answer on one incident.

    Parameters
    ----------
    incident_id, source : str
        Which incident.
    predictions : tuple of Prediction
        One a target; empty when no model could answer.
    degraded : str
        Why the answer is less than whole (no model, a refused model); empty when it is whole.
    answered_at : datetime or None
        When the answer was made (aware, UTC); None when nothing was asked.
    risks : tuple of Risk
        One a risk that the models know.
    duration : Duration or None
        None when no model knows.
    precedents : tuple of Precedent
        Likest first.
    duplicate : Duplicate or None
        None when nothing is that like it.
    suggested_fix : SuggestedFix or None
        None when no precedent's fix is known to have held.
    contradictions : tuple of Contradiction
        Labels of the sender that go against others.
    """

    incident_id: str
    source: str
    predictions: tuple[Prediction, ...] = ()
    degraded: str = ""
    answered_at: datetime | None = None
    risks: tuple[Risk, ...] = ()
    duration: Duration | None = None
    precedents: tuple[Precedent, ...] = ()
    duplicate: Duplicate | None = None
    suggested_fix: SuggestedFix | None = None
    contradictions: tuple[Contradiction, ...] = ()


class GroupReason(NamedTuple):
    """What speaks for an incident being part of a group.

    Parameters
    ----------
    kind : str
        ``repeat`` (the same sentence about the same entity), ``entity``, ``dependency`` (one depends on the other),
        ``companion`` (they were in trouble together before), ``scope`` (the same service), ``burst`` (the same sentence
        about several at once) or ``text``.
    value : str
        Which: the entity, the two names, the service, the sentence.
    weight : float
        In [0, 1]; higher speaks more.
    """

    kind: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An incident as a part of a group.

    Parameters
    ----------
    source, incident_id : str
    similarity : float
        In [0, 1]; 1 for the incident that began the group, and for a repeat.
    reasons : tuple of GroupReason
        Strongest first; empty for the incident that began it.
    severity : str
        info, warning, error or critical: its highest so far.
    began_at : datetime
        Aware, UTC.
    ended_at : datetime or None
        When it was over; None as long as it is not.
    """

    source: str
    incident_id: str
    similarity: float
    reasons: tuple[GroupReason, ...]
    severity: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """Incidents that are one problem.

    Parameters
    ----------
    id : str
    severity : str
        The highest of its members'.
    size : int
        How many members it has.
    open : int
        How many of them are not over; the group is over when none is left.
    began_at : datetime
        When its first member began (aware, UTC).
    ended_at : datetime or None
        When its last member was over; None as long as one is not.
    members : tuple of GroupMember
        The one that began it first, then some or all of the others, in the order in which they came.
    """

    id: str
    severity: str
    size: int
    open: int
    began_at: datetime
    ended_at: datetime | None
    members: tuple[GroupMember, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """A person's verdict on one target of one incident.

    Parameters
    ----------
    incident_id, source : str
        Which incident.
    target : str
        Which column.
    label : str
        The right label, as the person says.
    given_by : str
        Who says so; may be empty.
    given_at : datetime
        When it was said (aware, UTC).
    """

    incident_id: str
    source: str
    target: str
    label: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeValue:
    """One thing that is known of how an incident ended.

    Parameters
    ----------
    name : str
        The column: a target, ``resolution``, ``resolved_at`` and the like.
    value : str
    known_at : datetime
        Since when it is known (aware, UTC).
    is_ours : bool, default=False
        Whether it is a label that we filled in ourselves and that nobody is named for: no truth to learn from.
    """

    name: str
    value: str
    known_at: datetime
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an incident ended, or a part of it.

    Parameters
    ----------
    incident_id, source : str
        Which incident.
    values : tuple of OutcomeValue
    given_by : str
        Who says so; may be empty.
    """

    incident_id: str
    source: str
    values: tuple[OutcomeValue, ...]
    given_by: str


@dataclass(frozen=True, slots=True)
class IncidentEnd:
    """What has become known of how an incident ended, with the incident that it is about.

    Parameters
    ----------
    incident : Incident
    values : tuple of OutcomeValue, default=()
    states : tuple of (datetime, IncidentState), default=()
        How it stood from when on (aware, UTC), as its later reports say; the first report says nothing of when it
        came to stand so.
    """

    incident: Incident
    values: tuple[OutcomeValue, ...] = ()
    states: tuple[tuple[datetime, IncidentState], ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """One metric's part in a warning.

    Parameters
    ----------
    metric : str
        The metric's name at its entity.
    contribution : float
        Its share of the entity's evidence, in [0, 1]; higher points at it more.
    """

    metric: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """How likely an incident of an entity is, and how far ahead, as learnt from past ones.

    Parameters
    ----------
    probability : float
        That one begins within the horizon, in [0, 1].
    within : tuple of (float, float)
        Seconds from now, rising up to the horizon, and the probability that it begins by then.
    expected_s : float
        Of those that begin within the horizon half begin within so many seconds.
    earliest_s, latest_s : float
        The same for a tenth of them and for nine tenths.
    """

    probability: float
    within: tuple[tuple[float, float], ...]
    expected_s: float
    earliest_s: float
    latest_s: float


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """The answer on an entity: an incident is likely.

    Parameters
    ----------
    id : str
        The same for the same entity and ``opened_at``, however often it is computed.
    entity : str
        Who is warned about.
    opened_at, closed_at : datetime, datetime or None
        Event time (aware, UTC); ``closed_at`` is None as long as the warning is open.
    score : float
        The highest score so far, in [0, 1]; higher is worse.
    causes : tuple of Cause
        The metrics that speak for it, largest contribution first.
    why : str
        One sentence for a person.
    ended_at : datetime or None, default=None
        When its own entity had recovered; a warning that began a problem stays open until all of it is over.
    part_of : str, default=""
        The warning that began the problem which this one is a part of; empty where that is this one.
    size : int, default=1
        How many warnings the problem has that this one began.
    similarity : float, default=1
        Of a part: in [0, 1].
    reasons : tuple of GroupReason, default=()
        Why it is a part, strongest first.
    forecast : Forecast or None, default=None
        As it was at the opening; None without an early-warning model.
    """

    id: str
    entity: str
    opened_at: datetime
    closed_at: datetime | None
    score: float
    causes: tuple[Cause, ...]
    why: str
    ended_at: datetime | None = None
    part_of: str = ""
    size: int = 1
    similarity: float = 1.0
    reasons: tuple[GroupReason, ...] = ()
    forecast: Forecast | None = None
