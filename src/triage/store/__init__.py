"""Events, answers, verdicts and warnings on disk: SQLAlchemy Core with one writer. Nothing is decided here."""

from triage.store.history import read_labelled
from triage.store.journal import SqlJournal
from triage.store.metric_journal import SqlMetricJournal
from triage.store.outbox import SqlOutbox, open_outbox

__all__ = ["SqlJournal", "SqlMetricJournal", "SqlOutbox", "open_outbox", "read_labelled"]
