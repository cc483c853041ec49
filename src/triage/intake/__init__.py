"""Wire formats into events, one module a format. Nothing is stored or labelled here."""

from triage.intake.alertmanager import AlertGroup, to_alert_group
from triage.intake.checks import shown
from triage.intake.cloud_events import (
    BATCH_MEDIA,
    STRUCTURED_MEDIA,
    to_batched_events,
    to_binary_event,
    to_structured_event,
)
from triage.intake.edits import to_edit
from triage.intake.em_events import read_lenient_json, to_em_signals
from triage.intake.exposition import OPENMETRICS_MEDIA, PROMETHEUS_MEDIA, to_exposed_metrics
from triage.intake.field_map import FieldMap, field_map_of, to_mapped_changes, to_mapped_incidents
from triage.intake.incidents import to_incident, to_received
from triage.intake.jira import to_issue
from triage.intake.json_body import read_json, to_items
from triage.intake.mail import clean_mail
from triage.intake.metrics import ARROW_MEDIA, MOST_POINTS, to_metric_batch
from triage.intake.named_rows import RecentNames
from triage.intake.otlp import OtlpMetrics, read_otlp_json, read_otlp_protobuf, to_otlp_metrics
from triage.intake.outcomes import to_outcome
from triage.intake.pagerduty import LARGEST_EVENT, to_change, to_signal
from triage.intake.remote_write import VERSION_1, VERSION_2, RemoteWrite, to_remote_write, unpacked_snappy
from triage.intake.series_names import ENTITY_LABELS, SeriesNames
from triage.intake.servicenow import to_record_incidents
from triage.intake.verdicts import to_feedback

__all__ = [
    "ARROW_MEDIA",
    "BATCH_MEDIA",
    "ENTITY_LABELS",
    "LARGEST_EVENT",
    "MOST_POINTS",
    "OPENMETRICS_MEDIA",
    "PROMETHEUS_MEDIA",
    "STRUCTURED_MEDIA",
    "VERSION_1",
    "VERSION_2",
    "AlertGroup",
    "FieldMap",
    "OtlpMetrics",
    "RecentNames",
    "RemoteWrite",
    "SeriesNames",
    "clean_mail",
    "field_map_of",
    "read_json",
    "read_lenient_json",
    "read_otlp_json",
    "read_otlp_protobuf",
    "shown",
    "to_alert_group",
    "to_batched_events",
    "to_binary_event",
    "to_change",
    "to_edit",
    "to_em_signals",
    "to_exposed_metrics",
    "to_feedback",
    "to_incident",
    "to_issue",
    "to_items",
    "to_mapped_changes",
    "to_mapped_incidents",
    "to_metric_batch",
    "to_otlp_metrics",
    "to_outcome",
    "to_received",
    "to_record_incidents",
    "to_remote_write",
    "to_signal",
    "to_structured_event",
    "unpacked_snappy",
]
