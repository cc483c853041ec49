"""How warnings did against the incidents that came: early, late or false, and what chance would get. Fits nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import exp, isnan

import numpy as np
from numpy.typing import NDArray

from triage.errors import UsageError

__all__ = [
    "COALESCED_NS",
    "Alerts",
    "Incidents",
    "Judged",
    "Verdict",
    "WarningScores",
    "Window",
    "coalesce",
    "judge",
    "score",
]

# Alerts on one entity that follow each other within a quarter of an hour are one to whoever is called.
COALESCED_NS = 15 * 60 * 10**9
_DAY_NS = 86_400 * 10**9
_MINUTE_NS = 60 * 10**9

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """How long before an incident a warning is of use.

    Parameters
    ----------
    horizon_ns : int
        H: a warning that comes earlier than G + H before the onset is false. Above 0.
    gap_ns : int, default=0
        G: one that comes later than G before it is late.

    Raises
    ------
    UsageError
        Out of range.
    """

    horizon_ns: int
    gap_ns: int = 0

    def __post_init__(self) -> None:
        if self.horizon_ns <= 0:
            raise UsageError(f"The horizon must be above 0. Got {self.horizon_ns} ns.")
        if self.gap_ns < 0:
            raise UsageError(f"The gap must not be below 0. Got {self.gap_ns} ns.")


@dataclass(frozen=True, slots=True, eq=False)
class Alerts:
    """Alerts on entities.

    Parameters
    ----------
    entity : ndarray of int64 of shape (n,)
    start_ns : ndarray of int64 of shape (n,)
        Event time.
    """

    entity: _Ints
    start_ns: _Ints

    def __len__(self) -> int:
        return len(self.entity)


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """Incidents of entities.

    Parameters
    ----------
    entity : ndarray of int64 of shape (n,)
    opened_ns, ended_ns : ndarray of int64 of shape (n,)
        Event time; ``ended_ns`` is -1 where the end is not known, and is then taken to be one horizon after the onset.
    """

    entity: _Ints
    opened_ns: _Ints
    ended_ns: _Ints

    def __len__(self) -> int:
        return len(self.entity)


class Verdict(IntEnum):
    """What an alert was worth."""

    FALSE = 0
    LATE = 1
    EARLY = 2


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Alerts and incidents against each other.

    Parameters
    ----------
    verdict : ndarray of int64 of shape (n_alerts,)
        The best that holds for any incident of the entity; see `Verdict`.
    is_detected : ndarray of bool of shape (n_incidents,)
        Whether an early or a late alert belongs to it.
    lead_ns : ndarray of float64 of shape (n_incidents,)
        From the first early alert to the onset; NaN without one.
    """

    verdict: _Ints
    is_detected: NDArray[np.bool_]
    lead_ns: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WarningScores:
    """The figures on a set of alerts. Shares are NaN where there is nothing to divide by.

    Parameters
    ----------
    incidents, alerts, early, late, false : int
        Alerts as coalesced.
    entity_days : float
        For how long entities were watched, summed over them.
    early_recall, detection_recall : float
        Shares of incidents, in [0, 1].
    precision : float
        Share of alerts that were early or late, in [0, 1].
    false_per_entity_day : float
    lead_median_min, lead_p10_min : float
        Minutes from the first early alert to the onset, over incidents that had one.
    lift : float
        Early recall less what as many alerts at random would have got; above 0 is better than chance.
    """

    incidents: int
    alerts: int
    early: int
    late: int
    false: int
    entity_days: float
    early_recall: float
    detection_recall: float
    precision: float
    false_per_entity_day: float
    lead_median_min: float
    lead_p10_min: float
    lift: float

    @property
    def alerts_per_entity_day(self) -> float:
        """Alerts, right or wrong, per entity and day watched; 0 when nothing was watched."""
        return self.alerts / self.entity_days if self.entity_days else 0.0

    def as_document(self) -> dict[str, float | int | None]:
        """Return the figures as JSON values; NaN is None."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}

    def as_metrics(self) -> dict[str, float]:
        """Return the figures that are numbers, by name."""
        return {name: float(value) for name, value in self.as_document().items() if value is not None}


def coalesce(alerts: Alerts) -> Alerts:
    """Keep the first alert of each run of an entity's alerts, each of which comes within 15 minutes of the last.

    Parameters
    ----------
    alerts : Alerts
        In any order.

    Returns
    -------
    Alerts
        By entity, then time.

    Examples
    --------
    >>> minutes = np.array([0, 10, 20, 60]) * 60 * 10**9
    >>> len(coalesce(Alerts(np.zeros(4, np.int64), minutes)))
    2
    """
    order = np.lexsort((alerts.start_ns, alerts.entity))
    entity, start_ns = alerts.entity[order], alerts.start_ns[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (entity[1:] != entity[:-1]) | (np.diff(start_ns) > COALESCED_NS)
    return Alerts(entity[first], start_ns[first])


def judge(alerts: Alerts, incidents: Incidents, window: Window) -> Judged:
    """Set alerts against incidents of the same entity, with onset b and end d.

    An alert is *early* when G <= b - start <= G + H; *late* when it comes after that and by d; otherwise *false*.

    Parameters
    ----------
    alerts : Alerts
        Coalesced.
    incidents : Incidents
    window : Window

    Examples
    --------
    >>> one = np.zeros(1, np.int64)
    >>> int(judge(Alerts(one, one + 70), Incidents(one, one + 100, one + 120), Window(horizon_ns=60)).lead_ns[0])
    30
    """
    verdict = np.full(len(alerts), Verdict.FALSE, dtype=np.int64)
    is_detected = np.zeros(len(incidents), dtype=bool)
    lead_ns = np.full(len(incidents), np.nan)
    order = np.argsort(alerts.entity, kind="stable")
    bounds = np.searchsorted(alerts.entity[order], [incidents.entity, incidents.entity + 1])
    for incident, (begin, end) in enumerate(bounds.T.tolist()):
        own = order[begin:end]
        opened_ns, ended_ns = int(incidents.opened_ns[incident]), int(incidents.ended_ns[incident])
        last_ns = ended_ns if ended_ns >= 0 else opened_ns + window.horizon_ns
        ahead_ns = opened_ns - alerts.start_ns[own]
        early = (window.gap_ns <= ahead_ns) & (ahead_ns <= window.gap_ns + window.horizon_ns)
        late = (ahead_ns < window.gap_ns) & (alerts.start_ns[own] <= last_ns)
        verdict[own] = np.maximum(verdict[own], Verdict.EARLY * early + Verdict.LATE * late)
        is_detected[incident] = (early | late).any()
        if early.any():
            lead_ns[incident] = ahead_ns[early].max()
    return Judged(verdict, is_detected, lead_ns)


def score(alerts: Alerts, incidents: Incidents, window: Window, watched_ns: int) -> WarningScores:
    """Coalesce alerts, judge them and count.

    Parameters
    ----------
    alerts : Alerts
        In any order, not coalesced.
    incidents : Incidents
    window : Window
    watched_ns : int
        For how long entities were watched, summed over them.

    Notes
    -----
    Chance: alerts at the same rate at random times warn of an incident with probability 1 - exp(-rate H).
    """
    kept = coalesce(alerts)
    judged = judge(kept, incidents, window)
    n_early, n_late, n_false = (int((judged.verdict == v).sum()) for v in (Verdict.EARLY, Verdict.LATE, Verdict.FALSE))
    leads_min = judged.lead_ns[np.isfinite(judged.lead_ns)] / _MINUTE_NS
    early_recall = _share(len(leads_min), len(incidents))
    by_chance = 1.0 - exp(-len(kept) / watched_ns * window.horizon_ns) if watched_ns > 0 else float("nan")
    return WarningScores(
        incidents=len(incidents),
        alerts=len(kept),
        early=n_early,
        late=n_late,
        false=n_false,
        entity_days=watched_ns / _DAY_NS,
        early_recall=early_recall,
        detection_recall=_share(int(judged.is_detected.sum()), len(incidents)),
        precision=_share(n_early + n_late, len(kept)),
        false_per_entity_day=_share(n_false * _DAY_NS, watched_ns),
        lead_median_min=float(np.median(leads_min)) if len(leads_min) else float("nan"),
        lead_p10_min=float(np.quantile(leads_min, 0.1)) if len(leads_min) else float("nan"),
        lift=early_recall - by_chance,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
