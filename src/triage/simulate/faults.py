"""The kinds of faults: whom they strike, what shows beforehand and what shows when they break out. It draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["FAULT_KINDS", "FaultKind"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One way in which an entity fails.

    Parameters
    ----------
    name : str
        What the truth calls it.
    strikes : tuple of str
        The kinds of entities that it can strike.
    symptom : str
        What a monitor sees: slow, errors, backlog or down.
    foretold : float
        Share of its faults that have a precursor, at the default difficulty.
    lead_min : tuple of float
        Minutes from the start of a precursor to the onset: evenly spaced quantiles.
    early : mapping of str to float
        How far each metric has moved at the onset, relative to the estate's height of precursors; negative is down.
        Metrics that the entity does not have are passed over.
    failing : mapping of str to float
        How far each metric moves during the incident, in spreads.
    stops : tuple of str, default=()
        Metrics that fall to next to nothing during the incident.
    """

    name: str
    strikes: tuple[str, ...]
    symptom: str
    foretold: float
    lead_min: tuple[float, ...]
    early: Mapping[str, float]
    failing: Mapping[str, float]
    stops: tuple[str, ...] = ()


# A quarter of the faults in a hundred postmortems came out of the blue, by kind between none and nearly all; the shares
# here are guesses of that sort, not measurements.
FAULT_KINDS: tuple[FaultKind, ...] = (
    FaultKind(
        "leak",
        ("web", "api", "worker", "cache"),
        "slow",
        0.9,
        (60, 75, 95, 120, 180),
        {"memory": 1.3, "latency_ms": 0.5, "job_s": 0.5, "hit_rate": -0.6},
        {"memory": 14, "latency_ms": 14, "job_s": 12, "hit_rate": -12, "error_rate": 10},
    ),
    FaultKind(
        "saturation",
        ("web", "api", "db", "worker"),
        "slow",
        0.85,
        (30, 45, 55, 70, 100),
        {"cpu": 1.0, "latency_ms": 1.0, "connections": 0.6, "job_s": 0.8, "lock_wait_ms": 0.7},
        {"cpu": 12, "latency_ms": 18, "connections": 9, "job_s": 14, "lock_wait_ms": 16, "error_rate": 6},
    ),
    FaultKind(
        "queue build-up",
        ("worker", "db"),
        "backlog",
        0.85,
        (30, 45, 60, 80, 120),
        {"queue_depth": 1.3, "job_s": 0.5, "lock_wait_ms": 1.2, "connections": 0.5},
        {"queue_depth": 24, "job_s": 8, "lock_wait_ms": 18, "connections": 10, "latency_ms": 6},
    ),
    FaultKind(
        "error burst",
        ("web", "api", "worker"),
        "errors",
        0.25,
        (30, 40, 50, 60),
        {"error_rate": 1.1},
        {"error_rate": 26, "latency_ms": 3},
    ),
    FaultKind(
        "slow drift",
        ("web", "api", "db", "cache"),
        "slow",
        1.0,
        (120, 135, 150, 180),
        {"latency_ms": 1.1, "lock_wait_ms": 0.8, "hit_rate": -1.2, "disk_used": 0.7},
        {"latency_ms": 13, "lock_wait_ms": 12, "hit_rate": -14, "disk_used": 9},
    ),
    FaultKind(
        "crash",
        ("web", "api", "worker", "db", "cache"),
        "down",
        0.1,
        (30, 35, 45),
        {"memory": 1.1, "cpu": 0.8, "lock_wait_ms": 0.9},
        {"error_rate": 30, "queue_depth": 15},
        ("cpu", "requests", "connections"),
    ),
    FaultKind(
        "failing dependency",
        ("web", "api", "worker"),
        "errors",
        0.5,
        (30, 40, 55, 75),
        {"latency_ms": 1.1, "connections": 0.9, "error_rate": 0.7, "job_s": 1.0},
        {"latency_ms": 15, "connections": 12, "error_rate": 20, "job_s": 15},
    ),
)
