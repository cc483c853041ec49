"""What is measured on each kind of entity, and how it answers to load. It draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["GAUGES", "METRICS", "Gauge"]


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric of an entity: ``base + gain * load + bend * load**2`` and noise, kept between two limits.

    Parameters
    ----------
    metric : str
        Its name; ends in the unit where the name does not say it.
    base, gain, bend : float
        In the metric's unit; load is 0 at rest and about 1 on a working day's peak.
    noise : float
        Standard deviation of the noise at the default difficulty.
    low, high : float
        No value is beyond them.
    decimals : int
        Of the values that are reported.
    climb : float, default=0
        How much it grows in a day until the next change of the entity resets it, which does no harm.
    """

    metric: str
    base: float
    gain: float
    bend: float
    noise: float
    low: float
    high: float
    decimals: int
    climb: float = 0.0


_ENDLESS = 1e6
# Levels as dashboards of small web estates show them. Noise is a small part of the daily swing: a threshold on the bare
# value sees the time of day first.
GAUGES: Mapping[str, tuple[Gauge, ...]] = {
    "web": (
        Gauge("cpu", 9, 38, 8, 1.7, 0, 100, 1),
        Gauge("memory", 41, 7, 0, 0.6, 0, 100, 1, climb=1.6),
        Gauge("latency_ms", 62, 40, 80, 8, 1, _ENDLESS, 0),
        Gauge("error_rate", 0.2, 0.5, 0, 0.07, 0, 100, 2),
        Gauge("requests", 9, 210, 0, 8, 0, _ENDLESS, 0),
    ),
    "api": (
        Gauge("cpu", 7, 30, 16, 1.8, 0, 100, 1),
        Gauge("memory", 48, 5, 0, 0.5, 0, 100, 1, climb=1.2),
        Gauge("latency_ms", 24, 18, 36, 3.6, 1, _ENDLESS, 1),
        Gauge("error_rate", 0.1, 0.35, 0, 0.05, 0, 100, 2),
        Gauge("connections", 14, 92, 0, 4.2, 0, _ENDLESS, 0),
    ),
    "worker": (
        Gauge("cpu", 11, 44, 0, 2.2, 0, 100, 1),
        Gauge("memory", 37, 9, 0, 0.7, 0, 100, 1, climb=1.0),
        Gauge("queue_depth", 12, 30, 110, 9, 0, _ENDLESS, 0),
        Gauge("job_s", 1.1, 0.6, 0.9, 0.1, 0.1, _ENDLESS, 2),
        Gauge("error_rate", 0.3, 0.4, 0, 0.08, 0, 100, 2),
    ),
    "db": (
        Gauge("cpu", 8, 26, 18, 1.9, 0, 100, 1),
        Gauge("connections", 22, 110, 0, 5, 0, _ENDLESS, 0),
        Gauge("latency_ms", 2.4, 2.2, 5, 0.4, 0.1, _ENDLESS, 1),
        Gauge("lock_wait_ms", 4, 10, 16, 1.8, 0, _ENDLESS, 1),
        Gauge("disk_used", 52, 0.4, 0, 0.07, 0, 100, 1, climb=0.5),
    ),
    "cache": (
        Gauge("cpu", 5, 24, 0, 1.1, 0, 100, 1),
        Gauge("memory", 63, 8, 0, 0.6, 0, 100, 1, climb=0.9),
        Gauge("connections", 30, 140, 0, 6, 0, _ENDLESS, 0),
        Gauge("hit_rate", 98.2, -3.2, -1.2, 0.25, 0, 100, 1),
    ),
}
# Every metric once, in the order of the columns of a wide file.
METRICS: tuple[str, ...] = tuple(dict.fromkeys(gauge.metric for gauges in GAUGES.values() for gauge in gauges))
