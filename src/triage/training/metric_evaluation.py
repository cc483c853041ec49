"""How a watcher does on metrics that it has not learnt from: a run's later part and any later file, by one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from triage.domain import ModelRef
from triage.errors import BundleRefused, DataError, Problem, UsageError
from triage.foresight.forewarning import StreamingWatcher, watcher_of
from triage.measure.warnings import Alerts, Incidents, Verdict, WarningScores, Window, judge, score
from triage.parts import METRICS_KIND
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.ports import Bundle
from triage.training.reach import MetricFit, Reach, spans_of, were_watched
from triage.training.watching import watch_history

__all__ = [
    "MetricEvaluation",
    "MetricSlice",
    "cut_of",
    "evaluate_metrics",
    "is_training_file",
    "judge_alerts",
    "judge_watcher",
    "open_watcher",
    "window_of",
]

# As the project's benchmarks define it: the budget is fixed on the earlier 70 % of time.
_FIT_SHARE = 0.7

_Ints = NDArray[np.int64]


class MetricSlice(StrEnum):
    """Which rows of a file are judged."""

    NEWEST = "newest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class MetricEvaluation:
    """What came out of judging a watcher on a file.

    Parameters
    ----------
    model : ModelRef
    fit : MetricFit
    rows, in_slice, left_out : int
        Rows of the file, of the slice, and of those left out because the fit had learnt from them.
    incidents_left_out : int
        Incidents that nothing can be said on: of other entities, or at a time that was not watched for a whole horizon.
    scores : WarningScores
    """

    model: ModelRef
    fit: MetricFit
    rows: int
    in_slice: int
    left_out: int
    incidents_left_out: int
    scores: WarningScores


def cut_of(history: MetricHistory) -> int:
    """Return the event time (ns) at which the later 30 % of a history's time begins."""
    first, last = int(history.time_ns_of_row.min()), int(history.time_ns_of_row.max())
    return first + round(_FIT_SHARE * (last - first))


def open_watcher(bundle: Bundle, part: str = "watcher") -> StreamingWatcher:
    """Put a watcher of a verified bundle together.

    Raises
    ------
    UsageError
        It holds a model of incidents.
    BundleRefused
        Its files are as they were stored, but they do not make a watcher.
    """
    if bundle.card.get("kind") != METRICS_KIND:
        raise UsageError(f"Model {bundle.name!r} is a model of incidents; `triage label` answers with it.")
    try:
        return watcher_of(bundle.parts[part])
    except (ValidationError, KeyError, IndexError, ValueError, TypeError) as err:
        raise BundleRefused(
            f"Model {bundle.name!r} version {bundle.version} does not hold a watcher: {err}. Train it again."
        ) from err


def is_training_file(bundle: Bundle, history: MetricHistory) -> bool:
    """Return whether a bundle was learnt from exactly this history."""
    data = bundle.card.get("data")
    return isinstance(data, Mapping) and data.get("sha256") == history.fingerprint()


def window_of(bundle: Bundle) -> Window:
    """Return the horizon and the gap that a bundle was trained for.

    Raises
    ------
    BundleRefused
        Its card does not say.
    """
    horizon_ns, gap_ns = bundle.card.get("horizon_ns"), bundle.card.get("gap_ns")
    if not (isinstance(horizon_ns, int) and isinstance(gap_ns, int)):
        raise BundleRefused(f"The card of {bundle.name!r} names no horizon. Train it again.")
    return Window(horizon_ns, gap_ns)


def judge_watcher(
    watcher: StreamingWatcher,
    history: MetricHistory,
    incidents: MetricIncidents | None,
    window: Window,
) -> tuple[WarningScores, int]:
    """Send later metrics through a watcher and judge its warnings.

    Parameters
    ----------
    watcher : Watcher or Forewarner
        Learns from the history on the way.
    history : MetricHistory
        Later than all that the watcher has learnt from.
    incidents : MetricIncidents or None
        None: nothing is known, every alert counts as false.
    window : Window

    Returns
    -------
    scores : WarningScores
    left_out : int
        Incidents that nothing can be said on. An alert that belongs to one of them is not counted either.
    """
    answers = watch_history(watcher, history)
    return judge_alerts(answers.alerts, history, incidents, window)


