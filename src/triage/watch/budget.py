"""How many alerts people can bear: a number per period of event time and entity. Knows no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from triage.errors import UsageError

__all__ = ["SAVED_PERIODS", "Budget"]

_SECOND_NS = 1_000_000_000
_UNITS_NS = {
    "min": 60 * _SECOND_NS,
    "h": 3600 * _SECOND_NS,
    "hour": 3600 * _SECOND_NS,
    "d": 86400 * _SECOND_NS,
    "day": 86400 * _SECOND_NS,
    "week": 7 * 86400 * _SECOND_NS,
}
_WRITTEN = re.compile(r"\s*(\d{1,4})\s*/\s*(\d{0,9})\s*(steps?|min|h|hour|d|day|days|week)\s*")
_MOST_ALERTS = 1000  # beyond it nobody reads them
# Some services have no incident for weeks and then four in a day: saving up three periods found .61 of the incidents of
# fifteen services, four .79, five to seven .87, by as many alerts in all.
SAVED_PERIODS = 5
_LONGEST_NS = 10 * 366 * 86400 * _SECOND_NS  # ten years: beyond it nothing is a rate


@dataclass(frozen=True, slots=True)
class Budget:
    """On average at most ``alerts`` in ``period_ns`` of event time, for each entity.

    Parameters
    ----------
    alerts : int
        From 1 to 1000.
    period_ns : int
        In nanoseconds, above 0 and at most ten years.

    Notes
    -----
    Incidents come in bursts, so what has not been used may be used later, but no more than five periods' worth: in any
    span of event time there are at most ``5 * alerts`` and what the budget adds during it. A new entity begins with one
    alert, or under a model that foretells with one period's worth.

    Raises
    ------
    UsageError
        When either is out of range.
    """

    alerts: int
    period_ns: int

    def __post_init__(self) -> None:
        if not 1 <= self.alerts <= _MOST_ALERTS:
            raise UsageError(f"An alert budget must allow from 1 to {_MOST_ALERTS} alerts. Got {self.alerts}.")
        if not 0 < self.period_ns <= _LONGEST_NS:
            raise UsageError(
                f"An alert budget's period must be above 0 and at most ten years. Got {self.period_ns / _SECOND_NS} s."
            )

    @classmethod
    def parse(cls, text: str, step_ns: int = _SECOND_NS) -> Budget:
        """Read ``N/day``, ``N/30d``, ``N/12h`` or ``N/1000steps``.

        Parameters
        ----------
        text : str
        step_ns : int, default=1 s
            What one step of an integer timestamp is in the points' times, in ns.

        Returns
        -------
        Budget

        Raises
        ------
        UsageError
            When the text is no budget.

        Examples
        --------
        >>> Budget.parse("2/30d")
        Budget(alerts=2, period_ns=2592000000000000)
        """
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise UsageError(f"A budget is written like '1/day', '3/30d' or '2/1000steps'. Got {text!r}.")
        alerts, length, unit = found.groups()
        unit_ns = step_ns if unit.startswith("step") else _UNITS_NS[unit.removesuffix("s")]
        return cls(int(alerts), int(length or 1) * unit_ns)

    def __str__(self) -> str:
        """Render as `parse` reads it; a period that no unit fits is told in seconds."""
        if self.period_ns == _UNITS_NS["day"]:
            return f"{self.alerts}/day"
        for unit in ("d", "h", "min"):
            if self.period_ns % _UNITS_NS[unit] == 0:
                return f"{self.alerts}/{self.period_ns // _UNITS_NS[unit]}{unit}"
        return f"{self.alerts} in {self.period_ns / _SECOND_NS:g} s"

    @property
    def spacing_ns(self) -> int:
        """How long the budget takes for one alert."""
        return max(self.period_ns // self.alerts, 1)

    @property
    def most_debt_ns(self) -> int:
        """For how long alerts may already have used the budget up when one more is raised."""
        return (SAVED_PERIODS * self.alerts - 1) * self.spacing_ns

    @property
    def first_debt_ns(self) -> int:
        """With how much of the budget used up an entity begins that a model foretells incidents of."""
        return (SAVED_PERIODS - 1) * self.alerts * self.spacing_ns

    @property
    def cool_down_ns(self) -> int:
        """Least time between two openings: a 24th of the time an alert has (one hour of one a day)."""
        return self.period_ns // (24 * self.alerts)

    @property
    def quiet_ns(self) -> int:
        """How long the evidence must stay low before a warning closes: a 96th (15 minutes of one a day)."""
        return self.period_ns // (96 * self.alerts)
