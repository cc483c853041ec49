from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.metric_series import estate, history_of

from triage.errors import BundleRefused
from triage.parts import Part
from triage.training.metrics import MetricHistory
from triage.training.reach import MetricFit, Reach

WEEK_NS = 7 * 86_400 * 10**9


@pytest.fixture
def history(tmp_path: Path) -> MetricHistory:
    return history_of(estate(2), tmp_path)


@pytest.fixture
def reach(history: MetricHistory) -> Reach:
    return Reach.of(history.of_rows(np.arange(history.n_rows) < 100), history)


def test_a_row_is_seen_up_to_what_its_entity_s_fit_learnt(history: MetricHistory, reach: Reach) -> None:
    assert reach.seen_by(MetricFit.SERVED, history).all()
    assert reach.seen_by(MetricFit.BEFORE_REFIT, history).tolist() == (np.arange(history.n_rows) < 100).tolist()


def test_an_entity_that_was_not_learnt_from_was_never_seen(history: MetricHistory, reach: Reach) -> None:
    only_web = Reach(("web",), reach.fitted_ns[:1], reach.served_ns[:1])
    seen = only_web.seen_by(MetricFit.SERVED, history)
    assert seen.tolist() == (history.entity_of_row == history.entities.index("web")).tolist()


def test_it_is_stored_as_a_part(reach: Reach, history: MetricHistory) -> None:
    again = Reach.from_part(reach.to_part())
    assert again.entities == reach.entities
    assert np.array_equal(
        again.seen_by(MetricFit.BEFORE_REFIT, history), reach.seen_by(MetricFit.BEFORE_REFIT, history)
    )
    with pytest.raises(BundleRefused):
        Reach.from_part(Part(reach.to_part().arrays, {"entities": None}))


def test_steps_follow_by_whole_weeks_and_times_are_never_moved(tmp_path: Path, history: MetricHistory) -> None:
    frame = estate(2)
    frame["timestamp"] = np.arange(len(frame)) // 2
    steps = history_of(frame, tmp_path)
    of_steps = Reach.of(steps, steps)
    assert of_steps.gap_to(steps) == WEEK_NS
    assert not of_steps.seen_by(MetricFit.SERVED, steps.moved(of_steps.gap_to(steps))).any()
    assert Reach.of(history, history).gap_to(history) == 0
