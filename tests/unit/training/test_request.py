from __future__ import annotations

import pytest

from triage.errors import UsageError
from triage.learn.fitting import EFFORTS
from triage.training.request import TrainingRequest


@pytest.mark.parametrize("promise", [0.0, 1.0, -0.5, 95.0, float("nan")])
def test_promise_that_is_no_precision_is_refused(promise: float) -> None:
    with pytest.raises(UsageError, match=r"promise must be in \(0, 1\)"):
        TrainingRequest("desk", promise=promise)


def test_unknown_effort_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="quick, normal, thorough") as caught:
        TrainingRequest("desk", effort="heroic")
    assert "'heroic'" in str(caught.value)


@pytest.mark.parametrize("effort", EFFORTS)
def test_each_effort_tries_at_least_one_recipe(effort: str) -> None:
    tried = EFFORTS[TrainingRequest("desk", effort=effort).effort]
    assert min(tried.strengths) > 0
    assert min(tried.half_lives) > 0


@pytest.mark.parametrize("cost", [0.0, -1.0, float("inf"), float("nan")])
def test_cost_that_is_none_is_refused(cost: float) -> None:
    with pytest.raises(UsageError, match="cost of under-triage must be above 0"):
        TrainingRequest("desk", under_triage_cost=cost)
