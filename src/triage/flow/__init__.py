"""The use case of live events: label, commit, answer. It owns its ports and must not know SQL or HTTP."""

from triage.flow.documents import predictions_document, predictions_from_document
from triage.flow.live import LiveFlow
from triage.flow.ports import (
    Answer,
    AnswerStatus,
    CommitCounts,
    Entry,
    Journal,
    Labeller,
    ModelCatalogue,
    Page,
    Received,
    ServedModel,
)

__all__ = [
    "Answer",
    "AnswerStatus",
    "CommitCounts",
    "Entry",
    "Journal",
    "Labeller",
    "LiveFlow",
    "ModelCatalogue",
    "Page",
    "Received",
    "ServedModel",
    "predictions_document",
    "predictions_from_document",
]
