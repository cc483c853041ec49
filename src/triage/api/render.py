"""Answers, verdicts, warnings and models as JSON bodies. The keys are a contract; their meaning lies in `domain`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import orjson
from starlette.responses import Response

from triage.decide.suspects import Suspect
from triage.domain import Change, EarlyWarning, Feedback, ModelRef, Outcome
from triage.flow import (
    WARNING_SOURCE,
    Answer,
    DeadLetter,
    ServedModel,
    Withdrawal,
    group_document,
    outlook_document,
    predictions_document,
)
from triage.watch.forecasts import forecast_document

__all__ = [
    "answer_body",
    "change_body",
    "dead_letter_body",
    "feedback_body",
    "json_response",
    "model_body",
    "outcome_body",
    "suspects_body",
    "to_json",
    "warning_body",
]


def answer_body(answer: Answer) -> dict[str, object]:
    """Render the answer on one incident."""
    triage = answer.triage
    # Left out for the many that are no alerts, rather than null.
    group: dict[str, object] = {} if answer.group is None else {"group": group_document(answer.group)}
    return {
        "id": triage.incident_id,
        "source": triage.source,
        "status": answer.status.value,
        "revision": answer.revision,
        "state": answer.state.value,
        "received_at": answer.received_at,
        "degraded": triage.degraded,
        "predictions": predictions_document(triage.predictions),
        **outlook_document(triage),
        **group,
    }


def dead_letter_body(letter: DeadLetter) -> dict[str, object]:
    """Render a message that was given up."""
    message, content = letter.message, letter.message.content
    return {
        "number": message.seq,
        "destination": message.destination,
        "id": content.triage.incident_id,
        "source": content.triage.source,
        "revision": content.revision,
        "kind": message.kind.value,
        "attempts": message.attempt,
        "reason": letter.reason,
        "buried_at": letter.buried_at,
        "received_at": content.received_at,
        "labels": dict(content.labels),
        "edited": content.edit is not None,
        "fields": {} if content.edit is None else dict(content.edit.fields),
    }


def change_body(change: Change) -> dict[str, object]:
    """Render a change."""
    return {
        "id": change.id,
        "source": change.source,
        "received_at": change.received_at,
        "occurred_at": change.occurred_at,
        "summary": change.summary,
        "labels": change.labels,
    }


def feedback_body(feedback: Feedback) -> dict[str, object]:
    """Render a verdict as it was kept."""
    return {
        "id": feedback.incident_id,
        "source": feedback.source,
        "target": feedback.target,
        "label": feedback.label,
        "by": feedback.given_by,
        "given_at": feedback.given_at,
    }


def model_body(model: ServedModel, withdrawn: Sequence[Withdrawal] = ()) -> dict[str, object]:
    """Render a model in force, with what of all that is withdrawn is its own."""
    ref = ModelRef(model.name, model.version)
    return {
        "name": model.name,
        "version": model.version,
        "targets": model.targets,
        "loaded_at": model.loaded_at,
        "refused": model.refused,
        "withdrawn": [
            {"target": one.place.target, "label": one.place.label, "since": one.since, "reason": one.reason}
            for one in withdrawn
            if one.place.model == ref
        ],
    }


def outcome_body(outcome: Outcome) -> dict[str, object]:
    """Render how an incident ended, as it was kept."""
    return {
        "id": outcome.incident_id,
        "source": outcome.source,
        "by": outcome.given_by,
        "labels": {
            each.name: {"value": each.value, "known_at": each.known_at, "is_ours": each.is_ours}
            for each in outcome.values
        },
    }


def suspects_body(suspects: Sequence[Suspect]) -> list[dict[str, object]]:
    """Render the changes that went before a warning."""
    return [
        {
            "id": one.change.id,
            "source": one.change.source,
            "summary": one.change.summary,
            "entity": one.entity,
            "before_s": one.before_s,
            "steps": one.steps,
            "history": None if one.history is None else asdict(one.history),
        }
        for one in suspects
    ]


def warning_body(warning: EarlyWarning, suspects: Sequence[Suspect] = ()) -> dict[str, object]:
    """Render a warning."""
    return {
        "id": warning.id,
        "entity": warning.entity,
        "opened_at": warning.opened_at,
        "closed_at": warning.closed_at,
        "score": warning.score,
        "causes": [{"metric": cause.metric, "contribution": cause.contribution} for cause in warning.causes],
        "suspects": suspects_body(suspects),
        "why": warning.why,
        "forecast": forecast_document(warning.forecast),
        "saturation": None if warning.saturation is None else asdict(warning.saturation),
        "part_of": warning.part_of,
        "size": warning.size,
        "similarity": warning.similarity,
        "reasons": [{"kind": each.kind, "value": each.value, "weight": each.weight} for each in warning.reasons],
        "incident": {"id": warning.part_of or warning.id, "source": WARNING_SOURCE},
    }


def json_response(body: object, status: int = 200) -> Response:
    """Return a response: times in UTC with a Z, floats by the fewest digits that read back as the same float."""
    return Response(to_json(body), status, media_type="application/json")


def to_json(body: object) -> bytes:
    """Render a body as `json_response` does."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)
