"""Wires detection in files: a champion or a fresh watcher over a file's rows, answers and pictures into files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triage.bootstrap.grouping import read_dependencies, to_grouping
from triage.bootstrap.limits import to_limits
from triage.bootstrap.metric_reading import MetricReading, read_metrics, to_budget
from triage.bootstrap.places import open_shelf
from triage.bootstrap.problems import write_problems
from triage.datasets import check_anomaly_out, write_anomalies
from triage.decide.grouping import GroupingRules
from triage.domain import EarlyWarning
from triage.errors import UsageError
from triage.foresight.forewarning import StreamingWatcher
from triage.registry.bundle import Bundle
from triage.settings import Settings
from triage.training.metric_evaluation import is_training_file, open_watcher
from triage.training.metrics import MetricHistory
from triage.training.reach import MetricFit, Reach
from triage.training.watching import RowAnswers, watch_history
from triage.watch.limits import Limits
from triage.watch.watcher import Watcher

__all__ = ["Detected", "Search", "detect_file", "save_pictures"]


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for.

    Parameters
    ----------
    out : Path
        Where the answers go.
    model : str or None
        The champion that answers; a watcher that knows nothing yet if None.
    budget : str or None
        Of a watcher without a model; the setting if None.
    plots : Path or None
        Folder of a picture a warning; none are drawn if None.
    problems : Path or None
        Where warnings that are one problem go, with their entities ranked as its root; nowhere if None.
    dependencies : Path or None
        Who calls whom, in place of the file that ``[grouping]`` names; that one if None.
    """

    out: Path
    model: str | None = None
    budget: str | None = None
    plots: Path | None = None
    problems: Path | None = None
    dependencies: Path | None = None


@dataclass(frozen=True, slots=True)
class Detected:
    """What was written.

    Parameters
    ----------
    model, version : str or None
    rows, points, series, entities : int
    left_out : int
        Rows no newer than what the model learnt from: they have a score of 0.
    warnings : int
        Alerts in the file, which is warnings that were opened.
    stopped : tuple of EarlyWarning
        Those of the warnings whose entities sent nothing when it was noticed, so that no row is marked with them.
    plots : tuple of str
        Pictures.
    out : str
    """

    model: str | None
    version: str | None
    rows: int
    points: int
    series: int
    entities: int
    left_out: int
    warnings: int
    stopped: tuple[EarlyWarning, ...]
    plots: tuple[str, ...]
    out: str

    def as_document(self) -> dict[str, object]:
        """Return it as JSON values."""
        stopped = [
            {
                "entity": one.entity,
                "opened_at": one.opened_at.isoformat(),
                "closed_at": None if one.closed_at is None else one.closed_at.isoformat(),
                "why": one.why,
            }
            for one in self.stopped
        ]
        return {name: getattr(self, name) for name in self.__slots__} | {"plots": list(self.plots), "stopped": stopped}


def detect_file(
    settings: Settings, file: Path, search: Search, reading: MetricReading, progress: Callable[[str], None]
) -> Detected:
    """Score every row of a file of metrics as if it streamed in, and warn within the budget.

    Raises
    ------
    NotFound
        No such model.
    BundleRefused
        The model failed verification.
    UsageError
        Options that cannot be meant, no columns of metrics in the file, or ``out`` cannot be written.
    SettingsError
        ``[limits]``, or for problems ``[grouping]``, cannot be used.
    DataError
        The file cannot be read, with the rows at fault.
    """
    if search.dependencies is not None and search.problems is None:
        raise UsageError("--dependencies says what --problems are. Name a file for these, or leave it out.")
    rules = None if search.problems is None else _grouping(settings, search.dependencies)
    bundle = None if search.model is None else open_shelf(settings).load(search.model)
    watcher = None if bundle is None else open_watcher(bundle)
    reading = replace(reading, silences=settings.silences)
    table, history = read_metrics(file, reading if bundle is None else reading.over(bundle.card), progress)
    check_anomaly_out(table, search.out)
    if search.plots is not None:
        _check_folder(search.plots)
    left_out = 0
    # Where time is counted in steps nobody knows how far ahead a horizon is.
    limits = to_limits(settings) if history.step_ns is None else Limits(horizon_s=0.0)
    if bundle is None or watcher is None:
        watcher = Watcher(to_budget(search.budget or settings.alert_budget, history), zone=history.zone)
        watcher.limits = limits
        answers = watch_history(watcher, history)
    else:
        _check_budget(search, watcher, history)
        watcher.limits = limits
        history, is_new = _following(bundle, history, progress)
        left_out = int((~is_new).sum())
        answers = watch_history(watcher, history.of_rows(is_new)).spread(is_new)
    write_anomalies(table, answers.score, answers.alert, answers.causes, search.out, answers.probability)
    if search.problems is not None:
        write_problems(answers.warnings, rules, search.problems)
    saved: tuple[Path, ...] = ()
    if search.plots is not None:
        progress(f"Drawing {len(answers.warnings):,} warnings")
        saved = save_pictures(history, answers, search.plots)
    return Detected(
        model=None if bundle is None else bundle.name,
        version=None if bundle is None else bundle.version,
        rows=len(table),
        points=len(history),
        series=len(history.series),
        entities=len(history.entities),
        left_out=left_out,
        warnings=len(answers.warnings),
        stopped=answers.stopped,
        plots=tuple(str(path) for path in saved),
        out=str(search.out),
    )


def save_pictures(history: MetricHistory, answers: RowAnswers, folder: Path) -> tuple[Path, ...]:
    """Draw every warning of a history as PNG.

    Raises
    ------
    UsageError
        Matplotlib is not installed, or the folder cannot be written.
    """
    try:
        from triage.plots import save_warnings  # noqa: PLC0415  # optional: matplotlib comes with [train]
    except ModuleNotFoundError as err:
        raise UsageError("Pictures need matplotlib: install triage[train].") from err
    return save_warnings(history, answers.warnings, folder, answers.entity_score)


def _grouping(settings: Settings, dependencies: Path | None) -> GroupingRules | None:
    rules = to_grouping(settings)
    if rules is None or dependencies is None:
        return rules
    return replace(rules, topology=read_dependencies(dependencies))


def _check_budget(search: Search, watcher: StreamingWatcher, history: MetricHistory) -> None:
    if search.budget is not None and to_budget(search.budget, history) != watcher.budget:
        there = f"{watcher.budget.alerts} in {watcher.budget.period_ns / 86_400e9:g} days"
        raise UsageError(
            f"The threshold of {search.model!r} was set for a budget of {there}. Got --budget {search.budget!r}: leave "
            "it out, train a model with it, or leave out --model."
        )


def _following(
    bundle: Bundle, history: MetricHistory, progress: Callable[[str], None]
) -> tuple[MetricHistory, NDArray[np.bool_]]:
    """Return the history as it follows what the model learnt from, and which of its rows do."""
    reach = Reach.from_part(bundle.parts["reach"])
    by_ns = 0 if is_training_file(bundle, history) else reach.gap_to(history)
    if by_ns:
        progress("The steps are numbered anew: they are taken to follow those that the model learnt from.")
    moved = history.moved(by_ns)
    seen = reach.seen_by(MetricFit.SERVED, moved)
    if seen.any():
        progress(
            f"{int(seen.sum()):,} of {history.n_rows:,} rows are no newer than what {bundle.name} learnt from, and get "
            "a score of 0; without --model all are answered."
        )
    return moved, ~seen


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a folder for the pictures.")
