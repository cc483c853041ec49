"""Quick heads fitted on parts of a history, to see how they grow with it. Chooses nothing and forecasts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from triage.learn.features import Features
from triage.learn.heads import to_positions
from triage.learn.inputs import Inputs
from triage.learn.linear import Recipe, fit_linear_heads
from triage.learn.rows import to_matrix
from triage.measure.calibration import fit_calibration

__all__ = ["CurveDraw", "draw_curves"]

_Labels = Sequence[str | None]

# Parts of the rows that are learnt from: together twice the rows, for one strength, where normal effort fits at least
# five times as many and hidden units.
_PARTS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
_LEAST_SIZE = 40
_SHARE_JUDGED = 0.3
# Bound the time on long histories: what more tickets bring shows below that.
_MOST_JUDGED, _MOST_LEARNT = 3_000, 12_000
# Small histories are drawn from several times, as far as that costs no more than a larger one drawn from once.
_ROWS_ALL_DRAWS, _MOST_DRAWS = 3_000, 4
_USUAL_STRENGTH = 3.0
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class CurveDraw:
    """How heads of one target did that learnt from growing parts of the same rows.

    Parameters
    ----------
    sizes : ndarray of int64 of shape (n_sizes,)
        Labelled tickets that each learnt from, ascending.
    right : ndarray of bool of shape (n_sizes, n_judged)
        Whether the likeliest label was right, of the same tickets throughout; none of them was learnt from.
    confidence : ndarray of float64 of shape (n_sizes, n_judged)
        That label's probability, calibrated on every other of these tickets, the first among them.
    """

    sizes: NDArray[np.int64]
    right: NDArray[np.bool_]
    confidence: NDArray[np.float64]


def draw_curves(
    features: Features,
    inputs: Inputs,
    targets: Mapping[str, _Labels],
    recipes: Mapping[str, Recipe],
) -> dict[str, list[CurveDraw]]:
    """Fit linear heads on growing parts of rows drawn at random, and judge them on others.

    Parameters
    ----------
    features : Features
        May know words of all these rows: of what is learnt, labels are what costs.
    inputs : Inputs
    targets : mapping of str to labels
        Of the same rows.
    recipes : mapping of str to Recipe
        Whose strengths are taken.

    Returns
    -------
    dict of str to list of CurveDraw
        By target; a draw is left out where a part of it holds fewer than two labels, or fewer than two tickets are
        left to judge.

    Notes
    -----
    Rows are parted at random and not by time, so that size alone differs. Near-duplicates on both sides make every part
    look better.
    """
    matrix = to_matrix(features.rows(inputs), len(features))
    has_text = bool(len(features.terms))
    generator = np.random.default_rng(_SEED)
    found: dict[str, list[CurveDraw]] = {target: [] for target in recipes}
    for _ in range(min(_MOST_DRAWS, max(1, _ROWS_ALL_DRAWS // max(1, len(inputs))))):
        order = generator.permutation(len(inputs))
        n_judged = min(_MOST_JUDGED, round(_SHARE_JUDGED * len(order)))
        judged, learnt = order[:n_judged], order[n_judged:][:_MOST_LEARNT]
        parts = [learnt[: round(part * len(learnt))] for part in _PARTS if part * len(learnt) >= _LEAST_SIZE]
        for target, recipe in recipes.items():
            labels = np.array(targets[target], object)
            known = judged[_is_known(labels[judged])]
            of_parts = [part[_is_known(labels[part])] for part in parts]
            # One half of the judged ones is calibrated on, and the other not.
            if len(known) > 1 and of_parts and all(len(set(labels[part])) > 1 for part in of_parts):
                # By size alone: recent rows do not weigh more.
                plain = Recipe(recipe.strength or _USUAL_STRENGTH, inf)
                tried = [_fit_and_judge(matrix, labels, (part, known), plain, has_text) for part in of_parts]
                right, confidence = zip(*tried, strict=True)
                found[target].append(
                    CurveDraw(np.array(list(map(len, of_parts))), np.array(right), np.array(confidence))
                )
    return found


def _is_known(labels: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([label is not None for label in labels], np.bool_)


def _fit_and_judge(
    matrix: csr_array,
    labels: NDArray[np.object_],
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
    recipe: Recipe,
    has_text: bool,
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return what a head that was fitted on some rows gets right of others, and how sure it is."""
    part, judged = rows
    # A regression takes time for every feature, whether a row has it or not; without any it would be refused.
    used = np.union1d(matrix[part].indices, [0])
    fitted, asked = matrix[part][:, used], matrix[judged][:, used]
    head = fit_linear_heads(fitted, [("", recipe, labels[part].tolist())], 1, has_text=has_text)[0]
    truth = to_positions(labels[judged].tolist(), head.classes)
    margins = np.asarray(asked @ head.weights + head.intercept, np.float64)
    half = (np.arange(len(truth)) % 2 == 0) & (truth >= 0)
    confidence = fit_calibration(margins[half], truth[half]).apply(margins).max(axis=1)
    return margins.argmax(axis=1) == truth, confidence
