"""Exports and public sets → frames. Reads and writes files of incidents; learns nothing and decides nothing."""

from triage.datasets.history import to_history
from triage.datasets.identity import row_keys
from triage.datasets.incidents import to_incidents
from triage.datasets.labelled import check_out, write_labelled
from triage.datasets.reading import read_table
from triage.datasets.table import ReadOptions, Table

__all__ = [
    "ReadOptions",
    "Table",
    "check_out",
    "read_table",
    "row_keys",
    "to_history",
    "to_incidents",
    "write_labelled",
]
