from __future__ import annotations

from dataclasses import replace

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from triage.errors import BundleRefused, TriageError
from triage.learn.trees import Trees
from triage.parts import JSON, Part


def materials(seed: int, n: int = 600) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, 5))
    X[:, 3] = generator.integers(0, 4, n)
    y = ((X[:, 0] > 0) ^ (X[:, 3] > 1)).astype(float)
    X[generator.random(X.shape) < 0.1] = np.nan
    X[:, 4] = np.where(generator.random(n) < 0.5, 0.0, X[:, 4])
    return X, y


def boosted(X: NDArray[np.float64], y: NDArray[np.float64], **settings: object) -> lightgbm.Booster:
    given = {"objective": "binary", "num_leaves": 7, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}
    return lightgbm.train(given | settings, lightgbm.Dataset(X, y), 12)


@pytest.mark.parametrize(
    "settings",
    [{}, {"zero_as_missing": True}, {"use_missing": False}, {"objective": "regression"}, {"boosting": "dart"}],
    ids=lambda settings: ", ".join(settings) or "as it is",
)
def test_scores_are_those_of_lightgbm_to_the_bit(settings: dict[str, object]) -> None:
    X, y = materials(0)
    booster = boosted(X, y, **settings)
    later, _ = materials(1)
    # What training has not seen: missing where nothing was, nearly 0, beyond all thresholds.
    odd = np.array([[np.nan] * 5, [0.0] * 5, [1e-36] * 5, [-1e-30] * 5, [1e300] * 5, [np.inf] * 5])
    asked = np.vstack([later, odd])
    scores = Trees.from_dump(booster.dump_model()).scores(asked)
    assert scores.tobytes() == np.asarray(booster.predict(asked, raw_score=True), np.float64).tobytes()


def test_missing_values_that_training_never_had_are_zero_as_in_lightgbm() -> None:
    X, y = materials(0)
    booster = boosted(np.nan_to_num(X), y)
    later, _ = materials(1)
    scores = Trees.from_dump(booster.dump_model()).scores(later)
    assert scores.tobytes() == np.asarray(booster.predict(later, raw_score=True), np.float64).tobytes()


def test_single_row_scores_as_it_does_in_a_batch() -> None:
    X, y = materials(0)
    trees = Trees.from_dump(boosted(X, y).dump_model())
    together = trees.scores(X)
    assert [trees.scores(X[at : at + 1])[0] for at in range(20)] == together[:20].tolist()


def test_contributions_and_base_add_up_to_the_score() -> None:
    X, y = materials(0)
    trees = Trees.from_dump(boosted(X, y).dump_model())
    for row, score in zip(X[:50], trees.scores(X[:50]), strict=True):
        assert trees.base + trees.contributions(row).sum() == pytest.approx(score, abs=1e-12)


def test_feature_that_is_never_asked_adds_nothing() -> None:
    X, y = materials(0)
    X[:, 1] = 1.0
    trees = Trees.from_dump(boosted(X, y).dump_model())
    assert trees.contributions(X[0])[1] == 0.0


def test_trees_without_a_split_answer_the_same_for_all() -> None:
    trees = Trees.from_dump(boosted(np.zeros((40, 1)), np.arange(40.0) % 2).dump_model())
    assert len(set(trees.scores(np.array([[0.0], [5.0], [np.nan]])))) == 1


def test_stored_trees_score_as_before() -> None:
    X, y = materials(0)
    trees = Trees.from_dump(boosted(X, y).dump_model())
    again = Trees.from_part(trees.to_part())
    assert again.scores(X).tobytes() == trees.scores(X).tobytes()
    assert (len(again), again.n_features) == (12, 5)


def test_trees_that_split_by_category_are_refused() -> None:
    node: dict[str, JSON] = {"decision_type": "==", "split_feature": 0, "threshold": "1||3"}
    with pytest.raises(TriageError, match="split by numbers"):
        Trees.from_dump({"max_feature_idx": 0, "tree_info": [{"tree_structure": node}]})


def test_trees_with_linear_models_in_their_leaves_are_refused() -> None:
    X, y = materials(0)
    booster = lightgbm.train(
        {"objective": "regression", "linear_tree": True, "verbose": -1, "num_threads": 1},
        lightgbm.Dataset(X, y, params={"linear_tree": True, "verbose": -1}),
        2,
    )
    with pytest.raises(TriageError, match="linear models"):
        Trees.from_dump(booster.dump_model())


def test_trees_of_several_classes_are_refused() -> None:
    X, _ = materials(0)
    booster = boosted(X, np.arange(600.0) % 3, objective="multiclass", num_class=3)
    with pytest.raises(TriageError, match="one output"):
        Trees.from_dump(booster.dump_model())


@pytest.mark.parametrize(
    ("array", "value"),
    [("left", 0), ("right", 10_000), ("feature", 5), ("feature", -7), ("roots", -1), ("roots", 10_000)],
)
def test_stored_trees_that_lead_nowhere_are_refused(array: str, value: int) -> None:
    X, y = materials(0)
    part = Trees.from_dump(boosted(X, y).dump_model()).to_part()
    broken = part.arrays[array].copy()
    broken[0] = value
    with pytest.raises(BundleRefused):
        Trees.from_part(replace(part, arrays={**part.arrays, array: broken}))


def test_part_without_trees_is_refused() -> None:
    with pytest.raises(BundleRefused, match="no trees"):
        Trees.from_part(Part({}, {}))
