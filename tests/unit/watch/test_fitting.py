from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS, one_series

from triage.errors import DataError
from triage.watch.alerting import LEAST_THRESHOLD
from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.points import Points
from triage.watch.state import THRESHOLD

DAY = 1440


def entities(days: int, first_day: int, seed: int) -> Points:
    """Return three entities of two metrics each, a point a minute, in heavy-tailed noise."""
    steps = days * DAY
    value = np.random.default_rng(seed).standard_t(4, size=(steps, 6))
    return Points(
        np.tile(np.arange(6), steps), np.repeat((np.arange(steps) + first_day * DAY) * MINUTE_NS, 6), value.ravel()
    )


NAMES = ["a", "a", "b", "b", "c", "c"], ["x", "y"] * 3


@pytest.mark.parametrize("budget", ["1/day", "4/day"])
def test_alerts_on_more_of_the_same_fit_the_budget_and_nearly_use_it(budget: str) -> None:
    watcher = fit_watcher(*NAMES, entities(8, 0, 1), Budget.parse(budget))
    alerts = watcher.handle(entities(6, 8, 2)).alert.sum()
    allowed = 6 * 3 * watcher.budget.alerts
    assert 0.2 * allowed <= alerts <= allowed


def test_fitted_watcher_goes_on_from_where_history_ends() -> None:
    history = entities(2, 0, 1)
    watcher = fit_watcher(*NAMES, history, Budget.parse("1/day"))
    assert watcher.open_warnings == ()
    repeat = watcher.handle(history[:10])
    assert not repeat.score.any()


def test_threshold_is_the_one_that_past_evidence_aims_the_budget_at_and_every_entity_begins_with_it() -> None:
    generous, sparing = (fit_watcher(*NAMES, entities(3, 0, 1), Budget.parse(text)) for text in ("9/day", "1/7d"))
    assert LEAST_THRESHOLD <= generous.threshold < sparing.threshold
    assert set(sparing.to_part().arrays["entity_numbers"][:, THRESHOLD].tolist()) == {sparing.threshold}


def test_empty_history_gives_a_watcher_that_works() -> None:
    watcher = fit_watcher(["a"], ["x"], one_series([]), Budget.parse("1/day"))
    assert watcher.threshold == LEAST_THRESHOLD
    assert len(watcher.handle(one_series([1.0] * 20)).score) == 20


def test_series_named_twice_is_refused() -> None:
    with pytest.raises(DataError, match="named once"):
        fit_watcher(["a", "a"], ["x", "x"], one_series([1.0]), Budget.parse("1/day"))
