"""Incidents, answers and verdicts on disk: SQLAlchemy Core with one writer. Nothing is labelled or decided here."""

from triage.store.journal import SqlJournal

__all__ = ["SqlJournal"]
