"""What all routes of foreign events share: call the flow, count, render. No format is known here."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from triage.api.metrics import Metrics
from triage.api.render import answer_body, json_response
from triage.api.service import Service
from triage.domain import Change
from triage.flow import Answer, Received, Signal, accept_signals

__all__ = ["answer_changes", "answer_events", "answer_signals", "commit_signals"]


async def answer_events(
    service: Service, metrics: Metrics, received: Sequence[Received], *, truncated: int = 0, ignored: int = 0
) -> Response:
    """Commit incidents and answer each."""
    answers = await service.flow.accept(received) if received else []
    metrics.count_answers(answers)
    return _response(answers, truncated=truncated, ignored=ignored)


async def answer_signals(service: Service, metrics: Metrics, signals: Sequence[Signal]) -> Response:
    """Commit signals on problems that may come back, and answer each that meant something."""
    answers = await commit_signals(service, metrics, signals)
    return _response(answers, ignored=len(signals) - len(answers))


async def answer_changes(service: Service, changes: Sequence[Change]) -> Response:
    """Commit changes and say how many were new."""
    return _response((), changes=await service.flow.accept_changes(changes))


async def commit_signals(service: Service, metrics: Metrics, signals: Sequence[Signal]) -> list[Answer]:
    """Commit signals; those that there is nothing open for have no answer."""
    answers = [answer for answer in await accept_signals(service.flow, signals) if answer is not None]
    metrics.count_answers(answers)
    return answers


def _response(answers: Sequence[Answer], *, changes: int = 0, ignored: int = 0, truncated: int = 0) -> Response:
    items = [answer_body(answer) for answer in answers]
    return json_response({"items": items, "changes": changes, "ignored": ignored, "truncated": truncated})
