"""Scores for people and for scripts, in one place: training and evaluation print the same columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triage.measure.risks import RiskScores
    from triage.measure.scores import HeadScores
    from triage.measure.warnings import WarningScores

__all__ = ["risk_table", "risks_document", "score_table", "scores_document", "warning_rows"]


def score_table(scores: Sequence[HeadScores]) -> tuple[list[str], list[list[str]]]:
    """Format scores as a header and rows: a measure a row, a target a column."""
    rows = [[name, *(show(each) for each in scores)] for name, show in _MEASURES]
    return ["", *(each.target for each in scores)], rows


def scores_document(scores: Sequence[HeadScores]) -> list[dict[str, float | int | str | None]]:
    """Return scores as JSON values, one object a target."""
    return [each.as_document() for each in scores]


def risk_table(risks: Sequence[RiskScores]) -> tuple[list[str], list[list[str]]]:
    """Format the scores of risks as a header and rows: a measure a row, a risk a column."""
    rows = [[name, *(show(each) for each in risks)] for name, show in _RISK_MEASURES]
    return ["", *(each.name for each in risks)], rows


def risks_document(risks: Sequence[RiskScores]) -> list[dict[str, float | int | str | None]]:
    """Return the scores of risks as JSON values, one object a risk."""
    return [each.as_document() for each in risks]


def warning_rows(scores: WarningScores) -> list[tuple[str, str]]:
    """Format what warnings were worth as rows: a measure a row."""
    return [(name, show(scores)) for name, show in _WARNING_MEASURES]


def _share(value: float) -> str:
    return "-" if isnan(value) else f"{value:.1%}"


def _number(value: float) -> str:
    return "-" if isnan(value) else f"{value:.4f}"


def _minutes(value: float) -> str:
    return "-" if isnan(value) else f"{value:,.0f} min"


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
_RISK_MEASURES: tuple[tuple[str, Callable[[RiskScores], str]], ...] = (
    ("rows judged", lambda each: f"{each.n:,}"),
    ("came true", lambda each: _share(each.rate)),
    ("area under the curve", lambda each: _number(each.auc)),
    ("Brier score", lambda each: _number(each.brier)),
    ("Brier score of always saying the rate", lambda each: _number(each.brier_of_rate)),
    ("calibration error", lambda each: _number(each.calibration_error)),
)
_WARNING_MEASURES: tuple[tuple[str, Callable[[WarningScores], str]], ...] = (
    ("incidents judged", lambda each: f"{each.incidents:,}"),
    ("warned of early", lambda each: _share(each.early_recall)),
    ("the same, less chance", lambda each: "-" if isnan(each.lift) else f"{100 * each.lift:+.1f} points"),
    ("warned of early or late", lambda each: _share(each.detection_recall)),
    ("alerts", lambda each: f"{each.alerts:,} ({each.early:,} early, {each.late:,} late, {each.false:,} false)"),
    (
        "false alerts per entity-day",
        lambda each: "-" if isnan(each.false_per_entity_day) else f"{each.false_per_entity_day:.3f}",
    ),
    ("lead time, median", lambda each: _minutes(each.lead_median_min)),
    ("lead time of nine in ten, at least", lambda each: _minutes(each.lead_p10_min)),
)
