"""By what alerts are grouped: names of labels, times, and dependencies. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.decide.grouping.topology import Topology
from triage.errors import UsageError

__all__ = ["ENTITY_LABELS", "SCOPE_LABELS", "Condition", "GroupingRules", "PauseRules"]

# What monitors call the thing that an alert is about, the one that counts most first.
ENTITY_LABELS = (
    "entity",
    "instance",
    "host",
    "host.name",
    "hostname",
    "node",
    "pod",
    "k8s.pod.name",
    "device",
)
# What they call that which it is a part of. Prometheus' job is left out: it names the exporter, not what it serves.
SCOPE_LABELS = (
    "service",
    "service.name",
    "application",
    "app",
    "deployment",
    "system",
    "business_service",
    "cmdb_ci",
)

_MOST_NEEDED = 100


@dataclass(frozen=True, slots=True)
class PauseRules:
    """Which alerts wait before they open a record, and for how long.

    Parameters
    ----------
    acts : bool, default=False
        Whether they wait; else it is only suggested.
    share : float, default=0.9
        In (0, 1]: of the transient alerts of a kind (those over within ``longest_s``), which share is to be spared.
    longest_s : float, default=600
        The longest pause, in seconds; at most a day.
    most_miss_risk : float, default=0.3
        In (0, 1): where it is higher, nothing waits. 12 alerts that were all over in time give .22.
    least : int, default=12
        How many alerts of a kind must have come to an end before anything is concluded.
    exempt : tuple of str, default=()
        Sources whose alerts never wait.

    Raises
    ------
    UsageError
        A number is out of range.
    """

    acts: bool = False
    share: float = 0.9
    longest_s: float = 600.0
    most_miss_risk: float = 0.3
    least: int = 12
    exempt: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (0.0 < self.share <= 1.0 and 0.0 < self.most_miss_risk < 1.0):
            raise UsageError(
                "The share to spare must be above 0 and at most 1, and a miss risk above 0 and below 1. "
                f"Got {self.share:g} and {self.most_miss_risk:g}."
            )
        if not 1.0 <= self.longest_s <= 86_400.0:
            raise UsageError(f"The longest pause must be a second to a day. Got {self.longest_s:g} s.")


@dataclass(frozen=True, slots=True)
class Condition:
    """Alerts that open a record only once so many of them have come within a time: n of m.

    Parameters
    ----------
    match : tuple of (str, str)
        Labels and their values, all of which an alert must have; ``source`` is who sent it.
    needed : int
        How many, at least 2.
    within_s : float
        Within which time, in seconds; at most 7 days.
    critical : bool, default=False
        Whether critical ones are held, too.
    exempt : tuple of str, default=()
        Sources of alerts that it is never about.

    Raises
    ------
    UsageError
        Nothing is matched, or a number is out of range.
    """

    match: tuple[tuple[str, str], ...]
    needed: int
    within_s: float
    critical: bool = False
    exempt: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.match:
            raise UsageError("A condition must match at least one label, or the source.")
        if not (2 <= self.needed <= _MOST_NEEDED and 1.0 <= self.within_s <= 7 * 86_400.0):
            raise UsageError(
                f"A condition must wait for 2 to {_MOST_NEEDED} alerts within a second to 7 days. "
                f"Got {self.needed} within {self.within_s:g} s."
            )

    @property
    def rule(self) -> str:
        """What it matches, as it is shown, and told apart from others by."""
        return ", ".join(f"{name}={value}" for name, value in self.match)

    def matches(self, source: str, labels: Mapping[str, str]) -> bool:
        """Tell whether it is about alerts such as this."""
        is_meant = ((source if name == "source" else labels.get(name)) == value for name, value in self.match)
        return source not in self.exempt and all(is_meant)


@dataclass(frozen=True, slots=True)
class GroupingRules:
    """By what alerts are grouped.

    Parameters
    ----------
    window_s : float, default=600
        How long after a group's last alert another one may join it for being near rather than the same, in seconds.
    reopen_s : float, default=1800
        How long after its end a group is opened again rather than another one begun, in seconds.
    entities, scopes : tuple of str
        Names of labels; an incident without one of ``entities`` is no alert, and is not grouped.
    topology : Topology
        Who depends on whom.
    burst_s : float, default=120
        Within which time the same sentence about several counts as a burst, in seconds.
    pauses : PauseRules or None, default=None
        Which alerts wait before they open a record; none if None.
    conditions : tuple of Condition, default=()
        Which alerts wait for more of their like; the first that matches counts.

    Raises
    ------
    UsageError
        A time is out of range, or no label names entities.
    """

    window_s: float = 600.0
    reopen_s: float = 1800.0
    entities: tuple[str, ...] = ENTITY_LABELS
    scopes: tuple[str, ...] = SCOPE_LABELS
    topology: Topology = field(default_factory=Topology)
    burst_s: float = 120.0
    pauses: PauseRules | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if not (0.0 < self.window_s <= 86_400.0 and 0.0 <= self.reopen_s <= 7 * 86_400.0):
            raise UsageError(
                "A window must be above 0 and at most a day, and a guard against re-opening at most 7 days. "
                f"Got {self.window_s:g} s and {self.reopen_s:g} s."
            )
        if not self.entities:
            raise UsageError("At least one label must name what an alert is about.")
