"""The metrics of a simulated estate: load, noise, and what the plan does to them. The plan itself stays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from triage.simulate.dice import Dice
from triage.simulate.gauges import GAUGES, Gauge
from triage.simulate.layout import SERVICES, Entity
from triage.simulate.load import STEP_S, STEPS_A_DAY, draw_load, wander
from triage.simulate.plan import Change, Fault, Harmless, Plan

__all__ = ["Series", "draw_series"]

Floats = NDArray[np.float64]

# The default difficulty, .5, and everything that it scales, here and in plan.py, were fixed on 2026-11-23, before any
# early-warning model was made: a static z-score at .5 false alerts per entity-day catches at most .45 of the incidents
# early, and one who knows where to look sees the precursors. They are not to be tuned to any detector.
_HEIGHT = (18.0, 6.0)  # of a precursor at its onset, in spreads, at difficulty 0 and 1
_NOISE = (0.7, 1.3)  # relative to the gauge's own
_ROUGHNESS = (0.03, 0.07)  # of the load
# A share of noise lasts: neighbouring samples are alike.
_NOISE_KEPT = 0.5
_SPIKE, _JOB, _SHIFT = (6.0, 16.0), (4.0, 9.0), (2.0, 6.0)
_LOST = 0.001
# What a dead entity still reports, relative to the usual.
_STOPPED = 0.04
# Of a failing dependency, where the trouble comes from: nobody opens an incident there.
_AT_ORIGIN = 0.3
_LONG_LEAD_S = 80 * 60


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one entity; NaN where a sample was lost."""

    entity: int
    metric: str
    samples: Floats


@dataclass(frozen=True, slots=True)
class _Scale:
    """What the difficulty sets."""

    height: float
    noise: float
    roughness: float


class _Course:
    """One series while it is put together: what is added and the level, in spreads, and a factor."""

    def __init__(self, steps: int) -> None:
        self.added = np.zeros(steps)
        self.level = np.zeros(steps)
        self.factor = np.ones(steps)


def draw_series(
    layout: Sequence[Entity], plan: Plan, start: datetime, days: int, difficulty: float, seed: int
) -> list[Series]:
    """Draw every series of an estate.

    Parameters
    ----------
    layout : sequence of Entity
        The estate.
    plan : Plan
        What happens to it.
    start : datetime
        Of the first sample; UTC.
    days : int
        How long; there are 288 samples a day.
    difficulty : float
        In [0, 1].
    seed : int
        Not negative.

    Returns
    -------
    list of Series
        By entity, and for each in the order of its gauges.
    """
    steps = days * STEPS_A_DAY
    scale = _Scale(*(low + (high - low) * difficulty for low, high in (_HEIGHT, _NOISE, _ROUGHNESS)))
    load = draw_load(start, steps, len(SERVICES), scale.roughness, Dice(seed, stream=20))
    for each in plan.harmless:
        if each.kind == "surge":
            load[_steps(each.begin_s, each.end_s)] *= 1.0 + each.strength
    series = []
    for place, entity in enumerate(layout):
        # A stream an entity: one more of them leaves the others as they are.
        dice = Dice(seed, stream=1000 + place)
        gauges = GAUGES[entity.kind]
        courses = {gauge.metric: _Course(steps) for gauge in gauges}
        _apply_harmless(courses, [each for each in plan.harmless if each.entity == place], dice)
        changes = [each for each in plan.changes if each.entity == place]
        for fault in plan.faults:
            if place in {fault.entity, fault.origin}:
                _apply_fault(courses, fault, scale.height, 1.0 if place == fault.entity else _AT_ORIGIN)
        for gauge in gauges:
            course = courses[gauge.metric]
            _apply_changes(course, changes, dice)
            busy = load[:, SERVICES.index(entity.service)]
            values = _draw_values(gauge, course, busy, scale, dice) + _climb(gauge, changes, steps)
            samples: Floats = np.round(np.clip(values, gauge.low, gauge.high), gauge.decimals).astype(np.float64)
            samples[dice.uniforms(steps) < _LOST] = np.nan
            series.append(Series(place, gauge.metric, samples))
    return series


def _draw_values(gauge: Gauge, course: _Course, load: Floats, scale: _Scale, dice: Dice) -> Floats:
    size = 0.85 + 0.3 * dice.uniform()
    steps = len(load)
    noise = scale.noise * gauge.noise
    # What an eye sees as the width of the series: its noise, and how much the wander of the load moves it.
    spread = noise + 0.5 * scale.roughness * (abs(gauge.gain) + abs(gauge.bend))
    # One sample in a hundred is three times as far out; busy hours are noisier.
    shocks = dice.normals(steps) * np.where(dice.uniforms(steps) < 0.01, 3.0, 1.0)
    rough = wander(shocks, _NOISE_KEPT) * (0.7 + 0.6 * load)
    usual = gauge.base + size * (gauge.gain * load + gauge.bend * load * load)
    return (usual + noise * rough + spread * (course.added + course.level)) * course.factor


def _climb(gauge: Gauge, changes: Sequence[Change], steps: int) -> Floats:
    """Grow from one change to the next."""
    resets = np.zeros(steps)
    for change in changes:
        resets[change.made_s // STEP_S :] = change.made_s // STEP_S
    return (np.arange(steps) - resets) * (gauge.climb / STEPS_A_DAY)


def _apply_harmless(courses: dict[str, _Course], events: Sequence[Harmless], dice: Dice) -> None:
    metrics = list(courses)
    for event in events:
        during = _steps(event.begin_s, event.end_s)
        # A spike is anywhere; work of its own shows on the processor and on what waits for it.
        touched = [dice.pick(metrics)] if event.kind == "spike" else ["cpu", dice.pick(metrics[1:])]
        low, high = _SPIKE if event.kind == "spike" else _JOB
        for metric in touched:
            sense = -1.0 if metric == "hit_rate" else 1.0
            courses[metric].added[during] += sense * event.strength * (low + (high - low) * dice.uniform())


def _apply_changes(course: _Course, changes: Sequence[Change], dice: Dice) -> None:
    """Move the level at some changes, each time anew: shifts do not pile up."""
    for change in changes:
        low, high = _SHIFT
        # Downwards less far: hardly any level leaves room for as much.
        shift = (low + (high - low) * dice.uniform()) * (1.0 if dice.chance(0.6) else -0.4)
        if change.shifts and dice.chance(0.5):
            after = _steps(change.made_s, len(course.level) * STEP_S)
            course.level[after] = shift


def _apply_fault(courses: dict[str, _Course], fault: Fault, height: float, share: float) -> None:
    failing = _steps(fault.onset_s, fault.resolved_s)
    for metric, course in courses.items():
        reach = fault.kind.early.get(metric, 0.0) * fault.strength * height * share
        if fault.precursor_s is not None and reach:
            lead_s = fault.onset_s - fault.precursor_s
            ramp = _steps(fault.precursor_s, fault.onset_s)
            passed = (np.arange(ramp.start, ramp.stop) * STEP_S - fault.precursor_s) / lead_s
            # The longer the lead, the later most of it shows.
            course.added[ramp] += reach * (passed * passed if lead_s > _LONG_LEAD_S else passed)
        if metric in fault.kind.failing:
            # Never less than what the precursor had reached.
            course.added[failing] += max(fault.kind.failing[metric] * share, reach, key=abs)
        if metric in fault.kind.stops:
            course.factor[failing] = _STOPPED


def _steps(begin_s: int, end_s: int) -> slice:
    """Return the samples taken at or after `begin_s` and before `end_s`."""
    return slice(-(-begin_s // STEP_S), -(-end_s // STEP_S))
