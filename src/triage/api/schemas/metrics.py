"""Points of metrics, and what is warned of."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from triage.api.schemas.groups import GroupReason
from triage.api.schemas.incidents import IncidentAnswer
from triage.api.schemas.predictions import SuspectAnswer

__all__ = [
    "Cause",
    "EarlyWarningAnswer",
    "EarlyWarningPage",
    "EarlyWarningTriage",
    "ForecastAnswer",
    "ForecastSpan",
    "MetricsAnswer",
    "MetricsRequest",
    "SaturationAnswer",
    "WarningIncident",
]


class MetricsRequest(BaseModel):
    """Points in columns of equal length, at most 2,000,000; all are kept, or none."""

    model_config = ConfigDict(extra="forbid")

    entity: list[str] = Field(description="what is measured: a host, a service")
    metric: list[str] = Field(description="what of it is measured")
    timestamp: list[str] | list[float] = Field(
        description="all ISO 8601 (without a zone it is UTC), or all seconds since 1970; to the microsecond"
    )
    value: list[float | None] = Field(description="null says that there is no point")


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


class SaturationAnswer(BaseModel):
    """When a series reaches its limit if its trend lasts, as it was when the warning was opened."""

    metric: str
    limit: float = Field(description="in the metric's unit")
    level: float = Field(description="where its trend stood, in the metric's unit")
    slope: float = Field(description="in the metric's unit an hour; below 0 where it runs down")
    expected_at: datetime = Field(description="by the median slope")
    earliest_at: datetime = Field(description="by the slope that is exceeded one time in a hundred")
    latest_at: datetime = Field(description="by that which is not reached one time in a hundred")


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
    saturation: SaturationAnswer | None = Field(description="null unless a series is about to reach its limit")
    incident: WarningIncident


class RootCauseAnswer(BaseModel):
    """An entity that may be the root of a problem."""

    entity: str
    score: float = Field(description="share of the problem's evidence that ends at it, in [0, 1]; all sum to 1")
    reasons: list[str] = Field(description="sentences for a person")


class EarlyWarningTriage(EarlyWarningAnswer):
    """A warning with the likely roots of its problem and the answer on it as an incident."""

    root_causes: list[RootCauseAnswer] = Field(
        description="the entities of its problem, the likeliest root first; empty where it stands alone"
    )
    triage: IncidentAnswer | None = Field(description="null until it has been labelled")


class EarlyWarningPage(BaseModel):
    """Stored warnings, the one that was opened last first."""

    items: list[EarlyWarningAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")
