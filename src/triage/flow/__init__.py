"""The use cases of live events and live metrics: commit, decide, answer. It owns its ports and knows no SQL or HTTP."""

from triage.flow.answers import Answer, AnswerStatus, Entry, Received, Relabel, Unlabelled
from triage.flow.chains import Signal, SignalKind, accept_signals
from triage.flow.documents import group_document, predictions_document, predictions_from_document
from triage.flow.keys import KeyedAnswer, KeyedAnswers, KeyStore
from triage.flow.live import LiveFlow, Waits
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
from triage.flow.outgoing import (
    Content,
    DeadLetter,
    DeadLetterPage,
    DestinationState,
    Edit,
    Ending,
    EndState,
    GroupNews,
    MemberMode,
    Message,
    MessageKind,
    Outbox,
)
from triage.flow.outlooks import OutlookDocument, outlook_document, with_outlook
from triage.flow.oversight import EvidenceBook, Known, Oversight, Verdict, Withdrawal
from triage.flow.pages import ChangePage, GroupPage, GroupQuery, Page
from triage.flow.polls import Cursors, Polled, PolledTicket, Polls, PollSource
from triage.flow.ports import CommitCounts, Journal, Labeller, ModelCatalogue, Outlets, ServedModel
from triage.flow.warnings import WARNING_SOURCE, warning_received

__all__ = [
    "WARNING_SOURCE",
    "Answer",
    "AnswerStatus",
    "BatchAnswer",
    "ChangePage",
    "CommitCounts",
    "Content",
    "Cursors",
    "DeadLetter",
    "DeadLetterPage",
    "DestinationState",
    "Edit",
    "EndState",
    "Ending",
    "Entry",
    "EvidenceBook",
    "GroupNews",
    "GroupPage",
    "GroupQuery",
    "Journal",
    "KeyStore",
    "KeyedAnswer",
    "KeyedAnswers",
    "Known",
    "Labeller",
    "LiveFlow",
    "LiveMetrics",
    "MemberMode",
    "Message",
    "MessageKind",
    "MetricBatch",
    "MetricJournal",
    "ModelCatalogue",
    "Outbox",
    "Outlets",
    "OutlookDocument",
    "Oversight",
    "Page",
    "PollSource",
    "Polled",
    "PolledTicket",
    "Polls",
    "Received",
    "Relabel",
    "ServedModel",
    "Signal",
    "SignalKind",
    "Snapshot",
    "StreamWatcher",
    "Unlabelled",
    "Verdict",
    "Waits",
    "WarningPage",
    "WarningQuery",
    "WarningState",
    "WatchCounts",
    "WatcherSource",
    "Withdrawal",
    "accept_signals",
    "group_document",
    "outlook_document",
    "predictions_document",
    "predictions_from_document",
    "warning_received",
    "with_outlook",
]
