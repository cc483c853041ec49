"""The use cases of live events and live metrics: commit, decide, answer. It owns its ports and knows no SQL or HTTP."""

from triage.flow.documents import predictions_document, predictions_from_document
from triage.flow.live import LiveFlow
from triage.flow.metric_ports import (
    BatchAnswer,
    MetricBatch,
    MetricJournal,
    Snapshot,
    StreamWatcher,
    WarningPage,
    WarningQuery,
    WarningState,
    WatchCounts,
    WatcherSource,
)
from triage.flow.metrics import LiveMetrics
from triage.flow.outlooks import OutlookDocument, outlook_document, with_outlook
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
from triage.flow.warnings import WARNING_SOURCE, warning_received

__all__ = [
    "WARNING_SOURCE",
    "Answer",
    "AnswerStatus",
    "BatchAnswer",
    "CommitCounts",
    "Entry",
    "Journal",
    "Labeller",
    "LiveFlow",
    "LiveMetrics",
    "MetricBatch",
    "MetricJournal",
    "ModelCatalogue",
    "OutlookDocument",
    "Page",
    "Received",
    "ServedModel",
    "Snapshot",
    "StreamWatcher",
    "WarningPage",
    "WarningQuery",
    "WarningState",
    "WatchCounts",
    "WatcherSource",
    "outlook_document",
    "predictions_document",
    "predictions_from_document",
    "warning_received",
    "with_outlook",
]
