from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.sparse import csr_array

from triage.learn.linear import Recipe, fit_linear_heads, row_weights
from triage.learn.rows import Row


def told(n: int = 90, n_classes: int = 3) -> tuple[csr_array, list[str | None]]:
    truth = np.arange(n) % n_classes
    return csr_array(np.eye(n_classes)[truth]), [f"label {at}" for at in truth]


def test_row_weighs_half_after_a_half_life_and_the_mean_is_one() -> None:
    weights = row_weights(1000, 0.25)
    assert weights.mean() == pytest.approx(1.0)
    assert weights[749] / weights[999] == pytest.approx(0.5)
    assert row_weights(5, inf).tolist() == [1.0] * 5


@pytest.mark.parametrize("has_text", [True, False])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_both_learners_tell_classes_apart(has_text: bool, n_classes: int) -> None:
    matrix, labels = told(n_classes=n_classes)
    [head] = fit_linear_heads(matrix, [("t", Recipe(3.0, inf), labels)], 1, has_text=has_text)
    assert head.classes == tuple(f"label {at}" for at in range(n_classes))
    for at in range(n_classes):
        found = head.probabilities([Row(np.array([at]), np.array([1.0]))])[0]
        assert found.argmax() == at


def test_rows_without_a_label_are_left_out() -> None:
    matrix, labels = told()
    gaps: list[str | None] = [label if at % 2 else None for at, label in enumerate(labels)]
    [head] = fit_linear_heads(matrix, [("t", Recipe(1.0, inf), gaps)], 1, has_text=False)
    rows = [at for at, label in enumerate(gaps) if label is not None]
    [same] = fit_linear_heads(matrix[rows], [("t", Recipe(1.0, inf), [gaps[at] for at in rows])], 1, has_text=False)
    assert head.weights.tobytes() == same.weights.tobytes()


def test_pieces_that_weigh_as_usual_change_nothing_and_others_are_fitted_as_if_their_values_were_larger() -> None:
    generator = np.random.default_rng(0)
    matrix = csr_array((generator.random((60, 8)) < 0.4) * generator.random((60, 8)))
    labels = [str(at % 3) for at in range(60)]
    plain, same, more = (
        fit_linear_heads(
            matrix, [("t", Recipe(3.0, inf, pieces=pieces), labels)], 1, has_text=True, pieces=slice(3, 8)
        )[0]
        for pieces in (1.0, 1.0, 3.0)
    )
    assert plain.weights.tobytes() == same.weights.tobytes()
    scaled = csr_array(matrix.toarray() * np.array([1.0] * 3 + [3.0] * 5))
    [by_hand] = fit_linear_heads(scaled, [("t", Recipe(3.0, inf), labels)], 1, has_text=True)
    assert more.weights == pytest.approx(by_hand.weights * np.array([1.0] * 3 + [3.0] * 5)[:, None], abs=1e-5)
