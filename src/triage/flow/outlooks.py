"""Risks, duration, precedents and duplicate of an answer as the JSON document that is stored and sent, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NotRequired, TypedDict

from triage.domain import Contradiction, Duplicate, Duration, Precedent, Risk, SuggestedFix, Triage
from triage.flow.documents import (
    ModelDocument,
    ReasonDocument,
    model_document,
    model_from_document,
    reasons_document,
    reasons_from_document,
)

__all__ = ["OutlookDocument", "outlook_document", "with_outlook"]

# The quantiles of a duration that are sent, as (probability below which, above which) of each interval.
_INTERVALS = {"interval_80_h": (0.1, 0.9), "interval_90_h": (0.05, 0.95)}
_BOUNDS = {"median_h": 0.5, "at_most_80_h": 0.8, "at_most_90_h": 0.9}


class _Risk(TypedDict):
    probability: float
    reasons: list[ReasonDocument]
    model: ModelDocument


class _Duration(TypedDict):
    median_h: float
    interval_80_h: list[float]
    interval_90_h: list[float]
    at_most_80_h: float
    at_most_90_h: float
    model: ModelDocument


class _Precedent(TypedDict):
    id: str
    similarity: float
    opened_at: str | None
    labels: dict[str, str]
    fix: str
    hours: float | None
    reopened: bool | None
    model: ModelDocument


class _Duplicate(TypedDict):
    id: str
    probability: float


class _SuggestedFix(TypedDict):
    text: str
    id: str
    precedents: int
    reopened: int


class _Contradiction(TypedDict):
    target: str
    given: str
    implied: str
    implied_by: dict[str, str]
    assumed: list[str]


class OutlookDocument(TypedDict):
    """Everything of an answer that is no prediction."""

    risks: dict[str, _Risk]
    duration: _Duration | None
    precedents: list[_Precedent]
    duplicate: _Duplicate | None
    suggested_fix: _SuggestedFix | None
    contradictions: NotRequired[list[_Contradiction]]


def outlook_document(triage: Triage) -> OutlookDocument:
    """Render what an answer says beside its predictions.

    Examples
    --------
    >>> outlook_document(Triage("7", "desk"))
    {'risks': {}, 'duration': None, 'precedents': [], 'duplicate': None, 'suggested_fix': None, 'contradictions': []}
    """
    duplicate, fix = triage.duplicate, triage.suggested_fix
    return {
        "risks": {
            risk.name: {
                "probability": risk.probability,
                "reasons": reasons_document(risk.reasons),
                "model": model_document(risk.model),
            }
            for risk in triage.risks
        },
        "duration": None if triage.duration is None else _duration_document(triage.duration),
        "precedents": [_precedent_document(precedent) for precedent in triage.precedents],
        "duplicate": None if duplicate is None else {"id": duplicate.id, "probability": duplicate.probability},
        "suggested_fix": None
        if fix is None
        else {"text": fix.text, "id": fix.id, "precedents": fix.precedents, "reopened": fix.reopened},
        "contradictions": [
            {
                "target": each.target,
                "given": each.given,
                "implied": each.implied,
                "implied_by": dict(each.implied_by),
                "assumed": list(each.assumed),
            }
            for each in triage.contradictions
        ],
    }


def with_outlook(triage: Triage, document: OutlookDocument) -> Triage:
    """Return an answer with what `outlook_document` rendered, to the last bit."""
    duration, duplicate = document["duration"], document["duplicate"]
    # An answer that was stored by an earlier version has none.
    fix = document.get("suggested_fix")
    return Triage(
        triage.incident_id,
        triage.source,
        triage.predictions,
        triage.degraded,
        triage.answered_at,
        risks=tuple(
            Risk(name, risk["probability"], model_from_document(risk["model"]), reasons_from_document(risk["reasons"]))
            for name, risk in document["risks"].items()
        ),
        duration=None if duration is None else _duration(duration),
        precedents=tuple(_precedent(precedent) for precedent in document["precedents"]),
        duplicate=None if duplicate is None else Duplicate(duplicate["id"], duplicate["probability"]),
        suggested_fix=None if fix is None else SuggestedFix(**fix),
        # Neither have answers from before contradictions were told apart.
        contradictions=tuple(
            Contradiction(each["target"], each["given"], each["implied"], each["implied_by"], tuple(each["assumed"]))
            for each in document.get("contradictions", [])
        ),
    )


def _duration_document(duration: Duration) -> _Duration:
    hours = dict(duration.quantiles)
    return {
        "median_h": hours[_BOUNDS["median_h"]],
        "interval_80_h": [hours[at] for at in _INTERVALS["interval_80_h"]],
        "interval_90_h": [hours[at] for at in _INTERVALS["interval_90_h"]],
        "at_most_80_h": hours[_BOUNDS["at_most_80_h"]],
        "at_most_90_h": hours[_BOUNDS["at_most_90_h"]],
        "model": model_document(duration.model),
    }


def _duration(document: _Duration) -> Duration:
    hours = {
        _BOUNDS["median_h"]: document["median_h"],
        _BOUNDS["at_most_80_h"]: document["at_most_80_h"],
        _BOUNDS["at_most_90_h"]: document["at_most_90_h"],
        **dict(zip(_INTERVALS["interval_80_h"], document["interval_80_h"], strict=True)),
        **dict(zip(_INTERVALS["interval_90_h"], document["interval_90_h"], strict=True)),
    }
    return Duration(model_from_document(document["model"]), tuple(sorted(hours.items())))


def _precedent_document(precedent: Precedent) -> _Precedent:
    opened_at = precedent.opened_at
    return {
        "id": precedent.id,
        "similarity": precedent.similarity,
        "opened_at": None if opened_at is None else opened_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "labels": dict(precedent.labels),
        "fix": precedent.fix,
        "hours": precedent.hours,
        "reopened": precedent.reopened,
        "model": model_document(precedent.model),
    }


def _precedent(document: _Precedent) -> Precedent:
    opened_at = document["opened_at"]
    return Precedent(
        id=document["id"],
        similarity=document["similarity"],
        opened_at=None if opened_at is None else datetime.fromisoformat(opened_at),
        labels=document["labels"],
        fix=document["fix"],
        hours=document["hours"],
        reopened=document["reopened"],
        model=model_from_document(document["model"]),
    )