def judge_alerts(
    alerts: Alerts, history: MetricHistory, incidents: MetricIncidents | None, window: Window
) -> tuple[WarningScores, int]:
    """Judge the alerts on a history.

    Parameters
    ----------
    alerts : Alerts
        In any order, not coalesced; entities by their position in the history.
    history : MetricHistory
    incidents : MetricIncidents or None
    window : Window

    Returns
    -------
    scores : WarningScores
    left_out : int
        As of `judge_watcher`.
    """
    first, last = spans_of(history)
    watched_ns = int((last - first)[first <= last].sum())
    if incidents is None:
        nothing = np.empty(0, dtype=np.int64)
        return score(alerts, Incidents(nothing, nothing, nothing), window, watched_ns), 0
    known, judged = _to_judge(history, incidents, window)
    of_others = _belongs(alerts, _take(known, ~judged), window) & ~_belongs(alerts, _take(known, judged), window)
    kept = Alerts(alerts.entity[~of_others], alerts.start_ns[~of_others])
    found = score(kept, _take(known, judged), window, watched_ns)
    return found, len(incidents) - int(judged.sum())


def evaluate_metrics(
    bundle: Bundle, history: MetricHistory, incidents: MetricIncidents, which: MetricSlice = MetricSlice.NEWEST
) -> MetricEvaluation:
    """Judge a stored watcher on a file.

    Parameters
    ----------
    bundle : Bundle
    history : MetricHistory
    incidents : MetricIncidents
    which : MetricSlice, default=MetricSlice.NEWEST
        The later 30 % of the file's time, as in training, or all of it.

    Raises
    ------
    DataError
        When no row is left to judge.
    UsageError, BundleRefused
        When it is not, or does not hold, a model of metrics.
    """
    served = open_watcher(bundle)
    reach = Reach.from_part(bundle.parts["reach"])
    if not is_training_file(bundle, history):
        by_ns = reach.gap_to(history)
        history, incidents = history.moved(by_ns), incidents.moved(by_ns)
    in_slice = np.ones(history.n_rows, dtype=bool)
    if which is MetricSlice.NEWEST:
        in_slice = history.time_ns_of_row > cut_of(history)
    fit = MetricFit.BEFORE_REFIT if (reach.seen_by(MetricFit.SERVED, history) & in_slice).any() else MetricFit.SERVED
    seen = reach.seen_by(fit, history)
    kept = in_slice & ~seen
    if not kept.any():
        problem = Problem("hold no row that the model has not learnt from", "rows", count=int(in_slice.sum()))
        raise DataError(f"Nothing is left to judge {bundle.name!r} on in the {which} slice.", [problem])
    watcher = served if fit is MetricFit.SERVED else open_watcher(bundle, "before_refit")
    # What lies between is watched and learnt from, as it would have been live, and not judged.
    watch_history(watcher, history.of_rows(~seen & ~in_slice))
    scores, left_out = judge_watcher(watcher, history.of_rows(kept), incidents, window_of(bundle))
    n_slice = int(in_slice.sum())
    return MetricEvaluation(
        ModelRef(bundle.name, bundle.version), fit, history.n_rows, n_slice, n_slice - int(kept.sum()), left_out, scores
    )


def _to_judge(
    history: MetricHistory, incidents: MetricIncidents, window: Window
) -> tuple[Incidents, NDArray[np.bool_]]:
    """Return the incidents of the history's entities, and which of them were watched for a whole horizon before."""
    positions = {entity: at for at, entity in enumerate(history.entities)}
    entity = np.array([positions.get(name, -1) for name in incidents.entity], dtype=np.int64)
    there = entity >= 0
    known = Incidents(entity[there], incidents.opened_ns[there], incidents.ended_ns[there])
    return known, were_watched(history, known, window)


def _take(incidents: Incidents, kept: NDArray[np.bool_]) -> Incidents:
    return Incidents(incidents.entity[kept], incidents.opened_ns[kept], incidents.ended_ns[kept])


def _belongs(alerts: Alerts, incidents: Incidents, window: Window) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = judge(alerts, incidents, window).verdict != Verdict.FALSE
    return found
