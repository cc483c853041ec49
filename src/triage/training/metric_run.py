"""One training run on metrics: fit on the earlier part, judge on the later, refit, store, promote. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from triage.errors import DataError
from triage.foresight.forewarning import Forewarner, StreamingWatcher
from triage.measure.warnings import WarningScores, Window
from triage.parts import JSON, METRICS_KIND
from triage.training.foresight_fitting import fit_forewarner
from triage.training.metric_evaluation import cut_of, judge_watcher
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.ports import Card, RunRecord
from triage.training.reach import Reach
from triage.training.request import Places
from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.points import Points
from triage.watch.regimes import Regimes
from triage.watch.warnings import at

__all__ = ["MetricReport", "MetricRequest", "train_metrics"]

# Below this neither part of the history shows what is usual.
_LEAST_POINTS = 30
_DAY_NS, _MINUTE_NS = 86_400 * 10**9, 60 * 10**9


@dataclass(frozen=True, slots=True)
class MetricRequest:
    """What a run is asked to do.

    Parameters
    ----------
    name : str
        The model's name on the shelf.
    budget : Budget
        Alerts on an entity in a period of event time.
    window : Window
        How long before an incident a warning is of use.
    code_version : str, default=""
        The version of the code that runs.
    reading : mapping of str to JSON
        How the file was read; the card keeps it for evaluation.
    """

    name: str
    budget: Budget
    window: Window
    code_version: str = ""
    reading: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricReport:
    """What came out of a run.

    Parameters
    ----------
    name, version : str
        The stored model.
    run_id : str
        Its run's identifier on record.
    entities, series, points : int
        What was learnt from.
    judged_from : str
        Event time, or step, at which the later part, which the scores are of, begins.
    scores : WarningScores
        From before the refit on everything. Without incidents only counts of alerts mean anything.
    incidents : int or None
        How many were given; None without a file of incidents.
    incidents_left_out : int
        Those that nothing can be said on.
    threshold : float or None
        Evidence from which the stored watcher warns, in decades of tail probability.
    has_foresight : bool
        Whether an early-warning model was learnt from the incidents.
    regimes : Regimes or None
        In which the entities are run; None where there is one.
    """

    name: str
    version: str
    run_id: str
    entities: int
    series: int
    points: int
    judged_from: str
    scores: WarningScores
    incidents: int | None
    incidents_left_out: int
    threshold: float | None
    has_foresight: bool
    regimes: Regimes | None = None


def train_metrics(
    history: MetricHistory, incidents: MetricIncidents | None, request: MetricRequest, places: Places
) -> MetricReport:
    """Fit a watcher, judge it on later metrics, store it and make it the champion.

    Parameters
    ----------
    history : MetricHistory
        In any order.
    incidents : MetricIncidents or None
        Judge the warnings; where 30 were seen coming up, an early-warning model is learnt from them.
    request : MetricRequest
    places : Places

    Raises
    ------
    DataError
        When the history is too small.
    """
    cut_ns = cut_of(history)
    earlier = history.time_ns_of_row <= cut_ns
    fitted, later = history.of_rows(earlier), history.of_rows(~earlier)
    if min(len(fitted), len(later)) < _LEAST_POINTS:
        raise DataError(
            f"{history.name} holds {len(fitted)} values in the earlier 70 % of its time and {len(later)} in the rest; "
            f"at least {_LEAST_POINTS} each are needed to learn. Give a longer history."
        )
    places.progress(f"Fitting on the {len(fitted):,} values until {_spelled(cut_ns, history)}")
    before = _fit(fitted, None if incidents is None else incidents.until(cut_ns), request)
    before_part = before.to_part()
    places.progress(f"Judging on the {len(later):,} after it")
    scores, left_out = judge_watcher(before, later, incidents, request.window)
    places.progress(f"Fitting again on all {len(history):,}")
    served = _fit(history, incidents, request)
    places.progress("Storing the model and its run")
    parts = {
        "watcher": served.to_part(),
        "before_refit": before_part,
        "reach": Reach.of(fitted, history).to_part(),
    }
    n_incidents = None if incidents is None else len(incidents)
    card = _to_card(history, request, cut_ns, (scores, left_out), n_incidents)
    version = places.shelf.add(request.name, parts, card)
    folder = places.shelf.folder(request.name, version)
    run_id = places.runs.record(_to_record(history, request, version, scores, n_incidents, folder))
    places.shelf.promote(request.name, version)
    places.runs.mirror_champion(request.name, version)
    return MetricReport(
        name=request.name,
        version=version,
        run_id=run_id,
        entities=len(history.entities),
        series=len(history.series),
        points=len(history),
        judged_from=_spelled(cut_ns, history),
        scores=scores,
        incidents=n_incidents,
        incidents_left_out=left_out,
        threshold=served.threshold,
        has_foresight=isinstance(served, Forewarner),
        regimes=served.regimes,
    )


def _spelled(time_ns: int, history: MetricHistory) -> str:
    if history.step_ns is not None:
        return f"step {time_ns // history.step_ns}"
    return at(time_ns).isoformat(timespec="seconds")


def _fit(history: MetricHistory, incidents: MetricIncidents | None, request: MetricRequest) -> StreamingWatcher:
    entity, metric = zip(*history.series, strict=True)
    order = history.in_time_order()
    points = Points(history.series_of_point[order], history.time_ns[order], history.value[order])
    watcher = fit_watcher(entity, metric, points, request.budget, history.zone)
    return fit_forewarner(watcher, history, incidents, request.window)


def _to_card(
    history: MetricHistory, request: MetricRequest, cut_ns: int, judged: tuple[WarningScores, int], given: int | None
) -> Card:
    scores, left_out = judged
    first, last = int(history.time_ns_of_row.min()), int(history.time_ns_of_row.max())
    return {
        "kind": METRICS_KIND,
        "budget": {"alerts": request.budget.alerts, "period_ns": request.budget.period_ns},
        "horizon_ns": request.window.horizon_ns,
        "gap_ns": request.window.gap_ns,
        "reading": dict(request.reading) | {"steps_of_ns": history.step_ns},
        "data": {
            "name": history.name,
            "entities": len(history.entities),
            "series": len(history.series),
            "points": len(history),
            "from": _spelled(first, history),
            "until": _spelled(last, history),
            "sha256": history.fingerprint(),
        },
        "split": {"cut": _spelled(cut_ns, history)},
        "incidents": given,
        "incidents_left_out": left_out,
        "scores": scores.as_document() if given is not None else None,
        "alerts_per_entity_day": scores.alerts_per_entity_day,
        "scores_are_from": "before the refit on the whole history",
    }


def _to_record(
    history: MetricHistory, request: MetricRequest, version: str, scores: WarningScores, given: int | None, folder: Path
) -> RunRecord:
    parameters = {
        "data": history.name,
        "kind": METRICS_KIND,
        "budget": f"{request.budget.alerts} in {request.budget.period_ns / _DAY_NS:g} days",
        "horizon_min": f"{request.window.horizon_ns / _MINUTE_NS:g}",
        "gap_min": f"{request.window.gap_ns / _MINUTE_NS:g}",
        "incidents": "none given" if given is None else str(given),
    }
    metrics = {
        "series": float(len(history.series)),
        "points": float(len(history)),
        "entities": float(len(history.entities)),
        "alerts_per_entity_day": scores.alerts_per_entity_day,
    }
    if given is not None:
        metrics |= scores.as_metrics()
    tags = {"data.sha256": history.fingerprint(), "code.version": request.code_version}
    return RunRecord(request.name, version, parameters, metrics, (), folder, tags)
