"""The alerts that a simulated estate's monitor raises: a storm for every fault, and what nobody should wake up for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from triage.simulate.dependencies import callers_of, dependencies_of
from triage.simulate.dice import Dice
from triage.simulate.estate import ESTATE_START, check_estate
from triage.simulate.gauges import GAUGES
from triage.simulate.layout import Entity, lay_out
from triage.simulate.plan import Fault, Plan, draw_plan
from triage.simulate.records import as_text

__all__ = ["Storms", "simulate_storms"]

_MINUTE, _DAY = 60, 86_400
_RULES = {
    "cpu": ("HighCpu", "CPU", "warning"),
    "memory": ("HighMemory", "Memory", "warning"),
    "latency_ms": ("HighLatency", "Latency", "error"),
    "error_rate": ("HighErrorRate", "Error rate", "critical"),
    "requests": ("TrafficOdd", "Request rate", "warning"),
    "connections": ("ManyConnections", "Connections", "warning"),
    "queue_depth": ("QueueBacklog", "Queue depth", "error"),
    "job_s": ("SlowJobs", "Job duration", "warning"),
    "lock_wait_ms": ("LockWaits", "Lock wait", "error"),
    "disk_used": ("DiskFilling", "Disk usage", "warning"),
    "hit_rate": ("LowHitRate", "Hit rate", "warning"),
}
# What callers notice of a fault elsewhere, and how likely one does, by the steps between.
_NOTICED = ("latency_ms", "error_rate", "job_s", "queue_depth")
_NOTICE = {1: 0.8, 2: 0.5}
# Minutes from the outbreak to an alert, by steps: evenly spaced quantiles.
_DELAYS_MIN = {0: (0.2, 1, 2, 3, 6), 1: (1, 2, 4, 6, 9), 2: (2, 4, 6, 9, 13)}
_FLAPS = 0.25
# As in many estates, not every rule carries the label of the service.
_NAMELESS = 0.15
_NOISE_A_DAY = 1.0
_NOISE_LASTS_MIN = (1, 3, 6, 12, 25)
_HARMLESS_SEEN = 0.4


@dataclass(frozen=True, slots=True)
class Storms:
    """What a monitor raised, and the truth apart. Times are ISO 8601 text in UTC.

    Parameters
    ----------
    alerts : DataFrame
        By time: id, alertname, instance, service (empty where the rule does not carry it), severity, opened_at,
        resolved_at, title.
    causes : DataFrame
        Truth, never a feature: alert, and the fault (by its place in the estate's ``faults``) that raised it, for
        those that one raised.
    dependencies : DataFrame
        caller, callee.
    """

    alerts: pd.DataFrame
    causes: pd.DataFrame
    dependencies: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Raised:
    entity: int
    metric: str
    begin_s: int
    end_s: int
    fault: int | None


def simulate_storms(days: int = 10, entities: int = 6, seed: int = 7, difficulty: float = 0.5) -> Storms:
    """Simulate the alerts of the estate that `simulate_estate` makes of the same arguments.

    Parameters
    ----------
    days : int, default=10
        At least 1.
    entities : int, default=6
        At least 1.
    seed : int, default=7
        Not negative.
    difficulty : float, default=0.5
        In [0, 1]: the higher, the more alerts that nothing is behind.

    Returns
    -------
    Storms

    Raises
    ------
    UsageError
        If an argument is out of range.

    Examples
    --------
    >>> storms = simulate_storms(days=2)
    >>> storms.alerts["id"].is_unique, set(storms.causes["alert"]) <= set(storms.alerts["id"])
    (True, True)
    """
    check_estate(days, entities, seed, difficulty)
    layout = lay_out(entities)
    plan = draw_plan(layout, days, difficulty, seed)
    edges = dependencies_of(layout)
    dice = Dice(seed, stream=40)
    raised = [alert for at, fault in enumerate(plan.faults) for alert in _storm(layout, edges, (at, fault), dice)]
    raised += _harmless(layout, plan, dice)
    raised += _noise(layout, days, difficulty, dice)
    raised.sort(key=lambda alert: (alert.begin_s, alert.entity, alert.metric))
    return Storms(
        _alerts_frame(layout, raised, dice),
        pd.DataFrame(
            [(_alert_id(at), alert.fault) for at, alert in enumerate(raised) if alert.fault is not None],
            columns=["alert", "fault"],
        ),
        pd.DataFrame([(layout[one].name, layout[other].name) for one, other in edges], columns=["caller", "callee"]),
    )


def _storm(
    layout: Sequence[Entity], edges: Sequence[tuple[int, int]], numbered: tuple[int, Fault], dice: Dice
) -> Iterator[_Raised]:
    at, fault = numbered
    for entity, steps in callers_of(edges, fault.origin, 2).items() | {(fault.entity, 0)}:
        is_own = entity in (fault.entity, fault.origin)
        if not is_own and not dice.chance(_NOTICE[steps]):
            continue
        metrics = [gauge.metric for gauge in GAUGES[layout[entity].kind]]
        shown = [metric for metric in (fault.kind.failing if is_own else _NOTICED) if metric in metrics]
        if not shown:
            continue
        # The first always; the others when they pass their limits.
        for metric in [shown[0], *(each for each in shown[1:] if dice.chance(0.7))]:
            begin_s = fault.onset_s + int(dice.along(_DELAYS_MIN[0 if is_own else steps]) * _MINUTE)
            end_s = max(begin_s + 2 * _MINUTE, fault.resolved_s + dice.below(5 * _MINUTE))
            if dice.chance(_FLAPS) and end_s - begin_s > 10 * _MINUTE:
                pause_s = begin_s + 2 * _MINUTE + dice.below((end_s - begin_s) // 2)
                yield _Raised(entity, metric, begin_s, pause_s, at)
                begin_s = pause_s + _MINUTE + dice.below(4 * _MINUTE)
                end_s = max(end_s, begin_s + 2 * _MINUTE)
            yield _Raised(entity, metric, begin_s, end_s, at)


def _harmless(layout: Sequence[Entity], plan: Plan, dice: Dice) -> Iterator[_Raised]:
    for each in plan.harmless:
        touched = range(len(layout)) if each.entity is None else (each.entity,)
        for entity in touched:
            if dice.chance(_HARMLESS_SEEN if each.entity is not None else 0.2):
                begin_s = each.begin_s + dice.below(3 * _MINUTE)
                yield _Raised(entity, "cpu", begin_s, max(begin_s + _MINUTE, each.end_s), None)


def _noise(layout: Sequence[Entity], days: int, difficulty: float, dice: Dice) -> Iterator[_Raised]:
    for entity, about in enumerate(layout):
        metrics = [gauge.metric for gauge in GAUGES[about.kind]]
        at_s = 0.0
        while True:
            at_s += 2.0 * dice.uniform() * _DAY / (_NOISE_A_DAY * (0.5 + difficulty))
            if at_s >= days * _DAY:
                break
            yield _Raised(
                entity,
                dice.pick(metrics),
                int(at_s),
                int(at_s + dice.along(_NOISE_LASTS_MIN) * _MINUTE),
                None,
            )


def _alerts_frame(layout: Sequence[Entity], raised: Sequence[_Raised], dice: Dice) -> pd.DataFrame:
    nameless: Mapping[tuple[str, str], bool] = {
        (kind, gauge.metric): dice.chance(_NAMELESS) for kind, gauges in GAUGES.items() for gauge in gauges
    }
    rows = []
    for at, alert in enumerate(raised):
        entity = layout[alert.entity]
        name, what, severity = _RULES[alert.metric]
        side = "below" if alert.metric == "hit_rate" else "above"
        rows.append(
            {
                "id": _alert_id(at),
                "alertname": name,
                "instance": f"{entity.name}:9100",
                "service": "" if nameless[entity.kind, alert.metric] else entity.service,
                "severity": severity,
                "opened_at": as_text(ESTATE_START + timedelta(seconds=alert.begin_s)),
                "resolved_at": as_text(ESTATE_START + timedelta(seconds=alert.end_s)),
                "title": f"{what} of {entity.name} is {side} its limit for {1 + dice.below(5)} minutes",
            }
        )
    return pd.DataFrame(rows)


def _alert_id(at: int) -> str:
    return f"AL-{at + 1:06d}"
