"""Exports and public sets → frames. Reads and writes files of incidents and metrics; learns nothing."""

from triage.datasets.anomalies import check_anomaly_out, write_anomalies
from triage.datasets.history import to_history
from triage.datasets.identity import row_keys
from triage.datasets.incidents import to_incidents
from triage.datasets.labelled import check_out, write_labelled
from triage.datasets.metric_columns import find_roles
from triage.datasets.metric_incidents import to_metric_incidents
from triage.datasets.metric_times import USUAL_STEP_NS
from triage.datasets.metrics import MetricOptions, to_metric_history
from triage.datasets.reading import read_table
from triage.datasets.table import ReadOptions, Table

__all__ = [
    "USUAL_STEP_NS",
    "MetricOptions",
    "ReadOptions",
    "Table",
    "check_anomaly_out",
    "check_out",
    "find_roles",
    "read_table",
    "row_keys",
    "to_history",
    "to_incidents",
    "to_metric_history",
    "to_metric_incidents",
    "write_anomalies",
    "write_labelled",
]
