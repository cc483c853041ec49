"""What is said of an entity before anything breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.domain.groups import GroupReason

__all__ = ["Cause", "EarlyWarning", "Forecast", "Saturation"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One metric's part in a warning.

    Parameters
    ----------
    metric : str
        The metric's name at its entity.
    contribution : float
        Its share of the entity's evidence, in [0, 1]; higher points at it more.
    """

    metric: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """How likely an incident of an entity is, and how far ahead, as learnt from past ones.

    Parameters
    ----------
    probability : float
        That one begins within the horizon, in [0, 1].
    within : tuple of (float, float)
        Seconds from now, rising up to the horizon, and the probability that it begins by then.
    expected_s : float
        Of those that begin within the horizon half begin within so many seconds.
    earliest_s, latest_s : float
        The same for a tenth of them and for nine tenths.
    """

    probability: float
    within: tuple[tuple[float, float], ...]
    expected_s: float
    earliest_s: float
    latest_s: float


@dataclass(frozen=True, slots=True)
class Saturation:
    """When a series reaches its limit if its trend lasts.

    Parameters
    ----------
    metric : str
    limit, level : float
        In the metric's unit: what it reaches, and where its trend stood.
    slope : float
        In the metric's unit an hour; below 0 where it runs down.
    expected_at, earliest_at, latest_at : datetime
        Event time (aware, UTC): by the median slope, and by those that are exceeded one time in a hundred either way.
    """

    metric: str
    limit: float
    level: float
    slope: float
    expected_at: datetime
    earliest_at: datetime
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """The answer on an entity: an incident is likely.

    Parameters
    ----------
    id : str
        The same for the same entity and ``opened_at``, however often it is computed.
    entity : str
        Who is warned about.
    opened_at, closed_at : datetime, datetime or None
        Event time (aware, UTC); ``closed_at`` is None as long as the warning is open.
    score : float
        The highest score so far, in [0, 1]; higher is worse.
    causes : tuple of Cause
        The metrics that speak for it, largest contribution first.
    why : str
        One sentence for a person.
    ended_at : datetime or None, default=None
        When its own entity had recovered; a warning that began a problem stays open until all of it is over.
    part_of : str, default=""
        The warning that began the problem which this one is a part of; empty where that is this one.
    size : int, default=1
        How many warnings the problem has that this one began.
    similarity : float, default=1
        Of a part: in [0, 1].
    reasons : tuple of GroupReason, default=()
        Why it is a part, strongest first.
    forecast : Forecast or None, default=None
        As it was at the opening; None without an early-warning model.
    saturation : Saturation or None, default=None
        As it was at the opening, of a warning that a series is about to reach its limit.
    """

    id: str
    entity: str
    opened_at: datetime
    closed_at: datetime | None
    score: float
    causes: tuple[Cause, ...]
    why: str
    ended_at: datetime | None = None
    part_of: str = ""
    size: int = 1
    similarity: float = 1.0
    reasons: tuple[GroupReason, ...] = ()
    forecast: Forecast | None = None
    saturation: Saturation | None = None
