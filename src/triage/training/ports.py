"""What a training run takes and where it puts what it learnt: the history, the shelf of models and the log of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.learn.inputs import InputColumns
from triage.measure.scores import HeadScores
from triage.parts import JSON, Parts

__all__ = ["Bundle", "Card", "History", "ModelShelf", "RefusedColumn", "RunLog", "RunRecord"]

Card: TypeAlias = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class RefusedColumn:
    """A column of the file that is not read as a feature, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """Incidents of the past, oldest first, in columns.

    Parameters
    ----------
    name : str
        What it was read from.
    kind : str
        ``servicenow-event-log``, ``event-log`` (of another system), ``servicenow-incidents`` or ``tickets``.
    inputs : DataFrame
        The text and field columns, str or None: what was known at opening. RangeIndex.
    targets : DataFrame
        A column a target, str or None: how it ended. Same index.
    opened_at : Series of datetime64[ns, UTC] or None
        Never NaT; None when the file has no time column, and the order is then the file's.
    known_at : Series of datetime64[ns, UTC] or None
        When the labels became known, NaT where the file does not say, None where it never does.
    ids : Series of str or None
        The sender's identifiers, each once.
    columns : InputColumns
        Which of the inputs are text and which are fields.
    refused : tuple of RefusedColumn
        Every other column, with the reason.
    fingerprint : str
        SHA-256 (hex) of the content that is used.
    keys : ndarray of uint64
        Each row's identity, from what it says and not from its labels: what a model was fitted on is remembered so.
    outcomes : DataFrame
        How it went, in the columns that the file can fill; same index. ``resolved_at`` (datetime64[ns, UTC], NaT while
        open), ``hours`` (from opening to resolution, NaN where not known: what is closed may not say when it was
        resolved), ``breached``, ``reassigned``, ``escalated``, ``reopened`` (True, False or None) and ``fix`` (str or
        None). Never read as features.
    """

    name: str
    kind: str
    inputs: pd.DataFrame
    targets: pd.DataFrame
    opened_at: pd.Series | None
    known_at: pd.Series | None
    ids: pd.Series | None
    columns: InputColumns
    refused: tuple[RefusedColumn, ...]
    fingerprint: str
    keys: NDArray[np.uint64]
    outcomes: pd.DataFrame

    def __len__(self) -> int:
        return len(self.inputs)


class Bundle(Protocol):
    """A verified model as it comes off the shelf."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def version(self) -> str:
        """Its version."""

    @property
    def card(self) -> Card:
        """What was learnt from what, and how it did."""

    @property
    def parts(self) -> Parts:
        """Its arrays and documents, by part."""


class ModelShelf(Protocol):
    """Where bundles stand, by name and version; which of them is the champion."""

    def add(self, name: str, parts: Parts, card: Card) -> str:
        """Store a bundle and return its new version."""

    def folder(self, name: str, version: str) -> Path:
        """Return the folder of a stored bundle."""

    def load(self, name: str, version: str | None = None) -> Bundle:
        """Return a verified bundle, the champion unless a version is given."""

    def champion(self, name: str) -> str | None:
        """Return the champion's version, or None before the first promotion."""

    def promote(self, name: str, version: str) -> None:
        """Make a version the champion, atomically."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One finished training run, as it is put on record.

    Parameters
    ----------
    name, version : str
        The model that came out.
    parameters : mapping of str to str
        What the run was asked to do, and what it chose.
    metrics : mapping of str to float
        The scores on the newest slice, and the cost of the run.
    scores : tuple of HeadScores
        The same in full, for pictures.
    bundle : Path
        The stored bundle's folder.
    tags : mapping of str to str
        The data's fingerprint, the code's version.
    """

    name: str
    version: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    scores: tuple[HeadScores, ...]
    bundle: Path
    tags: Mapping[str, str]


class RunLog(Protocol):
    """Where finished runs are put on record."""

    def record(self, run: RunRecord) -> str:
        """Put a run on record and return its identifier there."""

    def mirror_champion(self, name: str, version: str) -> None:
        """Point the record's own champion mark at a version."""
