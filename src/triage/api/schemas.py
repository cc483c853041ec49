"""The shapes of requests and answers for the OpenAPI document. Nothing is validated by them while serving."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Changes",
    "DeadLetterAnswer",
    "DeadLetterPage",
    "EarlyWarningAnswer",
    "EarlyWarningPage",
    "EarlyWarningTriage",
    "EditRequest",
    "EventsAnswer",
    "FeedbackAnswer",
    "FeedbackRequest",
    "GroupAnswer",
    "GroupPage",
    "Health",
    "IncidentAnswer",
    "IncidentList",
    "IncidentPage",
    "IncidentRequest",
    "MetricsAnswer",
    "MetricsRequest",
    "ModelAnswer",
    "ModelList",
    "OtlpAnswer",
    "OutcomeAnswer",
    "OutcomeRequest",
    "PagerDutyAnswer",
    "ProblemDocument",
    "Readiness",
]


class IncidentRequest(BaseModel):
    """An incident. Any other key is kept as a label under its own name."""

    model_config = ConfigDict(extra="allow")

    id: str | int = Field(default="", description="Unique within the source; made up and returned where it is absent.")
    source: str = Field(default="http", description="Who sends it: a system's name.")
    opened_at: str | None = Field(default=None, description="ISO 8601; without a zone it is UTC.")
    title: str | None = None
    description: str | None = None
    text: str | None = None
    labels: dict[str, object] | None = Field(default=None, description="More labels by name, at most 500.")


class RankedLabel(BaseModel):
    """One possible label with its calibrated probability in [0, 1]."""

    label: str
    probability: float


class Reason(BaseModel):
    """One exact contribution to the predicted label's log-odds; null where it is not finite."""

    kind: str = Field(
        description="term, field, time, text (of a risk: all words together), or target for what follows from, or "
        "goes with, another prediction"
    )
    name: str
    value: str
    contribution: float | None


class WouldHelp(BaseModel):
    """A field that the incident lacks and the model reads."""

    field: str
    gain: float = Field(description="by how much the label's probability is expected to rise once it is known")


class ModelRef(BaseModel):
    """Who answered."""

    name: str
    version: str


class Prediction(BaseModel):
    """The answer for one target."""

    label: str | None
    probability: float | None
    decision: str = Field(description="auto, suggest or abstain")
    held: str = Field(description="why an automatic label is left to people: audit or withdrawn; empty otherwise")
    why: str
    top: list[RankedLabel]
    reasons: list[Reason]
    would_help: WouldHelp | None = Field(
        description="the missing field that would raise the confidence most; null where none would by a hundredth"
    )
    model: ModelRef


class Risk(BaseModel):
    """How likely something goes wrong."""

    probability: float = Field(description="calibrated, in [0, 1]; higher is likelier")
    reasons: list[Reason]
    model: ModelRef


class Duration(BaseModel):
    """Hours from opening to resolution."""

    median_h: float
    interval_80_h: list[float] = Field(description="from, to: resolved in between in four cases of five")
    interval_90_h: list[float] = Field(description="from, to: in nine cases of ten")
    at_most_80_h: float = Field(description="resolved within so many hours in four cases of five")
    at_most_90_h: float = Field(description="in nine cases of ten")
    model: ModelRef


class Precedent(BaseModel):
    """A past incident that is like this one."""

    id: str
    similarity: float = Field(description="in [0, 1]; 1 is the same text")
    opened_at: datetime | None
    labels: dict[str, str] = Field(description="how it ended, by target")
    fix: str = Field(description="what resolved it; empty where that is not known")
    hours: float | None = Field(description="from opening to resolution")
    reopened: bool | None
    model: ModelRef


class Duplicate(BaseModel):
    """The earlier incident that this one most likely repeats."""

    id: str
    probability: float = Field(description="in [0, 1]; higher is likelier")


class SuggestedFix(BaseModel):
    """What resolved the precedents, and held."""

    text: str
    id: str = Field(description="the likest precedent that had it")
    precedents: int = Field(description="how many of them had it")
    reopened: int = Field(description="how many of those were opened again")


