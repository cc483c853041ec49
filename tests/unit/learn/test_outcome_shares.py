from __future__ import annotations

import numpy as np
import pytest

from triage.learn.fields import fit_fields
from triage.learn.outcome_shares import collect_shares

VALUES = ["a", "b", "a", "a", "b", "once", None, "a"]
FIELDS = fit_fields({"site": VALUES})
NUMBERS = FIELDS.numbers({"site": VALUES}, len(VALUES))
TRUTH = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0])


def test_row_sees_the_rows_before_it_and_not_itself() -> None:
    columns, _ = collect_shares(NUMBERS, TRUTH, np.ones(8), FIELDS)
    changed, _ = collect_shares(NUMBERS, np.append(TRUTH[:-1], 0.0), np.ones(8), FIELDS)
    assert columns.tobytes() == changed.tobytes()
    assert columns[2, 0] > columns[0, 0]
    assert columns[:, 1] == pytest.approx(np.log1p([0, 0, 1, 2, 1, 0, 0, 3]), abs=1e-6)


def test_shares_are_smoothed_towards_the_mean_of_all() -> None:
    _, shares = collect_shares(NUMBERS, TRUTH, np.ones(8), FIELDS)
    mean = (TRUTH.sum() + 1) / 10
    assert shares.shares[FIELDS.values["site"]["a"]] == pytest.approx((4 + 5 * mean) / 9)
    assert shares.shares[FIELDS.values["site"]["b"]] == pytest.approx((0 + 5 * mean) / 7)


def test_rare_and_unseen_values_are_as_good_as_new() -> None:
    _, shares = collect_shares(NUMBERS, TRUTH, np.ones(8), FIELDS)
    unseen = FIELDS.numbers({"site": ["never"]}, 1)
    share, size = shares.columns(unseen)[0]
    assert (share, size) == (pytest.approx((TRUTH.sum() + 1) / 10), 0.0)


def test_rows_that_count_nothing_teach_nothing() -> None:
    weights = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    _, shares = collect_shares(NUMBERS, np.where(weights > 0, TRUTH, 0.0), weights, FIELDS)
    _, without = collect_shares(np.delete(NUMBERS, 2, axis=0), np.delete(TRUTH, 2), np.ones(7), FIELDS)
    assert shares.shares.tobytes() == without.shares.tobytes()


def test_likely_end_counts_by_its_probability() -> None:
    _, shares = collect_shares(NUMBERS[:1], np.array([0.25]), np.ones(1), FIELDS)
    mean = 1.25 / 3
    assert shares.shares[NUMBERS[0, 0]] == pytest.approx((0.25 + 5 * mean) / 6)
