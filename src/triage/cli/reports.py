"""Scores for people and for scripts, in one place: training and evaluation print the same columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, isnan, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triage.measure.hours import HoursScores
    from triage.measure.risks import RiskScores
    from triage.measure.scores import HeadScores
    from triage.measure.warnings import WarningScores
    from triage.training.forecasts import TargetForecast
    from triage.training.outlooks import OutlookScores
    from triage.training.precedents import PrecedentScores

__all__ = ["automation_notes", "forecast_table", "outlook_tables", "score_table", "scores_document", "warning_rows"]


# Of the bound on precision that a promise rests on; see `triage.decide.promise`.
_ERROR_RATE = 0.05


def score_table(scores: Sequence[HeadScores]) -> tuple[list[str], list[list[str]]]:
    """Format scores as a header and rows: a measure a row, a target a column."""
    rows = [[name, *(show(each) for each in scores)] for name, show in _MEASURES]
    return ["", *(each.target for each in scores)], rows


def automation_notes(scores: Sequence[HeadScores], validated: int) -> Iterator[str]:
    """Say of each target of which nothing is automatic why that is, and what would change it.

    Parameters
    ----------
    scores : sequence of HeadScores
    validated : int
        Incidents of the slice between fit and newest; thresholds are chosen on half of it.
    """
    half = validated // 2
    for each in scores:
        if each.coverage > 0:
            continue
        # So many rows without an error have a lower bound of exactly the promise.
        needed = ceil(log(_ERROR_RATE) / log(each.promise))
        promise = f"a promise of {100 * each.promise:g}%"
        if half < needed:
            yield (
                f"{each.target}: nothing is automatic. It takes at least {needed} incidents without an error to choose "
                f"a threshold by for {promise}, and there are {half}: train on more, or set a lower --promise."
            )
        else:
            yield (
                f"{each.target}: nothing is automatic. No threshold keeps {promise} on the later incidents; "
                "`triage doctor` says what is wrong with the history."
            )


def scores_document(scores: Sequence[HeadScores]) -> list[dict[str, float | int | str | None]]:
    """Return scores as JSON values, one object a target."""
    return [each.as_document() for each in scores]


def outlook_tables(outlook: OutlookScores) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    """Yield a title, a header and rows for each thing that is said beside labels, and was judged."""
    if outlook.risks:
        yield "Risks", *_risk_table(outlook.risks)
    if outlook.hours is not None:
        yield "Hours to resolution", ["", "value"], _hours_rows(outlook.hours)
    if outlook.precedents is not None:
        yield "Nearest earlier incident", *_precedent_table(outlook.precedents)


def forecast_table(forecasts: Sequence[TargetForecast]) -> tuple[list[str], list[list[str]]]:
    """Format forecasts as a header and rows: a target and number of labels a row."""
    header = ["", "labels", "of them new", "accuracy", "labelled automatically"]
    return header, [
        [of_target.target, f"{each.labels:,}", f"{each.more:,}", _expected(each.accuracy), _expected(each.automatic)]
        for of_target in forecasts
        for each in of_target.forecasts
    ]


def _expected(value: tuple[float, float, float] | None) -> str:
    return "cannot be told" if value is None else "{:.1%} ({:.1%} to {:.1%})".format(*value)


def warning_rows(scores: WarningScores) -> list[tuple[str, str]]:
    """Format what warnings were worth as rows: a measure a row."""
    return [(name, show(scores)) for name, show in _WARNING_MEASURES]


def _risk_table(risks: Sequence[RiskScores]) -> tuple[list[str], list[list[str]]]:
    rows = [[name, *(show(each) for each in risks)] for name, show in _RISK_MEASURES]
    return ["", *(each.name for each in risks)], rows


def _hours_rows(scores: HoursScores) -> list[tuple[str, str]]:
    bounds = {"all": scores.overall, **scores.by_month}
    return [
        ("incidents of which it is known how long they took", f"{scores.overall.n:,}"),
        ("median error", f"{scores.median_error:.2f} h"),
        ("median error of the same hours for all", f"{scores.constant_error:.2f} h"),
        ("pinball loss", f"{scores.pinball:.2f} h"),
        ("pinball loss of the same hours for all", f"{scores.constant_pinball:.2f} h"),
        *(
            (f"within the 80 % / 90 % bound, {which} ({each.n:,})", f"{each.within_80:.1%} / {each.within_90:.1%}")
            for which, each in bounds.items()
        ),
    ]


def _precedent_table(nearest: PrecedentScores) -> tuple[list[str], list[tuple[str, str, str]]]:
    header = [
        f"of {nearest.judged:,}, {nearest.found:.1%} have one",
        "it has the same label",
        "the commonest label has it",
    ]
    often = nearest.commonest_label
    return header, [(target, _share(same), _share(often[target])) for target, same in nearest.same_label.items()]


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
