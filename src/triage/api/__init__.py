"""The HTTP face: parse, call, render. No decisions, no SQL, and nothing is built at import."""

from triage.api.app import create_app
from triage.api.service import IntakeRules, Limits, Service

__all__ = ["IntakeRules", "Limits", "Service", "create_app"]
