"""Wires what learns from metrics: files to histories, histories to watchers on the shelf, runs to MLflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from triage import __version__
from triage.bootstrap.learning import open_runs, to_name
from triage.bootstrap.metric_reading import MetricReading, read_incidents, read_metrics, to_budget
from triage.bootstrap.places import check_home, open_shelf
from triage.errors import UsageError
from triage.measure.durations import parse_duration
from triage.measure.warnings import Window
from triage.parts import METRICS_KIND
from triage.registry import check_name
from triage.settings import Settings
from triage.training.metric_evaluation import MetricEvaluation, MetricSlice, evaluate_metrics
from triage.training.metric_run import MetricReport, MetricRequest, train_metrics
from triage.training.request import Places

__all__ = ["MetricWish", "evaluate_metric_file", "train_metric_file"]


@dataclass(frozen=True, slots=True)
class MetricWish:
    """What the user asks of a training run; None takes the default.

    Parameters
    ----------
    name : str or None
        The file's name if None.
    budget : str or None
        The setting if None.
    horizon, gap : str
        Spans of time, or of steps.
    """

    name: str | None = None
    budget: str | None = None
    horizon: str = "60m"
    gap: str = "0m"


def train_metric_file(
    settings: Settings,
    files: tuple[Path, Path | None],
    reading: MetricReading,
    wish: MetricWish,
    progress: Callable[[str], None],
) -> MetricReport:
    """Fit a watcher on a file, store and record it, and make it the champion.

    Parameters
    ----------
    settings : Settings
    files : tuple of Path and (Path or None)
        The metrics, and the incidents of their entities.
    reading : MetricReading
    wish : MetricWish
    progress : callable
        Called with a sentence at the begin of each step.

    Raises
    ------
    UsageError
        Options that cannot be meant, or a home that cannot be written.
    DataError
        A file that cannot be learnt from, with the rows at fault.
    """
    file, incidents_file = files
    name = check_name(wish.name or to_name(file))
    check_home(settings)
    shelf = open_shelf(settings)
    shelf.check_kind(name, METRICS_KIND)
    horizon, gap = parse_duration(wish.horizon, "--horizon"), parse_duration(wish.gap, "--gap")
    reading = replace(reading, silences=settings.silences)
    _, history = read_metrics(file, reading, progress)
    incidents = None if incidents_file is None else read_incidents(incidents_file, reading, history)
    request = MetricRequest(
        name=name,
        budget=to_budget(wish.budget or settings.alert_budget, history),
        window=Window(horizon.to_ns(history.step_ns), gap.to_ns(history.step_ns)),
        code_version=__version__,
        reading={"step": reading.step, "tz": reading.tz},
    )
    return train_metrics(history, incidents, request, Places(shelf, open_runs(settings, progress), progress))


def evaluate_metric_file(
    settings: Settings, name: str, files: tuple[Path, Path], which: str, progress: Callable[[str], None]
) -> MetricEvaluation:
    """Judge a champion on a file of metrics and their incidents, read as its training files were.

    Raises
    ------
    UsageError
        A slice that does not exist for metrics, or a model of incidents.
    NotFound
        No such model.
    BundleRefused
        The model failed verification.
    DataError
        A file cannot be read, or no row is left to judge.
    """
    if which not in set(MetricSlice):
        raise UsageError(f"For a model of metrics the slice must be one of {', '.join(MetricSlice)}. Got {which!r}.")
    bundle = open_shelf(settings).load(name)
    reading = MetricReading(silences=settings.silences).over(bundle.card)
    _, history = read_metrics(files[0], reading, progress)
    return evaluate_metrics(bundle, history, read_incidents(files[1], reading, history), MetricSlice(which))
