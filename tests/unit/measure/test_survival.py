from __future__ import annotations

import numpy as np
import pytest

from triage.measure.survival import ended_share, weigh_ended


def test_without_open_cases_it_is_the_plain_share() -> None:
    waits = np.array([3.0, 1.0, 2.0, 2.0])
    found = ended_share(waits, np.ones(4, bool), np.array([0.9, 1.0, 2.0, 3.0]))
    assert found.tolist() == pytest.approx([0.0, 0.25, 0.75, 1.0])


def test_open_cases_do_not_bend_it() -> None:
    generator = np.random.default_rng(1)
    truth, limit = generator.exponential(10.0, 20_000), generator.uniform(0.0, 30.0, 20_000)
    at = np.array([2.0, 5.0, 10.0, 20.0])
    found = ended_share(np.minimum(truth, limit), truth <= limit, at)
    assert found.tolist() == pytest.approx((1.0 - np.exp(-at / 10.0)).tolist(), abs=0.02)


def test_where_nothing_ended_nothing_has() -> None:
    assert ended_share(np.array([1.0, 2.0]), np.zeros(2, bool), np.array([5.0])).tolist() == [0.0]


def test_weights_restore_the_mean_of_all_where_slow_ones_are_not_seen_to_end() -> None:
    generator = np.random.default_rng(2)
    waits, watched = generator.exponential(10.0, 50_000), generator.uniform(0.0, 60.0, 50_000)
    ended = waits < watched
    is_slow = waits > 10.0
    assert is_slow[ended].mean() < 0.33
    weights = weigh_ended(waits[ended], watched)
    assert np.average(is_slow[ended], weights=weights) == pytest.approx(is_slow.mean(), abs=0.01)
    assert weights.min() >= 1.0


def test_one_of_weight_two_counts_as_two_and_one_of_weight_zero_as_none() -> None:
    waits, ended, at = np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, True]), np.array([1.0, 2.5, 3.0])
    weights = np.array([2.0, 1.0, 0.0, 1.0])
    twice = [0, 0, 1, 3]
    assert ended_share(waits, ended, at, weights).tolist() == pytest.approx(
        ended_share(waits[twice], ended[twice], at).tolist()
    )
