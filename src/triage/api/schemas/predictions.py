"""What models say of one incident."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

__all__ = [
    "Contradiction",
    "Duplicate",
    "Duration",
    "HitRateAnswer",
    "ModelRef",
    "Precedent",
    "Prediction",
    "RankedLabel",
    "Reason",
    "Risk",
    "SuggestedFix",
    "SuspectAnswer",
    "WouldHelp",
]


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


class Contradiction(BaseModel):
    """A priority that the sender gives although impact and urgency imply another one."""

    target: str
    given: str
    implied: str
    implied_by: dict[str, str] = Field(description="the labels of impact and urgency, by column")
    assumed: list[str] = Field(description="which of these were not given and are predicted")


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
