"""Fits boosted trees with LightGBM and hands them on as arrays: the one place that knows LightGBM."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import lightgbm
import numpy as np
from joblib import effective_n_jobs
from numpy.typing import NDArray

from triage.learn.trees import Trees

__all__ = ["Boosting", "fit_trees"]


@dataclass(frozen=True, slots=True)
class Boosting:
    """How trees are boosted; the names and senses are LightGBM's.

    Parameters
    ----------
    objective : str
        ``binary`` or ``regression``.
    n_trees : int
    learning_rate : float
    num_leaves : int
    min_data_in_leaf : int
    bagging_fraction, feature_fraction : float
        Shares of the rows and of the columns that a tree sees, in (0, 1].
    lambda_l2 : float
    """

    objective: str = "binary"
    n_trees: int = 300
    learning_rate: float = 0.04
    num_leaves: int = 15
    min_data_in_leaf: int = 30
    bagging_fraction: float = 0.8
    feature_fraction: float = 0.4
    lambda_l2: float = 5.0


def fit_trees(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    weights: NDArray[np.float64],
    boosting: Boosting,
    n_jobs: int = 1,
) -> Trees:
    """Fit boosted trees; the same rows give the same trees, whatever the number of threads.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        NaN is missing.
    y : ndarray of shape (n,)
        0 or 1 where the objective is ``binary``.
    weights : ndarray of shape (n,)
    boosting : Boosting
    n_jobs : int, default=1
        Threads, as joblib counts them: -1 is all.
    """
    settings: dict[str, object] = asdict(boosting)
    n_trees = boosting.n_trees
    del settings["n_trees"]
    # Otherwise LightGBM times both ways of counting, and the last bits depend on which was faster that day.
    settings |= {"deterministic": True, "force_row_wise": True, "seed": 0, "bagging_freq": 1}
    settings |= {"verbose": -1, "num_threads": effective_n_jobs(n_jobs)}
    rows = lightgbm.Dataset(X, y, weight=weights, params={"verbose": -1}, free_raw_data=True)
    return Trees.from_dump(lightgbm.train(settings, rows, n_trees).dump_model())
