"""Warnings by rule, of series that stand still or no longer come: their words, and which of them are open."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from triage.domain import Cause, EarlyWarning
from triage.watch.liveness_layout import (
    FLAT,
    MISSING,
    NOTE_ENTITY,
    NOTE_KIND,
    NOTE_LENGTH,
    NOTE_NS,
    NOTE_OPEN,
    NOTE_SERIES,
)
from triage.watch.table import SeriesTable
from triage.watch.warnings import at

__all__ = ["OpenNotes"]

_SECOND_NS = 1_000_000_000
_NAMES = ("flat", "missing", "stopped")
_SCORE = 0.99  # they are no matter of degree


class OpenNotes:
    """The warnings by rule that are open: at most one of a kind an entity.

    Parameters
    ----------
    table : SeriesTable
        The watcher's.
    """

    def __init__(self, table: SeriesTable) -> None:
        self._table = table
        self.held: dict[tuple[int, int], EarlyWarning] = {}

    def follow(self, note: Sequence[int]) -> EarlyWarning | None:
        """Return the warning that a note of the kernel opens or closes; None where a silence had kept it back."""
        entity, kind = note[NOTE_ENTITY], note[NOTE_KIND]
        if note[NOTE_OPEN]:
            self.held[entity, kind] = self._opened(note)
            return self.held[entity, kind]
        was = self.held.pop((entity, kind), None)
        return None if was is None else replace(was, closed_at=max(at(note[NOTE_NS]), was.opened_at))

    def _opened(self, note: Sequence[int]) -> EarlyWarning:
        entity, metric = self._table.entities[note[NOTE_ENTITY]], self._table.metrics[note[NOTE_SERIES]]
        kind, opened_ns = note[NOTE_KIND], note[NOTE_NS]
        has_stopped = kind not in {FLAT, MISSING}
        return EarlyWarning(
            id=hashlib.sha256(f"{entity}\0{opened_ns}\0{_NAMES[kind]}".encode()).hexdigest()[:32],
            entity=entity,
            opened_at=at(opened_ns),
            closed_at=None,
            score=_SCORE,
            causes=() if has_stopped else (Cause(metric, 1.0),),
            why=_spelled(kind, metric, note[NOTE_LENGTH]),
        )


def _spelled(kind: int, metric: str, length: int) -> str:
    if kind == FLAT:
        return f"{metric} has not changed for {length:,} samples, at least five times as many as ever before."
    if kind == MISSING:
        return f"{metric} has sent nothing for {length:,} steps in which the entity's other metrics did."
    return f"No metric has sent anything for {length / _SECOND_NS / 60:,.0f} min, while other entities did."
