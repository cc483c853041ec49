"""Which metrics have a limit that they can run into, by what is declared and by their names. Watches nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from triage.errors import UsageError

__all__ = ["Limit", "Limits"]

# What fills up. Processors do not: they are full of work, and then they are not.
_THING = re.compile(
    r"disk|file_?system|(?:^|_)fs(?:_|$)|volume|storage|inode|mem(?:ory)?(?:_|$)|swap|heap|tablespace|queue"
)
_PERCENT = re.compile(r"(?:percent|percentage|pct|perc)$")
_FRACTION = re.compile(r"(?:ratio|fraction)$")
_FREE = re.compile(r"free|avail|remaining")
_RATE = re.compile(r"_total$|per_sec|_rate|io_?time|latency|busy|read|writ|cpu")
# Linux lends free memory to its cache, and has nearly none in health: only what is available can run out.
_MEMORY_FREE = re.compile(r"mem(?:ory)?_?free|mem(?:ory)?_.*_free")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a metric runs into, and whether it rises to it or falls to it.

    Parameters
    ----------
    value : float
        In the metric's own unit.
    is_floor : bool, default=False
        Whether the metric runs down to it, as free space does to 0.
    """

    value: float
    is_floor: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of metrics, and how far ahead they are looked for.

    Parameters
    ----------
    declared : mapping of str to float or None, optional
        Limit by pattern of the metric's name, with or without its labels (``*`` and ``?`` stand for any characters);
        the first that fits counts. 0 is run down to, any other number risen to; None says that there is no limit.
    horizon_s : float, default=14400.0
        In seconds; 0 looks for none.
    are_recognised : bool, default=True
        Whether names that say so have a limit without its being declared: parts and percentages of disks, memory,
        swap, heaps and queues, and what is free of them.

    Raises
    ------
    UsageError
        When the horizon is negative.

    Examples
    --------
    >>> limits = Limits({"queue_depth": 10_000.0, "swap_*": None})
    >>> limits.of("queue_depth"), limits.of("disk_used_percent")
    (Limit(value=10000.0, is_floor=False), Limit(value=100.0, is_floor=False))
    >>> limits.of('node_filesystem_avail_bytes{mountpoint="/"}'), limits.of("swap_used_percent")
    (Limit(value=0.0, is_floor=True), None)
    """

    declared: Mapping[str, float | None] = field(default_factory=dict)
    horizon_s: float = 14_400.0
    are_recognised: bool = True

    def __post_init__(self) -> None:
        if not 0.0 <= self.horizon_s < float("inf"):
            raise UsageError(f"The horizon of limits must be 0 s or more. Got {self.horizon_s}.")

    def of(self, metric: str) -> Limit | None:
        """Return the limit of a metric; None where it has none that is known."""
        if not self.horizon_s:
            return None
        plain = metric.partition("{")[0]
        for pattern, value in self.declared.items():
            if fnmatchcase(plain, pattern) or fnmatchcase(metric, pattern):
                return None if value is None else Limit(value, is_floor=value == 0.0)
        return _recognised(plain.lower()) if self.are_recognised else None


def _recognised(name: str) -> Limit | None:
    if not _THING.search(name) or _RATE.search(name):
        return None
    if _FREE.search(name):
        return None if _MEMORY_FREE.search(name) else Limit(0.0, is_floor=True)
    if _PERCENT.search(name):
        return Limit(100.0)
    return Limit(1.0) if _FRACTION.search(name) else None
