"""Wire formats into events, one module a format. Nothing is stored or labelled here."""

from triage.intake.checks import shown
from triage.intake.edits import to_edit
from triage.intake.incidents import to_received
from triage.intake.json_body import read_json, to_items
from triage.intake.metrics import to_metric_batch
from triage.intake.outcomes import to_outcome
from triage.intake.verdicts import to_feedback

__all__ = ["read_json", "shown", "to_edit", "to_feedback", "to_items", "to_metric_batch", "to_outcome", "to_received"]
