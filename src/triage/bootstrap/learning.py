"""Wires what learns: files to histories, histories to models on the shelf, runs to MLflow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from joblib import cpu_count

from triage import __version__
from triage.bootstrap.places import check_home, open_shelf
from triage.bootstrap.reading import (
    REMEMBERED,
    as_in_training,
    complete_targets,
    over_settings,
    part_names,
    read_as_in_training,
    tell_encoding,
)
from triage.bootstrap.service_levels import to_service_levels
from triage.datasets import ReadOptions, read_table, to_history
from triage.datasets.times import month_leads
from triage.errors import UsageError
from triage.parts import METRICS_KIND
from triage.registry import check_name
from triage.settings import Settings
from triage.training import History, RunLog
from triage.training.evaluation import Evaluation, Slice, evaluate
from triage.training.request import Places, TrainingRequest
from triage.training.run import TrainingReport, train_incidents
from triage.training.service_levels import with_breaches

__all__ = ["Learnt", "Wish", "evaluate_file", "open_runs", "promote", "to_name", "train"]

# Two fits at a time keep memory within what one fit needs twice over; more is for a cluster.
_MOST_JOBS = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks of a training run; None takes the default.

    Parameters
    ----------
    name : str or None
        The file's name if None.
    promise : float or None
        The setting if None.
    effort : str
    parents : tuple of str, default=()
        Targets that follow another, each as ``child=parent``; others are found.
    """

    name: str | None = None
    promise: float | None = None
    effort: str = "normal"
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """A finished run, with the history that it learnt from."""

    report: TrainingReport
    history: History


def train(settings: Settings, file: Path, options: ReadOptions, wish: Wish, progress: Callable[[str], None]) -> Learnt:
    """Train on a file, store and record the model, and promote it unless the gate refuses.

    Raises
    ------
    SettingsError
        ``[sla]`` cannot be used.
    UsageError
        Options that cannot be meant, or a home that cannot be written.
    DataError
        A file that cannot be learnt from, with the rows at fault.
    """
    name = check_name(wish.name or to_name(file))
    request = TrainingRequest(
        name=name,
        promise=settings.promise if wish.promise is None else wish.promise,
        effort=wish.effort,
        n_jobs=min(_MOST_JOBS, cpu_count()),
        code_version=__version__,
        parents=_to_parents(wish.parents),
        under_triage_cost=settings.under_triage_cost,
        reading={option: getattr(over_settings(settings, options), option) for option in REMEMBERED},
    )
    check_home(settings)
    open_shelf(settings).check_kind(name, "incidents")
    progress(f"Reading {file}")
    table = read_table(file, options)
    tell_encoding(table, progress)
    options = part_names(over_settings(settings, options), table.columns)
    history = to_history(table, complete_targets(options, table.columns))
    if history.columns.time is not None and history.opened_at is not None:
        month_first = month_leads(table, history.columns.time, history.opened_at)
        request = replace(request, reading={**request.reading, "month_first": month_first})
    history = _with_breaches(settings, history, progress)
    progress(f"{len(history):,} incidents ({history.kind}); learning {', '.join(map(str, history.targets))}")
    places = Places(open_shelf(settings), open_runs(settings, progress), progress)
    return Learnt(train_incidents(history, request, places), history)


def evaluate_file(settings: Settings, name: str, file: Path, which: str, order: str | None = None) -> Evaluation:
    """Judge a champion on a file, read as its training file was.

    Raises
    ------
    UsageError
        A slice that does not exist, a file without the model's columns, or a model of metrics.
    NotFound
        No such model.
    BundleRefused
        The model failed verification.
    DataError
        The file cannot be read, or no row is left to judge.
    """
    if which not in set(Slice):
        raise UsageError(f"The slice must be one of {', '.join(Slice)}. Got {which!r}.")
    bundle = open_shelf(settings).load(name)
    if bundle.card.get("kind") == METRICS_KIND:
        raise UsageError(f"Model {name!r} learns from metrics: name their incidents by --incidents FILE.")
    options = as_in_training(bundle.card)
    options = replace(options, order=order or options.order)
    history = to_history(read_as_in_training(file, options), options)
    return evaluate(bundle, _with_breaches(settings, history), Slice(which))


def promote(settings: Settings, name: str, version: str) -> None:
    """Make a version the champion, and let MLflow's mark follow.

    Raises
    ------
    NotFound
        No such model or version.
    BundleRefused
        It failed verification; the champion stays.
    """
    open_shelf(settings).promote(name, version)
    open_runs(settings, lambda _: None).mirror_champion(name, version)


def open_runs(settings: Settings, progress: Callable[[str], None]) -> RunLog:
    """Open MLflow's record of runs, in the home.

    Raises
    ------
    TriageError
        The store cannot be opened.
    """
    progress("Opening the store of runs")
    from triage.registry.runs import MlflowRuns  # noqa: PLC0415  # start-up cost: MLflow takes seconds to import

    settings.home.mkdir(parents=True, exist_ok=True)
    return MlflowRuns(settings.mlflow_uri, settings.artifacts_dir)


def _with_breaches(settings: Settings, history: History, progress: Callable[[str], None] | None = None) -> History:
    levels = to_service_levels(settings)
    if levels is None:
        return history
    history, told = with_breaches(history, levels)
    if progress is not None:
        progress(told)
    return history


def _to_parents(given: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for each in given:
        child, equals, parent = each.partition("=")
        if not (child.strip() and equals and parent.strip()):
            raise UsageError(f"--parent must be CHILD=PARENT, two columns to predict. Got {each!r}.")
        pairs[child.strip()] = parent.strip()
    return pairs


def to_name(file: Path) -> str:
    """Return a model's name after a file's.

    Examples
    --------
    >>> to_name(Path("My Tickets.csv.gz"))
    'my-tickets'
    """
    stem = file.name.split(".")[0].lower()
    return re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-_") or "incidents"
