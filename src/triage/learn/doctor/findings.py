"""What an examination hands back: findings with their rows, and numbers to draw. Looks at no data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SLICES",
    "Chart",
    "CheckResult",
    "Diagnosis",
    "Finding",
    "Material",
    "RowNote",
    "Severity",
    "to_severity",
]

# By slice number; rows of slice -1 are in none, as their labels were known too late to inform the next.
SLICES = ("fit", "validate", "newest")

Cells: TypeAlias = NDArray[np.object_]
Value: TypeAlias = str | int | float | None


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Incidents of the past as the checks read them, oldest first.

    Parameters
    ----------
    texts : list of str of length n
        Empty where there is none.
    inputs : mapping of str to ndarray of shape (n,)
        Cells of every text and field column that is learnt from: str, or None where missing.
    fields : tuple of str
        Which of the inputs are fields.
    targets : mapping of str to ndarray of shape (n,)
        Labels by target: str, or None.
    slices : ndarray of int8 of shape (n,)
        Position in `SLICES`, or -1.
    refused : mapping of str to str
        Columns that are not learnt from, with the reason.
    others : mapping of str to ndarray of shape (n,)
        Cells of refused columns, as far as they are at hand.
    ends : mapping of str to ndarray of shape (n,)
        Of an event log: what the inputs said at each incident's end. Empty otherwise.
    """

    texts: list[str]
    inputs: Mapping[str, Cells]
    fields: tuple[str, ...]
    targets: Mapping[str, Cells]
    slices: NDArray[np.int8]
    refused: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, Cells] = field(default_factory=dict)
    ends: Mapping[str, Cells] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class RowNote:
    """One row of a finding.

    Parameters
    ----------
    row : int
        Its position in the material.
    says : mapping of str to value
        What is to be known about it.
    twin : int or None, default=None
        Position of the row that it is held against.
    """

    row: int
    says: Mapping[str, Value]
    twin: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the data, or worth knowing.

    Parameters
    ----------
    kind : str
        Words joined by hyphens; the same check gives the same kinds.
    severity : Severity
    about : str
        The target or column; empty when the whole is meant.
    message, advice : str
        What is so, and what to do.
    count : int
        How many there are in all.
    counted : str
        What ``count`` counts: ``tickets``, ``labels``, ``values`` or ``columns``.
    rows : tuple of RowNote
        The first of them, worst first.
    details : tuple of mapping
        Numbers behind the message, a mapping a label or value; the first of them.
    """

    kind: str
    severity: Severity
    about: str
    message: str
    advice: str
    count: int
    counted: str = "tickets"
    rows: tuple[RowNote, ...] = ()
    details: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers that are worth a picture: a bar for each label and series.

    Parameters
    ----------
    title : str
    labels : tuple of str
    series : mapping of str to sequence of float
        Values of the labels, by the series' name.
    is_share : bool, default=True
        Whether values are shares in [0, 1].
    """

    title: str
    labels: tuple[str, ...]
    series: Mapping[str, Sequence[float]]
    is_share: bool = True


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found, what is to be drawn of it, and what it left out."""

    findings: tuple[Finding, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that an examination found, the gravest first.

    Parameters
    ----------
    findings : tuple of Finding
    charts : tuple of Chart
    notes : tuple of str
        What was sampled or left out.
    slices : mapping of str to int
        Rows by slice.
    """

    findings: tuple[Finding, ...]
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]
    slices: Mapping[str, int]


def to_severity(share: float, medium: float, high: float) -> Severity:
    """Return the severity of a share in [0, 1] by its two bounds.

    Examples
    --------
    >>> str(to_severity(0.02, medium=0.01, high=0.05))
    'medium'
    """
    if share >= high:
        return Severity.HIGH
    return Severity.MEDIUM if share >= medium else Severity.LOW
