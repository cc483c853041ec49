from __future__ import annotations

import numpy as np
import pytest

from triage.learn.boosting import Boosting, fit_trees

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(800, 6))
Y = ((X[:, 0] > 0) ^ (X[:, 1] > 0.5)).astype(float)
FEW = Boosting(n_trees=20)


def test_trees_learn_what_two_columns_say_together() -> None:
    scores = fit_trees(X, Y, np.ones(800), FEW).scores(X)
    assert ((scores > np.median(scores)) == (Y > 0)).mean() > 0.9


def test_same_rows_give_the_same_trees() -> None:
    first, again = (fit_trees(X, Y, np.ones(800), FEW) for _ in range(2))
    assert first.scores(X).tobytes() == again.scores(X).tobytes()


def test_number_of_threads_changes_nothing() -> None:
    one, two = (fit_trees(X, Y, np.ones(800), FEW, n_jobs) for n_jobs in (1, 2))
    assert one.scores(X).tobytes() == two.scores(X).tobytes()


def test_rows_without_weight_teach_nothing() -> None:
    turned = np.where(np.arange(800) < 400, Y, 1 - Y)
    scores = fit_trees(X, turned, (np.arange(800) < 400).astype(float), FEW).scores(X)
    assert ((scores > np.median(scores)) == (Y > 0)).mean() > 0.9


def test_regression_answers_in_the_units_of_what_was_told() -> None:
    trees = fit_trees(X, 100 + 10 * X[:, 0], np.ones(800), Boosting("regression", n_trees=20))
    assert trees.scores(X).mean() == pytest.approx(100, abs=2)
