"""Alerts into problems: simulated storms of alerts, grouped as the service does it, beside trivial ways."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from benchmarks.report import ResultTable
from triage.decide.grouping import GroupingRules, OpenGroups, Topology, to_alert
from triage.domain import Incident, IncidentState
from triage.simulate import Storms, simulate_storms

__all__ = ["Shares", "group_storms", "judge", "run"]

_SEEDS = (301, 302, 303)  # of estates that nothing was chosen on
_DAYS, _ENTITIES = 10, 36
_WINDOW_S = 600.0
_COLUMNS = (
    "row",
    "of a fault's alerts in one group",
    "of all unrelated alerts in it",
    "of those within an hour of it",
    "groups",
    "us an alert",
)


@dataclass(frozen=True, slots=True)
class Shares:
    """How well alerts were grouped, means over faults.

    Parameters
    ----------
    found : float
        Of a fault's alerts, the share in the group that holds most of them; higher is better.
    unrelated : float
        Of all alerts that the fault did not raise, the share in that group; lower is better.
    concurrent : float
        The same of those that began from an hour before to an hour after the fault's.
    groups : int
    """

    found: float
    unrelated: float
    concurrent: float
    groups: int


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # generated estates have no newest part
    """Simulate and group."""
    made = [simulate_storms(_DAYS, _ENTITIES, seed) for seed in _SEEDS]
    ways: Mapping[str, Callable[[Storms], tuple[dict[str, str], float]]] = {
        "all within ten minutes": _by_time,
        "by service only, within ten minutes": _by_service,
        "by exact fingerprint only": _by_fingerprint,
        "**triage** without dependencies": lambda storms: group_storms(storms, with_dependencies=False),
        "**triage**": group_storms,
    }
    rows = []
    for name, way in ways.items():
        grouped = [way(storms) for storms in made]
        shares = [judge(storms, groups) for storms, (groups, _) in zip(made, grouped, strict=True)]
        means = [float(np.mean([getattr(one, of) for one in shares])) for of in ("found", "unrelated", "concurrent")]
        took_us = float(np.median([cost for _, cost in grouped]))
        cost = f"{took_us:.0f}" if took_us else ""
        rows.append((name, *(f"{mean:.4f}" for mean in means), str(sum(one.groups for one in shares)), cost))
    faults = sum(storms.causes["fault"].nunique() for storms in made)
    alerts = sum(len(storms.alerts) for storms in made)
    about = (
        f"{len(_SEEDS)} simulated estates of {_ENTITIES} entities over {_DAYS} days (seeds {_SEEDS[0]} to "
        f"{_SEEDS[-1]}, default difficulty): {alerts:,} alerts, {faults} faults, many times as dense "
        "as in an estate that lives. "
        "Whatever is within an hour and hangs together may well be another fault nearby."
    )
    return [ResultTable("grouping", "Alerts into problems", about, _COLUMNS, tuple(rows))]


def group_storms(storms: Storms, *, with_dependencies: bool = True) -> tuple[dict[str, str], float]:
    """Place alerts and their ends in order of time; return each one's group, and microseconds an event."""
    edges = storms.dependencies.itertuples(index=False, name=None) if with_dependencies else ()
    rules = GroupingRules(topology=Topology(edges))
    events = sorted(_events(storms), key=lambda event: (event.received_at, event.state, event.id))
    groups, placed = OpenGroups(rules), {}
    begin = time.perf_counter()
    for event in events:
        alert = to_alert(event, rules)
        if alert is None:
            continue
        if event.state is IncidentState.OPEN:
            placed[event.id] = groups.place(alert).group_id
        else:
            groups.update(alert)
    return placed, (time.perf_counter() - begin) / len(events) * 1e6


def judge(storms: Storms, groups: Mapping[str, str]) -> Shares:
    """Compare groups with the truth."""
    alerts = storms.alerts
    began = pd.to_datetime(alerts["opened_at"]).to_numpy()
    fault = alerts["id"].map(storms.causes.set_index("alert")["fault"]).to_numpy()
    group = alerts["id"].map(dict(groups)).to_numpy()
    hour = np.timedelta64(1, "h")
    found, unrelated, concurrent = [], [], []
    for each in np.unique(fault[~np.isnan(fault)]):
        own = fault == each
        names, counts = np.unique(group[own], return_counts=True)
        in_it, others = group == names[counts.argmax()], ~own
        near = others & (began >= began[own].min() - hour) & (began <= began[own].max() + hour)
        found.append(counts.max() / own.sum())
        unrelated.append(in_it[others].mean())
        concurrent.append(in_it[near].mean() if near.any() else 0.0)
    return Shares(float(np.mean(found)), float(np.mean(unrelated)), float(np.mean(concurrent)), len(set(group)))


def _events(storms: Storms) -> list[Incident]:
    events = []
    for row in storms.alerts.to_dict("records"):
        names = ("alertname", "instance", "service", "severity", "title")
        labels = {name: str(row[name]) for name in names if row[name]}
        for column, state in (("opened_at", IncidentState.OPEN), ("resolved_at", IncidentState.RESOLVED)):
            at = datetime.fromisoformat(str(row[column]))
            events.append(Incident(str(row["id"]), "monitor", at, None, labels, state))
    return events


def _by_time(storms: Storms) -> tuple[dict[str, str], float]:
    return _within(storms, ["all"] * len(storms.alerts)), 0.0


def _by_service(storms: Storms) -> tuple[dict[str, str], float]:
    return _within(storms, storms.alerts["service"].tolist()), 0.0


def _within(storms: Storms, names: list[str]) -> dict[str, str]:
    """Begin another group of a name after ten minutes without an alert of it."""
    began = pd.to_datetime(storms.alerts["opened_at"])
    last: dict[str, tuple[pd.Timestamp, int]] = {}
    placed = {}
    for number, (alert, name, at) in enumerate(zip(storms.alerts["id"], names, began, strict=True)):
        before, group = last.get(name, (at, number))
        if (at - before).total_seconds() > _WINDOW_S:
            group = number
        last[name] = at, group
        placed[alert] = f"{name} {group}"
    return placed


def _by_fingerprint(storms: Storms) -> tuple[dict[str, str], float]:
    alerts = storms.alerts
    return dict(zip(alerts["id"], alerts["alertname"] + " " + alerts["instance"], strict=True)), 0.0
