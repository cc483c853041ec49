"""Predictions as the JSON document that is both stored and sent, and back. It must not know about bytes or HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite, nan
from typing import NotRequired, TypeAlias, TypedDict

from triage.domain import (
    Decision,
    Group,
    GroupMember,
    ModelRef,
    Pause,
    Prediction,
    RankedLabel,
    Reason,
    WouldHelp,
)

__all__ = [
    "GroupDocument",
    "ModelDocument",
    "PredictionDocument",
    "PredictionsDocument",
    "ReasonDocument",
    "group_document",
    "model_document",
    "model_from_document",
    "predictions_document",
    "predictions_from_document",
    "reasons_document",
    "reasons_from_document",
]


class _Ranked(TypedDict):
    label: str
    probability: float


class ReasonDocument(TypedDict):
    """One contribution; None where it is not finite."""

    kind: str
    name: str
    value: str
    contribution: float | None


class ModelDocument(TypedDict):
    """Who answered."""

    name: str
    version: str


class WouldHelpDocument(TypedDict):
    """The missing field that would raise the confidence most, and by how much."""

    field: str
    gain: float


class PredictionDocument(TypedDict):
    """The answer for one target; ``label`` and ``probability`` repeat the first of ``top``."""

    label: str | None
    probability: float | None
    decision: str
    held: NotRequired[str]
    why: str
    top: list[_Ranked]
    reasons: list[ReasonDocument]
    would_help: WouldHelpDocument | None
    model: ModelDocument


class _GroupReason(TypedDict):
    kind: str
    value: str
    weight: float


class _Evidence(TypedDict):
    level: str
    alerts: int
    outlasted: NotRequired[int]
    needed: NotRequired[int]


class _Pause(TypedDict):
    state: str
    until: datetime
    reason: str
    miss_risk: NotRequired[float]
    evidence: _Evidence


class _GroupMember(TypedDict):
    id: str
    source: str
    similarity: float
    reasons: list[_GroupReason]
    severity: str
    began_at: datetime
    ended_at: NotRequired[datetime]
    pause: NotRequired[_Pause]


class GroupDocument(TypedDict):
    """A group with some or all of its members; what is not over has no end."""

    id: str
    state: str
    severity: str
    size: int
    open: int
    began_at: datetime
    ended_at: NotRequired[datetime]
    members: list[_GroupMember]


PredictionsDocument: TypeAlias = Mapping[str, PredictionDocument]


def predictions_document(predictions: Iterable[Prediction]) -> dict[str, PredictionDocument]:
    """Render predictions by target.

    Examples
    --------
    >>> sure = Prediction("team", ModelRef("desk", "1"), (RankedLabel("network", 0.9),), Decision.AUTO, "0.9 >= 0.8")
    >>> predictions_document([sure])["team"]["label"]
    'network'
    >>> predictions_from_document(predictions_document([sure])) == (sure,)
    True
    """
    return {prediction.target: _prediction_document(prediction) for prediction in predictions}


def predictions_from_document(document: PredictionsDocument) -> tuple[Prediction, ...]:
    """Read back what `predictions_document` rendered, to the last bit; a contribution that was not finite is nan."""
    return tuple(_prediction(target, one) for target, one in document.items())


def _prediction_document(prediction: Prediction) -> PredictionDocument:
    top, helps = prediction.ranked, prediction.would_help
    return {
        "label": top[0].label if top else None,
        "probability": top[0].probability if top else None,
        "decision": prediction.decision.value,
        "held": prediction.held,
        "why": prediction.why,
        "top": [{"label": label, "probability": probability} for label, probability in top],
        "reasons": reasons_document(prediction.reasons),
        "would_help": None if helps is None else {"field": helps.field, "gain": helps.gain},
        "model": model_document(prediction.model),
    }


def reasons_document(reasons: Iterable[Reason]) -> list[ReasonDocument]:
    """Render reasons, in their order."""
    return [
        {
            "kind": kind,
            "name": name,
            "value": value,
            # JSON has no infinity: a probability of exactly 0 or 1 gives one as log-odds.
            "contribution": contribution if isfinite(contribution) else None,
        }
        for kind, name, value, contribution in reasons
    ]


def reasons_from_document(document: Iterable[ReasonDocument]) -> tuple[Reason, ...]:
    """Read back what `reasons_document` rendered; a contribution that was not finite is nan."""
    return tuple(
        Reason(
            each["kind"],
            each["name"],
            each["value"],
            nan if each["contribution"] is None else each["contribution"],
        )
        for each in document
    )


def group_document(group: Group) -> GroupDocument:
    """Render a group."""
    document: GroupDocument = {
        "id": group.id,
        "state": "open" if group.ended_at is None else "resolved",
        "severity": group.severity,
        "size": group.size,
        "open": group.open,
        "began_at": group.began_at,
        "members": [_member_document(member) for member in group.members],
    }
    if group.ended_at is not None:
        document["ended_at"] = group.ended_at
    return document


def model_document(model: ModelRef) -> ModelDocument:
    """Render who answered."""
    return {"name": model.name, "version": model.version}


def model_from_document(document: ModelDocument) -> ModelRef:
    """Read back who answered."""
    return ModelRef(document["name"], document["version"])


def _member_document(member: GroupMember) -> _GroupMember:
    document: _GroupMember = {
        "id": member.incident_id,
        "source": member.source,
        "similarity": member.similarity,
        "reasons": [{"kind": each.kind, "value": each.value, "weight": each.weight} for each in member.reasons],
        "severity": member.severity,
        "began_at": member.began_at,
    }
    if member.ended_at is not None:
        document["ended_at"] = member.ended_at
    if member.pause is not None:
        document["pause"] = _pause_document(member.pause)
    return document


def _pause_document(pause: Pause) -> _Pause:
    document: _Pause = {
        "state": pause.state.value,
        "until": pause.until,
        "reason": pause.reason,
        "evidence": {"level": pause.level, "alerts": pause.alerts},
    }
    if pause.miss_risk is None:
        document["evidence"]["needed"] = pause.needed
    else:
        document["miss_risk"] = pause.miss_risk
        document["evidence"]["outlasted"] = pause.outlasted
    return document


def _prediction(target: str, document: PredictionDocument) -> Prediction:
    return Prediction(
        target=target,
        model=model_from_document(document["model"]),
        ranked=tuple(RankedLabel(each["label"], each["probability"]) for each in document["top"]),
        decision=Decision(document["decision"]),
        why=document["why"],
        reasons=reasons_from_document(document["reasons"]),
        # Answers from before anything was held do not say.
        held=document.get("held", ""),
        would_help=_would_help(document),
    )


def _would_help(document: PredictionDocument) -> WouldHelp | None:
    # What was stored before there was such a thing has none.
    told = document.get("would_help")
    return None if told is None else WouldHelp(told["field"], told["gain"])
