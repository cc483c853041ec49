"""Alerts that are over by themselves: made-up monitors with rules that are transient more and less often."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.report import ResultTable
from triage.decide.grouping import Alert, PauseRules
from triage.decide.grouping.pauses import Lifetimes

__all__ = ["Raised", "judge", "raise_alerts", "run"]

_SEEDS = (301, 302, 303)
_RULES, _ALERTS = 60, 150
# How often a rule's alerts are transient: from those that nearly always are to those that never are.
_SHARES = (0.99, 0.95, 0.8, 0.4, 0.0)
_COLUMNS = (
    "row",
    "transient alerts spared",
    "real ones delayed",
    "by, minutes",
    "of those that wait, real",
    "stated at most",
    "us an alert",
)


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as it was raised: which rule did, when (s), and after how long it was over."""

    rule: int
    at_s: float
    lasted_s: float


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # made up, so there is no newest part
    """Raise alerts and have them wait."""
    made = [list(raise_alerts(seed)) for seed in _SEEDS]
    ways: Mapping[str, Callable[[], PauseRules | float]] = {
        "all wait 5 minutes": lambda: 300.0,
        "all wait 10 minutes": lambda: 600.0,
        "**triage**, miss risk up to .1": lambda: PauseRules(most_miss_risk=0.1),
        "**triage**, miss risk up to .3": PauseRules,
        "**triage**, miss risk up to .5": lambda: PauseRules(most_miss_risk=0.5),
    }
    rows = tuple((name, *judge(made, way())) for name, way in ways.items())
    about = (
        f"{len(_SEEDS)} made-up monitors of {_RULES} rules, {_ALERTS} alerts each over a month: a rule's alerts are "
        f"transient in {', '.join(f'{share:.0%}' for share in _SHARES)} of cases, over within some minutes by a "
        "lognormal of its own; the real ones last an hour and longer. From the first alert on, when nothing is known."
    )
    return [ResultTable("pauses", "Transient alerts", about, _COLUMNS, rows)]


def raise_alerts(seed: int) -> Iterator[Raised]:
    """Yield what a monitor raises, by time."""
    dice = np.random.default_rng(seed)
    found = []
    for rule in range(_RULES):
        usual_s = dice.uniform(30.0, 240.0)
        for at_s in np.sort(dice.uniform(0.0, 30 * 86_400.0, _ALERTS)):
            is_transient = dice.random() < _SHARES[rule % len(_SHARES)]
            lasted_s = dice.lognormal(np.log(usual_s), 0.5) if is_transient else dice.uniform(3600.0, 14_400.0)
            found.append(Raised(rule, float(at_s), float(lasted_s)))
    yield from sorted(found, key=lambda one: one.at_s)


def judge(made: list[list[Raised]], way: PauseRules | float) -> tuple[str, ...]:
    """Have alerts wait by habit, or all for the same time (s); return the columns of a row."""
    pauses = [_by_habit(alerts, way) if isinstance(way, PauseRules) else _all(alerts, way) for alerts in made]
    lasted = np.array([one.lasted_s for alerts in made for one in alerts])
    pause_s = np.concatenate([found for found, _, _ in pauses])
    stated = np.concatenate([found for _, found, _ in pauses])
    waits, is_transient = pause_s > 0.0, lasted < 3600.0
    late = waits & ~is_transient
    took_us = float(np.median([took for _, _, took in pauses]))
    return (
        f"{np.mean((lasted <= pause_s)[is_transient]):.3f}",
        f"{np.mean(waits[~is_transient]):.3f}",
        f"{pause_s[late].mean() / 60.0:.1f}",
        f"{np.mean(~is_transient[waits]):.3f}",
        f"{stated[waits].mean():.3f}" if took_us else "",
        f"{took_us:.0f}" if took_us else "",
    )


def _all(alerts: list[Raised], pause_s: float) -> tuple[np.ndarray, np.ndarray, float]:
    return np.full(len(alerts), pause_s), np.zeros(len(alerts)), 0.0


def _by_habit(alerts: list[Raised], rules: PauseRules) -> tuple[np.ndarray, np.ndarray, float]:
    """Return how long each alert waits, the risk that was stated, and microseconds of CPU an alert."""
    lifetimes, ends = Lifetimes(), list[tuple[float, int]]()
    pause_s, stated = np.zeros(len(alerts)), np.zeros(len(alerts))
    begin = time.process_time()
    for at, one in enumerate(alerts):
        while ends and ends[0][0] <= one.at_s:
            ended_s, number = heapq.heappop(ends)
            lifetimes.end(("m", str(number)), ended_s)
        alert = Alert(("m", str(at)), one.at_s, one.at_s, f"host-{one.rule}", (), f"rule {one.rule}", "error")
        pause = lifetimes.choose(alert, rules)
        if pause is not None:
            pause_s[at], stated[at] = pause.until.timestamp() - one.at_s, pause.miss_risk
        lifetimes.begin(alert)
        heapq.heappush(ends, (one.at_s + one.lasted_s, at))
    return pause_s, stated, (time.process_time() - begin) / len(alerts) * 1e6
