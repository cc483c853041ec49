from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, top_k_accuracy_score

from triage.measure.scores import HeadScores, Promise, macro_f1, score_head

LABELS = [f"label {number}" for number in range(6)]


def drawn(n: int, n_classes: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    generator = np.random.default_rng(seed)
    return generator.integers(0, n_classes, n), generator.dirichlet(np.full(n_classes, 0.5), n)


def scored(
    truth: NDArray[np.int64], found: NDArray[np.float64], labels: list[str], threshold: float | None = 0.6
) -> HeadScores:
    return score_head("topic", labels, truth, found, majority=0, promise=Promise(0.9, threshold))


@pytest.mark.parametrize("seed", range(5))
def test_scores_agree_with_scikit_learn(seed: int) -> None:
    truth, found = drawn(150, 6, seed)
    predicted, ours = found.argmax(axis=1), scored(truth, found, LABELS)
    assert ours.n == 150
    assert ours.accuracy == pytest.approx(accuracy_score(truth, predicted))
    assert ours.macro_f1 == pytest.approx(f1_score(truth, predicted, average="macro"))
    assert macro_f1(truth, predicted) == ours.macro_f1
    assert ours.top3 == pytest.approx(top_k_accuracy_score(truth, found, k=3, labels=range(6)))
    assert ours.confusion.tolist() == confusion_matrix(truth, predicted, labels=range(6)).tolist()
    constant = np.zeros(150, np.int64)
    assert ours.majority_accuracy == pytest.approx(accuracy_score(truth, constant))
    assert ours.majority_macro_f1 == pytest.approx(f1_score(truth, constant, average="macro"))


def test_macro_f1_is_over_labels_that_occur_or_are_predicted() -> None:
    # Label 5 neither occurs nor is predicted; label 0 is predicted only.
    truth = np.array([1, 1, 2])
    found = np.eye(6)[[1, 0, 2]]
    expected = f1_score(truth, found.argmax(axis=1), average="macro")
    assert scored(truth, found, LABELS).macro_f1 == pytest.approx(expected) == pytest.approx((0 + 2 / 3 + 1) / 3)


def test_macro_f1_of_no_rows_is_unknown() -> None:
    assert np.isnan(macro_f1(np.zeros(0, np.int64), np.zeros(0, np.int64)))


def test_label_that_the_model_does_not_know_counts_as_an_error() -> None:
    scores = scored(np.array([0, 2, 2]), np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]), ["a", "b", "new"])
    assert scores.accuracy == scores.top3 == pytest.approx(1 / 3)
    assert scores.classes == ("a", "b", "new")
    assert scores.confusion.tolist() == [[1, 0, 0], [0, 0, 0], [1, 1, 0]]


def test_coverage_and_precision_are_of_rows_at_or_above_the_threshold() -> None:
    found = np.array([[0.6, 0.4], [0.59, 0.41], [0.1, 0.9], [0.2, 0.8]])
    scores = scored(np.array([0, 0, 1, 0]), found, ["a", "b"], threshold=0.6)
    assert scores.coverage == 0.75
    assert scores.precision == pytest.approx(2 / 3)


def test_barred_rows_are_never_automatic() -> None:
    found = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    promise = Promise(0.9, 0.8, np.array([True, False, False]))
    scores = score_head("topic", ["a", "b"], np.array([1, 0, 1]), found, majority=0, promise=promise)
    assert scores.coverage == pytest.approx(1 / 3)
    assert scores.precision == 1.0


def test_without_a_threshold_nothing_is_covered_and_no_precision_is_claimed() -> None:
    truth, found = drawn(20, 3, 0)
    scores = scored(truth, found, LABELS[:3], threshold=None)
    assert scores.coverage == 0.0
    assert np.isnan(scores.precision)
    assert "topic.precision" not in scores.as_metrics()
    assert scores.as_document()["precision"] is None


def test_calibration_error_of_a_hand_made_case() -> None:
    # Two bins: .7 said and all right (gap .3), .95 said and half right (gap .45).
    found = np.array([[0.7, 0.3], [0.7, 0.3], [0.95, 0.05], [0.95, 0.05]])
    scores = scored(np.array([0, 0, 0, 1]), found, ["a", "b"])
    assert scores.calibration_error == pytest.approx((0.3 + 0.45) / 2)
    filled = scores.reliability.count > 0
    assert scores.reliability.count[filled].tolist() == [2, 2]
    assert scores.reliability.confidence[filled] == pytest.approx([0.7, 0.95])
    assert scores.reliability.accuracy[filled] == pytest.approx([1.0, 0.5])


def test_certainty_falls_into_the_last_bin() -> None:
    scores = scored(np.array([0]), np.array([[1.0, 0.0]]), ["a", "b"])
    assert scores.reliability.count.tolist() == [0] * 14 + [1]
    assert scores.calibration_error == 0.0


def test_ties_are_one_point_of_the_coverage_curve() -> None:
    found = np.array([[0.9, 0.1], [0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.6, 0.4]])
    curve = scored(np.array([0, 0, 1, 0, 1]), found, ["a", "b"]).curve
    assert curve.threshold.tolist() == [0.9, 0.8, 0.6]
    assert curve.coverage == pytest.approx([0.2, 0.8, 1.0])
    assert curve.precision == pytest.approx([1.0, 0.75, 0.6])


@given(st.lists(st.tuples(st.sampled_from([0.5, 0.6, 0.7, 1.0]), st.booleans()), min_size=1, max_size=40))
def test_each_point_of_the_curve_is_what_its_threshold_gives(rows: list[tuple[float, bool]]) -> None:
    found = np.array([[confidence, 1 - confidence] for confidence, _ in rows])
    truth = np.array([0 if right else 1 for _, right in rows])
    curve = scored(truth, found, ["a", "b"]).curve
    assert (np.diff(curve.threshold) < 0).all()
    for threshold, coverage, precision in zip(curve.threshold, curve.coverage, curve.precision, strict=True):
        scores = scored(truth, found, ["a", "b"], threshold=float(threshold))
        assert (scores.coverage, scores.precision) == pytest.approx((coverage, precision))


@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    truth, found = drawn(30, 4, 0)
    shuffled = np.random.default_rng(seed).permutation(30)
    first, second = scored(truth, found, LABELS[:4]), scored(truth[shuffled], found[shuffled], LABELS[:4])
    assert first.as_metrics() == pytest.approx(second.as_metrics())
    assert first.curve.precision == pytest.approx(second.curve.precision)


def test_slice_without_labels_is_scored_as_unknown() -> None:
    scores = scored(np.zeros(0, np.int64), np.zeros((0, 3)), LABELS[:3])
    assert scores.n == 0
    assert scores.as_metrics() == {"topic.promise": 0.9}
    assert len(scores.curve.threshold) == 0
    assert scores.confusion.tolist() == np.zeros((3, 3)).tolist()


def test_metrics_are_named_by_target_and_the_document_is_json() -> None:
    truth, found = drawn(40, 3, 1)
    scores = scored(truth, found, LABELS[:3])
    document = json.loads(json.dumps(scores.as_document(), allow_nan=False))
    assert document["target"] == "topic"
    assert document["n"] == 40
    for name, value in scores.as_metrics().items():
        assert document[name.removeprefix("topic.")] == value
