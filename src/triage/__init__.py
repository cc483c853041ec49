"""Incident prediction and triage: learn from a team's own history, answer before the workflow core sees the event."""

__all__ = ["__version__"]

__version__ = "0.1.0"
