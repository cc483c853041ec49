"""The use cases of live events and live metrics: commit, decide, answer. It owns its ports and knows no SQL or HTTP."""

from triage.flow.chains import Signal, SignalKind, accept_signals
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
    ChangePage,
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
    "ChangePage",
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
    "Signal",
    "SignalKind",
    "Snapshot",
    "StreamWatcher",
    "WarningPage",
    "WarningQuery",
    "WarningState",
    "WatchCounts",
    "WatcherSource",
    "accept_signals",
    "outlook_document",
    "predictions_document",
    "predictions_from_document",
    "warning_received",
    "with_outlook",
]
