"""Warnings ahead of incidents on simulated estates: what can be foretold, a control half, and few known incidents."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import ResultTable
from triage.bootstrap.metric_reading import MetricReading, read_incidents, read_metrics
from triage.foresight.forewarning import Forewarner, StreamingWatcher
from triage.measure.detection import auc_pr
from triage.measure.warnings import Alerts, Incidents, Window, score
from triage.simulate import simulate_estate
from triage.simulate.layout import lay_out
from triage.simulate.plan import control_half
from triage.training.foresight_fitting import fit_forewarner
from triage.training.metric_evaluation import cut_of
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.watching import RowAnswers, watch_history
from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.points import Points

__all__ = ["run"]

# Of estates that nothing was chosen on. Used up: 1-20 and 401-406 to choose by, 301-303 and 501-503 to judge earlier.
_SEEDS = (701, 702, 703)
_DAYS, _ENTITIES = 20, 8
_WINDOW, _BUDGET = Window(3_600 * 10**9), Budget.parse("15/30d")  # half an alert an entity-day
_KNOWN, _MANY_DAYS, _MANY_ENTITIES = (5, 10, 30, 100), 30, 16
# Of budgets as alerts an entity-day. Of thirty known incidents, and of so few that the watcher stays alone.
_BUDGETS = {"0.1": "3/30d", "0.5": "15/30d", "1": "30/30d", "3": "90/30d"}
_KNOWN_BY_BUDGET = (5, 30)
_BY_SCORE, _BY_PROBABILITY = "**triage**, unsupervised `score`", "**triage**, `probability`"

_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Estate:
    """Earlier and later metrics of one estate, its incidents until the cut and all, and which have a precursor."""

    earlier: MetricHistory
    later: MetricHistory
    known: MetricIncidents
    incidents: MetricIncidents
    is_foretold: _Flags
    cut_ns: int


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # generated data has no newest slice
    """Run on generated estates: no data is needed."""
    estates = [_estate(seed, _DAYS, _ENTITIES) for seed in _SEEDS]
    many = [_estate(seed, _MANY_DAYS, _MANY_ENTITIES) for seed in _SEEDS]
    controlled = [_estate(seed, _DAYS, _ENTITIES, has_controls=True) for seed in _SEEDS]
    return [_foretold(estates), _control(controlled), _by_known(many), _by_budget(many), _elsewhere(estates)]


def _estate(seed: int, days: int, entities: int, *, has_controls: bool = False) -> _Estate:
    estate = simulate_estate(days, entities, seed, tickets=1, has_controls=has_controls)
    with tempfile.TemporaryDirectory() as folder:
        metrics, happened = Path(folder) / "metrics.csv", Path(folder) / "incidents.csv"
        estate.metrics.to_csv(metrics, index=False)
        estate.incidents.to_csv(happened, index=False)
        _, history = read_metrics(metrics, MetricReading(), lambda _: None)
        incidents = read_incidents(happened, MetricReading(), history)
    foretold = set(estate.faults.loc[estate.faults["has_precursor"].astype(bool), "incident"])
    cut_ns = cut_of(history)
    is_later = history.time_ns_of_row > cut_ns
    return _Estate(
        history.of_rows(~is_later),
        history.of_rows(is_later),
        incidents.until(cut_ns),
        incidents,
        np.array([each in foretold for each in incidents.ids]),
        cut_ns,
    )


def _fit(history: MetricHistory, known: MetricIncidents | None, budget: Budget = _BUDGET) -> StreamingWatcher:
    entity, metric = zip(*history.series, strict=True)
    order = history.in_time_order()
    points = Points(history.series_of_point[order], history.time_ns[order], history.value[order])
    return fit_forewarner(fit_watcher(entity, metric, points, budget), history, known, _WINDOW)


def _judged(estate: _Estate, kept: _Flags, alerts: Alerts, entities: frozenset[int] | None = None) -> list[float]:
    """Return early recall of some incidents, false alerts an entity-day, leads, lift, and how many there are.

    Leads are the median and what nine in ten have at least, in minutes.

    An alert is false if it belongs to no incident at all, kept or not. Of a part of the entities only theirs count.
    """
    history = estate.later
    among = frozenset(range(len(history.entities))) if entities is None else entities
    entity = np.array([history.entities.index(name) for name in estate.incidents.entity])
    theirs = np.isin(alerts.entity, sorted(among))
    alerts = Alerts(alerts.entity[theirs], alerts.start_ns[theirs])
    counted = (estate.incidents.opened_ns > estate.cut_ns + _WINDOW.horizon_ns) & np.isin(entity, sorted(among))
    watched_ns = int(np.ptp(history.time_ns_of_row)) * len(among)
    of_all, of_kept = (
        score(
            alerts,
            Incidents(entity[on], estate.incidents.opened_ns[on], estate.incidents.ended_ns[on]),
            _WINDOW,
            watched_ns,
        )
        for on in (counted, counted & kept)
    )
    chance = 1.0 - exp(-of_all.alerts / watched_ns * _WINDOW.horizon_ns)
    return [
        of_kept.early_recall,
        of_all.false_per_entity_day,
        of_kept.lead_median_min,
        of_kept.lead_p10_min,
        of_kept.early_recall - chance,
        float(of_kept.incidents),
    ]


def _answers(
    estate: _Estate, earlier: MetricHistory, known: MetricIncidents, budget: Budget = _BUDGET
) -> dict[str, RowAnswers]:
    """Return what is said by the watcher alone, and with what is learnt from incidents if they are enough."""
    learnt = _fit(earlier, known, budget)
    alone = _fit(earlier, None, budget)
    return {
        _BY_SCORE: watch_history(alone, estate.later),
        (_BY_PROBABILITY if isinstance(learnt, Forewarner) else f"{_BY_PROBABILITY}: too few, the watcher's"): (
            watch_history(learnt, estate.later)
        ),
    }


def _foretold(estates: list[_Estate]) -> ResultTable:
    found: dict[str, list[list[float]]] = {"random": [], "warns at every precursor, and never else": []}
    for estate in estates:
        near, every = _near(estate), np.ones(len(estate.incidents), dtype=bool)
        noise = np.random.default_rng(0).random(len(near))
        found["random"].append([auc_pr(near, noise), *[np.nan] * 6])
        share = estate.is_foretold[estate.incidents.opened_ns > estate.cut_ns + _WINDOW.horizon_ns].mean()
        found["warns at every precursor, and never else"].append([np.nan, share, 1.0, 0.0, np.nan, np.nan, share])
        for name, said in _answers(estate, estate.earlier, estate.known).items():
            of_all, of_told = (_judged(estate, kept, said.alerts) for kept in (every, estate.is_foretold))
            area = auc_pr(near, said.entity_score if said.probability is None else said.probability)
            found.setdefault(name, []).append(
                [area, of_all[0], of_told[0], of_all[1], of_told[2], of_told[3], of_all[4]]
            )
    n = sum(len(estate.known) for estate in estates)
    about = (
        f"{len(estates)} simulated estates of {_ENTITIES} entities, {_DAYS} days, default difficulty; {n} incidents in "
        "the earlier 70 % of time, the rest judged. Horizon 60 minutes; budget 15 alerts in 30 days and entity, set on "
        "the earlier part. Four in ten incidents come out of the blue: nobody can foretell them. Means."
    )
    columns = (
        "row",
        "AUC-PR of the hour before",
        "early recall, all",
        "early recall, those with a precursor",
        "false alerts per entity-day",
        "median lead, min",
        "lead of nine in ten, min",
        "lift over chance, all",
    )
    return ResultTable("estates", "Simulated estates", about, columns, _means(found))


def _control(estates: list[_Estate]) -> ResultTable:
    controls = control_half(lay_out(_ENTITIES))
    found: dict[str, list[list[float]]] = {}
    for estate in estates:
        names = [entity.name for entity in lay_out(_ENTITIES)]
        halves = {
            "control half": frozenset(estate.later.entities.index(names[at]) for at in controls),
            "the others": frozenset(
                estate.later.entities.index(each) for at, each in enumerate(names) if at not in controls
            ),
        }
        every = np.ones(len(estate.incidents), dtype=bool)
        for name, said in _answers(estate, estate.earlier, estate.known).items():
            for half, entities in halves.items():
                recall, false, _, _, lift, n = _judged(estate, every, said.alerts, entities)
                found.setdefault(f"{name}, {half}", []).append([n, recall, false, lift])
    about = (
        "The same with `--controls`: nothing comes before the incidents of every second entity. Early recall, false "
        "alerts and lift over chance, which is early recall less 1 - exp(-rate x horizon), by half. Means."
    )
    columns = ("row", "incidents", "early recall", "false alerts per entity-day", "lift over chance")
    return ResultTable("controls", "A control half", about, columns, _means(found))


def _by_known(estates: list[_Estate]) -> ResultTable:
    found: dict[str, list[list[float]]] = {}
    for known in _KNOWN:
        for estate in estates:
            near = _near(estate)
            for name, said in _answers(estate, _lately(estate, known), estate.known).items():
                recall, false, lead, *_ = _judged(estate, estate.is_foretold, said.alerts)
                area = auc_pr(near, said.entity_score if said.probability is None else said.probability)
                found.setdefault(f"{known} incidents: {name}", []).append([area, recall, false, lead])
    about = (
        f"{len(estates)} estates of {_MANY_ENTITIES} entities, {_MANY_DAYS} days. What is learnt from begins with the "
        "last so many incidents before the cut; the same later part is judged. Incidents with a precursor. Means."
    )
    columns = ("row", "AUC-PR of the hour before", "early recall", "false alerts per entity-day", "median lead, min")
    return ResultTable("known_incidents", "Few known incidents", about, columns, _means(found))


def _lately(estate: _Estate, known: int) -> MetricHistory:
    """Return the earlier metrics from shortly before the last so many incidents on."""
    begin_ns = np.sort(estate.known.opened_ns)[-min(known, len(estate.known))] - 2 * _WINDOW.horizon_ns
    return estate.earlier.of_rows(estate.earlier.time_ns_of_row >= begin_ns)


def _by_budget(estates: list[_Estate]) -> ResultTable:
    found: dict[str, list[list[float]]] = {}
    for known in _KNOWN_BY_BUDGET:
        for called, budget in _BUDGETS.items():
            for estate in estates:
                for name, said in _answers(estate, _lately(estate, known), estate.known, Budget.parse(budget)).items():
                    recall, false, lead, late, *_ = _judged(estate, estate.is_foretold, said.alerts)
                    row = f"{known} incidents, {called} an entity-day: {name}"
                    found.setdefault(row, []).append([recall, false, lead, late])
    about = (
        f"The same {len(estates)} estates and incidents by alert budget, which is set on the earlier part. Incidents "
        "with a precursor. Means."
    )
    columns = ("row", "early recall", "false alerts per entity-day", "median lead, min", "lead of nine in ten, min")
    return ResultTable("budgets", "By alert budget", about, columns, _means(found))


def _elsewhere(estates: list[_Estate]) -> ResultTable:
    found: dict[str, list[list[float]]] = {}
    for one, other in zip(estates, [*estates[1:], estates[0]], strict=True):
        stranger = _strange(other)
        near = _near(stranger)
        for name, said in _answers(stranger, one.earlier, one.known).items():
            recall, false, lead, late, *_ = _judged(stranger, stranger.is_foretold, said.alerts)
            area = auc_pr(near, said.entity_score if said.probability is None else said.probability)
            found.setdefault(name, []).append([area, recall, false, lead, late])
    about = (
        "What is learnt on the earlier part of one estate, judged on the later part of the next one, of which nothing "
        "has been seen before: other entities, metrics by other names and in other units. Incidents with a precursor. "
        "Means."
    )
    columns = (
        "row",
        "AUC-PR of the hour before",
        "early recall",
        "false alerts per entity-day",
        "median lead, min",
        "lead of nine in ten, min",
    )
    return ResultTable("elsewhere", "On an estate never seen", about, columns, _means(found))


def _strange(estate: _Estate) -> _Estate:
    """Return the estate with other names, and each metric in a unit of its own."""
    later = estate.later
    places = {metric: at for at, metric in enumerate(later.metrics)}
    of_series = np.array([places[metric] for _, metric in later.series])[later.series_of_point]
    renamed = replace(
        later,
        series=tuple((f"new {entity}", f"m{places[metric]}") for entity, metric in later.series),
        entities=tuple(f"new {entity}" for entity in later.entities),
        value=10.0 ** (of_series % 7 - 3) * (later.value + 40.0 * of_series),
    )
    incidents = replace(estate.incidents, entity=tuple(f"new {entity}" for entity in estate.incidents.entity))
    return replace(estate, later=renamed, incidents=incidents)


def _near(estate: _Estate) -> _Flags:
    history = estate.later
    near = np.zeros(history.n_rows, dtype=bool)
    for name, opened_ns in zip(estate.incidents.entity, estate.incidents.opened_ns.tolist(), strict=True):
        ahead_ns = opened_ns - history.time_ns_of_row
        mine = history.entity_of_row == history.entities.index(name)
        near |= mine & (ahead_ns >= 0) & (ahead_ns <= _WINDOW.horizon_ns)
    return near


def _means(found: dict[str, list[list[float]]]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, *(_cell(values) for values in np.array(each).T)) for name, each in found.items())


def _cell(values: NDArray[np.float64]) -> str:
    return "-" if np.isnan(values).all() else f"{np.nanmean(values):.3f}"
