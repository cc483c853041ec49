"""Promises that later incidents refute."""

from __future__ import annotations

import numpy as np

from triage.decide.refutation import refuted_labels


def _rows(*of_labels: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    chosen = np.concatenate([np.full(n, label) for label, (n, _) in enumerate(of_labels)])
    correct = np.concatenate([np.arange(n) < right for n, right in of_labels])
    return chosen.astype(np.int64), correct


def test_promise_that_is_kept_together_is_not_taken_back_for_a_label() -> None:
    assert not refuted_labels(*_rows((100, 85), (400, 395)), 0.95, 2).any()


def test_few_errors_of_few_rows_refute_nothing() -> None:
    assert not refuted_labels(*_rows((10, 8), (10, 9)), 0.95, 2).any()


def test_label_at_fault_is_taken_back_alone_where_the_others_keep_the_promise() -> None:
    assert refuted_labels(*_rows((100, 50), (200, 197), (5, 4)), 0.95, 4).tolist() == [True, False, False, False]


def test_all_labels_are_taken_back_where_no_few_are_at_fault() -> None:
    assert refuted_labels(*_rows(*[(12, 10)] * 30), 0.95, 31).all()
    assert refuted_labels(*_rows((100, 50), (40, 37)), 0.95, 2).all()


def test_only_label_that_was_set_is_taken_back() -> None:
    assert refuted_labels(*_rows((0, 0), (100, 50)), 0.95, 3).tolist() == [False, True, False]


def test_nothing_automatic_refutes_nothing() -> None:
    assert not refuted_labels(np.zeros(0, np.int64), np.zeros(0, bool), 0.95, 2).any()
