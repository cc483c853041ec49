"""From the outbox to workflow cores, one module a core. Nothing is labelled, and no SQL is known here."""

from triage.deliver.attempts import Attempt, Core, Verdict
from triage.deliver.cores import make_core
from triage.deliver.destinations import Destination, FieldRule, Kind, Mode, to_destinations
from triage.deliver.relay import Lane, LaneCounts, Relay

__all__ = [
    "Attempt",
    "Core",
    "Destination",
    "FieldRule",
    "Kind",
    "Lane",
    "LaneCounts",
    "Mode",
    "Relay",
    "Verdict",
    "make_core",
    "to_destinations",
]
