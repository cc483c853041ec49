"""Scores for people and for scripts, in one place: training and evaluation print the same columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triage.measure.scores import HeadScores

__all__ = ["score_table", "scores_document"]


def score_table(scores: Sequence[HeadScores]) -> tuple[list[str], list[list[str]]]:
    """Format scores as a header and rows: a measure a row, a target a column."""
    rows = [[name, *(show(each) for each in scores)] for name, show in _MEASURES]
    return ["", *(each.target for each in scores)], rows


def scores_document(scores: Sequence[HeadScores]) -> list[dict[str, float | int | str | None]]:
    """Return scores as JSON values, one object a target."""
    return [each.as_document() for each in scores]


_MEASURES: tuple[tuple[str, Callable[[HeadScores], str]], ...] = (
    ("rows judged", lambda each: f"{each.n:,}"),
    ("accuracy", lambda each: f"{each.accuracy:.4f}"),
    ("accuracy of the commonest label", lambda each: f"{each.majority_accuracy:.4f}"),
    ("macro-F1", lambda each: f"{each.macro_f1:.4f}"),
    ("macro-F1 of the commonest label", lambda each: f"{each.majority_macro_f1:.4f}"),
    ("right label among the first three", lambda each: f"{each.top3:.4f}"),
    ("calibration error", lambda each: f"{each.calibration_error:.4f}"),
    ("promised precision", lambda each: f"{each.promise:.2f}"),
    ("labelled automatically", lambda each: f"{each.coverage:.1%}"),
    ("precision of those", lambda each: "-" if isnan(each.precision) else f"{each.precision:.4f}"),
)