class GroupReason(BaseModel):
    """What speaks for an incident being part of a group."""

    kind: str = Field(
        description="repeat (the same sentence about the same entity), entity, dependency, companion (in trouble "
        "together before), scope (the same service), burst (the same sentence about several at once) or text"
    )
    value: str
    weight: float = Field(description="in [0, 1]; higher speaks more")


class GroupMember(BaseModel):
    """An incident as a part of a group."""

    id: str
    source: str
    similarity: float = Field(description="in [0, 1]; 1 for the one that began the group, and for a repeat")
    reasons: list[GroupReason] = Field(description="strongest first; empty for the one that began the group")
    severity: str = Field(description="its highest: info, warning, error or critical")
    began_at: datetime
    ended_at: datetime | None = Field(default=None, description="left out as long as it is not over")


class GroupAnswer(BaseModel):
    """Incidents that are one problem."""

    id: str
    state: str = Field(description="open as long as one of its members is; then resolved")
    severity: str = Field(description="the highest of its members'")
    size: int = Field(description="how many members it has")
    open: int = Field(description="how many of them are not over")
    began_at: datetime
    ended_at: datetime | None = Field(default=None, description="left out as long as it is not over")
    members: list[GroupMember] = Field(description="the one that began it first, then those that joined, in order")


class GroupPage(BaseModel):
    """Groups with their first 20 members, the last begun first."""

    items: list[GroupAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class Contradiction(BaseModel):
    """A priority that the sender gives although impact and urgency imply another one."""

    target: str
    given: str
    implied: str
    implied_by: dict[str, str] = Field(description="the labels of impact and urgency, by column")
    assumed: list[str] = Field(description="which of these were not given and are predicted")


class IncidentAnswer(BaseModel):
    """What is answered on one incident."""

    id: str
    source: str
    status: str = Field(description="created, repeated, updated, superseded or preview")
    revision: int = Field(description="counts the different bodies of an incident from 1; 0 for a preview")
    state: str = Field(description="how it stands at its sender: open, acknowledged or resolved")
    received_at: datetime
    degraded: str = Field(description="why the answer is less than whole; empty when it is whole")
    predictions: dict[str, Prediction] = Field(description="by target")
    risks: dict[str, Risk] = Field(description="breach, reassignment, escalation: those that the models know")
    duration: Duration | None = Field(description="null when no model knows")
    precedents: list[Precedent] = Field(description="likest first")
    duplicate: Duplicate | None = Field(description="null when nothing is that like it")
    suggested_fix: SuggestedFix | None = Field(description="null when no fix of the precedents is known to have held")
    group: GroupAnswer | None = Field(
        default=None,
        description="the problem that it is a part of, with its first 20 members and itself; left out for what is no "
        "alert, and of a dry run",
    )
    contradictions: list[Contradiction] = Field(description="labels of the sender that go against others")
    suspects: list[SuspectAnswer] = Field(
        default_factory=list,
        description="of one alert, asked for by its id: changes shortly before it; left out without",
    )


class ProblemPart(BaseModel):
    """One thing wrong with a request."""

    where: str
    message: str
    rows: list[int]
    got: str


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[ProblemPart]


class ListItem(BaseModel):
    """The answer on one item of a list: either an answer or a problem."""

    status: int
    answer: IncidentAnswer | None = None
    problem: ProblemDocument | None = None


class IncidentList(BaseModel):
    """The answers on a list, in its order."""

    items: list[ListItem]


class IncidentPage(BaseModel):
    """Stored answers, newest incident first."""

    items: list[IncidentAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class FeedbackRequest(BaseModel):
    """A person's verdict on one target of one incident."""

    id: str | int
    source: str | None = Field(default=None, description="needed where several sources have the id")
    target: str
    label: str = Field(description="the right label")
    by: str | None = None


class FeedbackAnswer(BaseModel):
    """A verdict as it was kept."""

    id: str
    source: str
    target: str
    label: str
    by: str
    given_at: datetime


class OutcomeRequest(BaseModel):
    """How an incident ended. Any other key is a value too, as in ``labels``."""

    model_config = ConfigDict(extra="allow")

    id: str | int
    source: str | None = Field(default=None, description="needed where several sources have the id")
    by: str | None = Field(default=None, description="who says so; without it our own labels do not count")
    known_at: str | None = Field(default=None, description="ISO 8601; now, if it is not given")
    labels: dict[str, object] | None = Field(
        default=None, description='by column: a scalar, or {"value": …, "known_at": …}'
    )


class OutcomeValue(BaseModel):
    """One thing that is known."""

    value: str
    known_at: datetime
    is_ours: bool = Field(description="a label that we filled in and nobody is named for; not learnt from")


class OutcomeAnswer(BaseModel):
    """An outcome as it was kept."""

    id: str
    source: str
    by: str
    labels: dict[str, OutcomeValue]


class MetricsRequest(BaseModel):
    """Points in columns of equal length, at most 2,000,000; all are kept, or none."""

    model_config = ConfigDict(extra="forbid")

    entity: list[str] = Field(description="what is measured: a host, a service")
    metric: list[str] = Field(description="what of it is measured")
    timestamp: list[str] | list[float] = Field(
        description="all ISO 8601 (without a zone it is UTC), or all seconds since 1970; to the microsecond"
    )
    value: list[float | None] = Field(description="null says that there is no point")


class HitRateAnswer(BaseModel):
    """How often changes of one source and kind were followed by a warning within an hour, by the time of this one."""

    hits: int
    count: int
    rate: float = Field(description="in [0, 1], shrunk towards the rate of all changes where there are few")
    base_rate: float = Field(description="in [0, 1]: how often a moment at random would have been, there")
    lower_bound: float = Field(description="in [0, 1]: the rate is above it with 95 %")


class SuspectAnswer(BaseModel):
    """A change within the hour before a warning."""

    id: str
    source: str
    summary: str
    entity: str = Field(description="what it was made to, as names are compared: in lower case, without a port")
    before_s: float = Field(description="how long before the warning it was made, in seconds")
    steps: int = Field(description="0: made to the entity itself; else how far away by the dependencies")
    history: HitRateAnswer | None = Field(description="null before any change could be judged")


class MetricsAnswer(BaseModel):
    """What became of a batch."""

    accepted: int = Field(description="points that were kept and watched")
    ignored: int = Field(description="points without a value")
    warnings: list[str] = Field(description="the warnings that it opened and that began a problem, by id")
    suspects: dict[str, list[SuspectAnswer]] = Field(
        default_factory=dict, description="changes shortly before them, by the warning's id; left out without any"
    )


class Cause(BaseModel):
    """A metric's share of the evidence, in [0, 1]."""

    metric: str
    contribution: float


class WarningIncident(BaseModel):
    """Under which source and id a warning is an incident."""

    id: str
    source: str


class ForecastSpan(BaseModel):
    """Up to when, and how likely."""

    seconds: float = Field(description="from the opening of the warning")
    probability: float = Field(description="that an incident begins by then, in [0, 1]")


class ForecastAnswer(BaseModel):
    """What past incidents say of one that is near, as it was when the warning was opened."""

    probability: float = Field(description="that one begins within the horizon, in [0, 1]")
    within: list[ForecastSpan] = Field(description="rising; the last is the horizon")
    expected_s: float = Field(description="of those within the horizon half begin within so many seconds")
    earliest_s: float = Field(description="a tenth of them")
    latest_s: float = Field(description="nine tenths of them")


class EarlyWarningAnswer(BaseModel):
    """A warning. Times are those of the metrics."""

    id: str
    entity: str
    opened_at: datetime
    closed_at: datetime | None = Field(description="null while it is open")
    score: float = Field(description="in [0, 1], higher is worse: at the opening, from the closing on the highest")
    causes: list[Cause]
    suspects: list[SuspectAnswer] = Field(description="changes shortly before it, the most suspicious first; at most 3")
    why: str
    part_of: str = Field(description="the warning that began the problem; empty where that is this one")
    size: int = Field(description="how many warnings the problem has that this one began")
    similarity: float = Field(description="of a part of a problem, in [0, 1]; else 1")
    reasons: list[GroupReason] = Field(description="why it is a part, strongest first")
    forecast: ForecastAnswer | None = Field(description="null without an early-warning model")
    incident: WarningIncident


class EarlyWarningTriage(EarlyWarningAnswer):
    """A warning with the answer on it as an incident."""

    triage: IncidentAnswer | None = Field(description="null until it has been labelled")


class EarlyWarningPage(BaseModel):
    """Stored warnings, the one that was opened last first."""

    items: list[EarlyWarningAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class DeadLetterAnswer(BaseModel):
    """A message that was given up."""

    number: int
    destination: str
    id: str
    source: str
    revision: int
    kind: str = Field(description="event, or labels that followed it")
    attempts: int
    reason: str = Field(description="what the destination said, or what kept it from saying something")
    buried_at: datetime
    received_at: datetime
    labels: dict[str, str]
    edited: bool
    fields: dict[str, str] = Field(description="once it is edited: filled in instead of what the models say")


class DeadLetterPage(BaseModel):
    """Messages that were given up, the last first."""

    items: list[DeadLetterAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class EditRequest(BaseModel):
    """What takes the place of a message's content."""

    model_config = ConfigDict(extra="forbid")

    labels: dict[str, str] = Field(description="instead of what the sender gave")
    fields: dict[str, str] = Field(description="what is filled in, by target")


class WithdrawnAnswer(BaseModel):
    """A label that live evidence has shown to be wrong more often than promised: it is suggested from then on."""

    target: str
    label: str = Field(description="empty: the whole target")
    since: datetime
    reason: str


class ModelAnswer(BaseModel):
    """A model that the service should answer with."""

    name: str
    version: str = Field(description="in force; empty when none could be loaded")
    targets: list[str]
    loaded_at: datetime | None
    refused: str = Field(description="why a version was refused; empty when none was")
    withdrawn: list[WithdrawnAnswer] = Field(description="what this version does not label automatically any more")


class ModelList(BaseModel):
    """All models that the service should answer with."""

    items: list[ModelAnswer]


class Health(BaseModel):
    """The process is alive."""

    status: str


class Readiness(BaseModel):
    """Incidents are accepted; models that were refused do not stop that."""

    status: str
    models: list[ModelRef]
    degraded: list[str]


class EventsAnswer(BaseModel):
    """What became of the events of a foreign format."""

    items: list[IncidentAnswer] = Field(description="the answers on the incidents, in the order of the request")
    changes: int = Field(default=0, description="changes that were kept and not known before")
    ignored: int = Field(default=0, description="events that tell of nothing that is kept")
    truncated: int = Field(default=0, description="alerts that the sender says it left out")


class PagerDutyAnswer(BaseModel):
    """As PagerDuty answers; no dedup_key on a change."""

    status: str
    message: str
    dedup_key: str | None = None


class Change(BaseModel):
    """A deploy, or any other deliberate change, that a sender told of."""

    id: str
    source: str
    received_at: datetime
    occurred_at: datetime | None
    summary: str
    labels: dict[str, str]


class Changes(BaseModel):
    """Stored changes, the one that came in last first."""

    items: list[Change]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class PartialSuccess(BaseModel):
    """Which part of a request was not kept."""

    rejectedDataPoints: str = Field(description="a whole number, as OTLP writes 64-bit integers")  # noqa: N815  # OTLP's name
    errorMessage: str  # noqa: N815  # OTLP's name


class OtlpAnswer(BaseModel):
    """ExportMetricsServiceResponse; empty when all of it was kept."""

    partialSuccess: PartialSuccess | None = None  # noqa: N815  # OTLP's name
