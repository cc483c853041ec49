"""Histories of machines that wear out: two metrics, one of which climbs before the end."""

from __future__ import annotations

import numpy as np

from triage.training.metrics import MetricHistory, MetricIncidents

HOUR_NS = 3_600 * 10**9


def wide_history(machines: int, steps: int, seed: int = 0, name: str = "m") -> MetricHistory:
    """Return a history with a row a step and machine."""
    generator = np.random.default_rng(seed)
    climb = np.maximum(np.arange(steps) - (steps - 25), 0) * 0.3
    values = generator.normal(size=(machines, steps, 2))
    values[:, :, 0] += climb
    rows = machines * steps
    return MetricHistory(
        name="machines",
        series=tuple((f"{name}{machine}", metric) for machine in range(machines) for metric in "ab"),
        series_of_point=np.repeat(np.arange(machines), steps * 2) * 2 + np.tile([0, 1], rows),
        time_ns=np.repeat(np.tile(np.arange(steps), machines), 2) * HOUR_NS,
        value=values.ravel(),
        row_of_point=np.repeat(np.arange(rows), 2),
        entities=tuple(f"{name}{machine}" for machine in range(machines)),
        entity_of_row=np.repeat(np.arange(machines), steps),
        time_ns_of_row=np.tile(np.arange(steps), machines) * HOUR_NS,
        step_ns=HOUR_NS,
    )


def long_history(machines: int, steps: int, seed: int = 0) -> MetricHistory:
    """Return the same with a row a sample."""
    wide = wide_history(machines, steps, seed)
    return MetricHistory(
        wide.name,
        wide.series,
        wide.series_of_point,
        wide.time_ns,
        wide.value,
        np.arange(len(wide)),
        wide.entities,
        np.repeat(wide.entity_of_row, 2),
        np.repeat(wide.time_ns_of_row, 2),
        HOUR_NS,
    )


def failures(machines: int, steps: int, name: str = "m") -> MetricIncidents:
    """Return an incident at the last step of each machine."""
    names = tuple(f"{name}{machine}" for machine in range(machines))
    return MetricIncidents("failures", names, np.full(machines, (steps - 1) * HOUR_NS), np.full(machines, -1), names)
