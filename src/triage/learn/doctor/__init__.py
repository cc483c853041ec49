"""What is wrong with a history before anything is learnt from it. Pure: frames and arrays in, findings out."""

from triage.learn.doctor.examination import examine
from triage.learn.doctor.findings import (
    SLICES,
    Chart,
    CheckResult,
    Diagnosis,
    Finding,
    Material,
    RowNote,
    Severity,
)

__all__ = ["SLICES", "Chart", "CheckResult", "Diagnosis", "Finding", "Material", "RowNote", "Severity", "examine"]
