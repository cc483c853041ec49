"""Fits models and chooses each head's recipe on rows it was not fitted on. Never judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from triage.errors import DataError, Problem
from triage.learn.blending import add_bags, mix_in_bag
from triage.learn.features import Features, fit_features
from triage.learn.heads import Head, to_positions
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.linear import Recipe, fit_linear_heads
from triage.learn.model import IncidentModel
from triage.learn.rows import Row, to_matrix
from triage.learn.tuning import RecipeSearch, trials_within
from triage.learn.unit_heads import UNITS_ALONE, calibrated, fit_unit_heads, is_units_alone, units_a_start
from triage.measure.calibration import fit_calibration, log_losses
from triage.measure.scores import macro_f1

__all__ = ["EFFORTS", "Effort", "Recipe", "Targets", "check_labels", "choose_model", "refit_model"]

Targets = Mapping[str, Sequence[str | None]]


# The matrix of a linear fit takes 12 kB a ticket of 50 words and its solver as much again: 1.5 GB of so many. Units
# alone are as accurate from some 10,000 tickets on (8-topic, older slices: .8629 against .8588 linear and .8641 mixed).
_MOST_LINEAR, _MOST_LINEAR_QUICK = 60_000, 8_000
# Rows times labels: a linear fit takes 20 us for each, some times over.
_MOST_LINEAR_LABELS = 2_000_000


@dataclass(frozen=True, slots=True)
class Effort:
    """What is tried: every strength at the first half-life, then the other half-lives at the best strength.

    Parameters
    ----------
    strengths, half_lives : tuple of float
    n_bags : int, default=0
        Random starts of the hidden layer; 0 for linear heads alone.
    is_tuned : bool, default=False
        Whether more recipes of linear heads are searched for, on from these.
    most_linear : int, default=60000
        Rows up to which heads have a linear part; of longer histories they read hidden units alone, at least one start.
    """

    strengths: tuple[float, ...]
    half_lives: tuple[float, ...]
    n_bags: int = 0
    is_tuned: bool = False
    most_linear: int = _MOST_LINEAR


# What is tried, by effort, the usual choice first: it holds where there is nothing to choose on. On the validation
# slices at hand a strength of .3 to 1 suits fields and 3 suits text; the steps are half a decade because neighbours
# differ by less than the slice's noise. Incidents change with time: a half-life of .3 lowered the log-loss on every set
# at hand (8-topic tickets .408 to .401, event log 1.525 to 1.476); .5 costs small samples less.
# Four starts instead of two lowered the log-loss on older slices of the 8-topic tickets from .391 to .388 and from .451
# to .448. Thorough effort against normal, on three older slices of 4,000 to 12,000 of them: accuracy .8394 against
# .8350, .8262 against .8175 and .7712 against .7617, in three to six times the time; the log-loss stays (.476, .539 and
# .647 against .474, .537 and .651). On 8,000 of the event log it gained nothing (.6874 against .6861).
EFFORTS: Mapping[str, Effort] = MappingProxyType(
    {
        "quick": Effort(strengths=(3.0,), half_lives=(0.5,), most_linear=_MOST_LINEAR_QUICK),
        "normal": Effort(strengths=(3.0, 1.0, 0.3), half_lives=(0.5, inf), n_bags=4),
        "thorough": Effort(strengths=(3.0, 1.0, 0.3), half_lives=(0.5, inf), n_bags=6, is_tuned=True),
    }
)


def choose_model(
    fit: tuple[Inputs, Targets],
    held_out: tuple[Inputs, Targets],
    columns: InputColumns,
    effort: Effort,
    n_jobs: int = 1,
) -> tuple[IncidentModel, dict[str, Recipe]]:
    """Fit every head by several recipes, keep what does best on the held-out rows, and calibrate it there.

    Parameters
    ----------
    fit, held_out : tuple of Inputs and Targets
        Older rows, oldest first, and later ones.
    columns : InputColumns
        What the inputs were read from.
    effort : Effort
        What to try.
    n_jobs : int, default=1
        Fits at a time, through joblib.

    Returns
    -------
    IncidentModel
        Calibrated.
    dict of str to Recipe
        What was chosen for each target.

    Raises
    ------
    DataError
        When a target has fewer than two labels among the rows to fit, or those rows hold nothing to learn from.
    """
    inputs, targets = fit
    check_labels(targets)
    features = fit_features(inputs, columns)
    if not len(features):
        raise DataError("Nothing can be learnt: no two of the texts to fit share a word, and no field is read.")
    n_labels = sum(len(set(labels) - {None}) for labels in targets.values())
    if len(inputs) > effort.most_linear or len(inputs) * n_labels > _MOST_LINEAR_LABELS:
        fitted = fit_unit_heads(features, inputs, targets, max(1, effort.n_bags), n_jobs)
        return calibrated(fitted, held_out), dict.fromkeys(targets, UNITS_ALONE)
    matrix = to_matrix(features.rows(inputs), len(features))
    held_rows = features.rows(held_out[0])

    def try_out(wanted: Sequence[tuple[str, Recipe]]) -> list[_Scored]:
        asked = [(target, recipe, targets[target]) for target, recipe in wanted]
        heads = _fit_heads(features, matrix, asked, n_jobs)
        pairs = zip(wanted, heads, strict=True)
        return [_score(recipe, head, held_rows, held_out[1][target]) for (target, recipe), head in pairs]

    best = {target: _choose(tried) for target, tried in _try_all(targets, effort, features, try_out).items()}
    model = IncidentModel(features, tuple(best[target].head for target in targets))
    recipes = {target: best[target].recipe for target in targets}
    if not effort.n_bags:
        return model, recipes
    return add_bags(model, recipes, (inputs, matrix, targets), (held_rows, held_out[1]), effort.n_bags, n_jobs)


def _try_all(
    targets: Targets,
    effort: Effort,
    features: Features,
    try_out: Callable[[Sequence[tuple[str, Recipe]]], list[_Scored]],
) -> dict[str, list[_Scored]]:
    """Return what was tried for each target: the usual recipes, then those that a search asks for."""
    first, *others = effort.half_lives
    tried: dict[str, list[_Scored]] = {target: [] for target in targets}

    def put(wanted: Sequence[tuple[str, Recipe]]) -> None:
        for (target, _), scored in zip(wanted, try_out(wanted), strict=True):
            tried[target].append(scored)

    put([(target, Recipe(strength, first)) for target in targets for strength in effort.strengths])
    best = {target: _choose(scored).recipe.strength for target, scored in tried.items()}
    put([(target, Recipe(best[target], other)) for target in targets for other in others])
    for target, labels in targets.items() if effort.is_tuned else ():
        trials = trials_within(len(labels), len(set(labels) - {None}))
        if not trials or not len(tried[target][0].losses):
            continue
        search = RecipeSearch(has_text=bool(len(features.terms)))
        for scored in tried[target]:
            search.know(scored.recipe, float(scored.losses.mean()))
        for recipes in search.rounds(trials):
            put([(target, recipe) for recipe in recipes])
            search.tell([float(scored.losses.mean()) for scored in tried[target][-len(recipes) :]])
    return tried


def _fit_heads(
    features: Features, matrix: csr_array, asked: Sequence[tuple[str, Recipe, Sequence[str | None]]], n_jobs: int
) -> list[Head]:
    terms = features.terms
    return fit_linear_heads(matrix, asked, n_jobs, has_text=bool(len(terms)), pieces=terms.pieces)


def refit_model(
    judged: IncidentModel, inputs: Inputs, targets: Targets, recipes: Mapping[str, Recipe], n_jobs: int = 1
) -> IncidentModel:
    """Fit again on all rows, by the recipes and with the calibration that were chosen before.

    Parameters
    ----------
    judged : IncidentModel
        What was chosen and judged; its calibrations are carried over.
    inputs, targets
        All rows, oldest first.
    recipes : mapping of str to Recipe
        As chosen for each target.
    n_jobs : int, default=1
    """
    features = fit_features(inputs, judged.columns)
    if all(map(is_units_alone, recipes.values())):
        of_recipes = {target: targets[target] for target in recipes}
        starts = judged.bag.n_units // units_a_start(sum(len(head.classes) for head in judged.heads))
        served = fit_unit_heads(features, inputs, of_recipes, starts, n_jobs)
    else:
        matrix = to_matrix(features.rows(inputs), len(features))
        asked = [(target, recipe, targets[target]) for target, recipe in recipes.items()]
        linear = IncidentModel(features, tuple(_fit_heads(features, matrix, asked, n_jobs)))
        served = mix_in_bag(linear, recipes, matrix, targets, judged.bag.n_units, n_jobs)
    return replace(
        served,
        heads=tuple(replace(head, calibration=judged.head(head.target).calibration) for head in served.heads),
    )


def check_labels(targets: Targets) -> None:
    """Refuse targets that nothing can be learnt about.

    Parameters
    ----------
    targets : mapping of str to labels
        Of the rows to fit.

    Raises
    ------
    DataError
        When a target has fewer than two different labels; names every such target.
    """
    found = {target: sorted({label for label in labels if label is not None}) for target, labels in targets.items()}
    message = "needs at least two different labels among the rows to fit"
    problems = [Problem(message, target, got="".join(labels)) for target, labels in found.items() if len(labels) < 2]
    if problems:
        raise DataError(f"Cannot be learnt: {', '.join(problem.where for problem in problems)}.", problems)


@dataclass(frozen=True, slots=True)
class _Scored:
    recipe: Recipe
    head: Head
    losses: NDArray[np.float64]
    macro_f1: float


def _score(recipe: Recipe, head: Head, rows: Sequence[Row], labels: Sequence[str | None]) -> _Scored:
    truth = to_positions(labels, head.classes)
    margins, known = head.margins(rows)[truth >= 0], truth[truth >= 0]
    calibration = fit_calibration(margins, known)
    found = calibration.apply(margins)
    return _Scored(
        recipe, replace(head, calibration=calibration), log_losses(found, known), macro_f1(known, found.argmax(axis=1))
    )


def _choose(tried: Sequence[_Scored]) -> _Scored:
    """Choose by log-loss, which promises rest on, and by macro-F1 where that is a tie: rare labels count too.

    A tie is what is within one standard error of the best, row by row.
    """
    best = min(tried, key=lambda each: each.losses.sum())
    tied = [each for each in tried if _is_tied(each.losses - best.losses)]
    return max(tied, key=lambda each: each.macro_f1)


def _is_tied(excess: NDArray[np.float64]) -> bool:
    if not len(excess):
        return True
    return bool(excess.mean() <= excess.std() / np.sqrt(len(excess)))
