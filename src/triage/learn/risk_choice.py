"""Chooses on held-out rows how risks are fitted, and calibrates them there. Knows no learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.special import expit
from threadpoolctl import threadpool_limits

from triage.learn.features import Features
from triage.learn.open_cases import Course, expect_outcomes
from triage.learn.risk_fitting import RiskLessons, RiskRecipe, fit_risk
from triage.learn.risks import RiskHead, RiskModel
from triage.measure.sigmoid import binary_losses, fit_sigmoid

__all__ = ["choose_risks", "refit_risks"]

_Floats = NDArray[np.float64]

# Below that many incidents of either kind nothing can be told of a risk: the trees' leaves hold 30.
_LEAST_CASES = 30
# Strengths of the linear part: fields and their pairs want the first, words the second.
_STRENGTHS = (0.1, 1.0)
# Nothing moves after ten. After two, and by the course of the held-out cases alone, breaches on the event log were
# foretold at half their rate: they take longer than the held-out rows are old.
_CALIBRATION_STEPS = 10
# Values of the feature matrix from which a fit takes longer than starting a process for it.
_WORTH_A_PROCESS = 2_000_000


def choose_risks(
    features: Features, fit: RiskLessons, held_out: RiskLessons, n_jobs: int = 1
) -> tuple[RiskModel, dict[str, RiskRecipe]]:
    """Fit every risk that there are enough cases of, choose its recipe on held-out rows, and calibrate it there.

    Parameters
    ----------
    features : Features
    fit, held_out : RiskLessons
        Older rows, and later ones.
    n_jobs : int, default=1
        Risks at a time, through joblib.

    Returns
    -------
    RiskModel
        Without the risks of which fewer than 30 cases, or fewer than 30 others, are over.
    dict of str to RiskRecipe
    """
    enough = [name for name in fit.truths if _is_enough(fit, name)]
    chosen = _in_parallel(n_jobs, fit, [delayed(_choose)(features, fit, held_out, name) for name in enough])
    heads = tuple(head for head, _ in chosen)
    return RiskModel(features, heads), {head.name: recipe for head, recipe in chosen}


def refit_risks(
    judged: RiskModel, features: Features, lessons: RiskLessons, recipes: Mapping[str, RiskRecipe], n_jobs: int = 1
) -> RiskModel:
    """Fit again on all rows, by the recipes and with the calibration that were chosen before.

    Parameters
    ----------
    judged : RiskModel
    features : Features
        Those of the model that serves.
    lessons : RiskLessons
    recipes : mapping of str to RiskRecipe
    n_jobs : int, default=1
    """
    jobs = [delayed(fit_risk)(features, lessons, name, recipe) for name, recipe in recipes.items()]
    fitted: list[RiskHead] = _in_parallel(n_jobs, lessons, jobs)
    before = {head.name: head for head in judged.heads}
    heads = (replace(head, scale=before[head.name].scale, shift=before[head.name].shift) for head in fitted)
    return RiskModel(features, tuple(heads))


def _in_parallel(n_jobs: int, lessons: RiskLessons, jobs: Sequence[object]) -> list:  # type: ignore[type-arg]  # joblib's
    worth_it = len(lessons.rows.ids) >= _WORTH_A_PROCESS
    with threadpool_limits(1):
        return list(Parallel(n_jobs=n_jobs if worth_it else 1)(jobs))


def _is_enough(lessons: RiskLessons, name: str) -> bool:
    _, truth, _ = lessons.of(name)
    return min(int((truth == 1.0).sum()), int((truth == 0.0).sum())) >= _LEAST_CASES


def _choose(features: Features, fit: RiskLessons, held_out: RiskLessons, name: str) -> tuple[RiskHead, RiskRecipe]:
    jury = _Jury(features, fit, held_out, name)
    tried = [RiskRecipe(strength, with_trees=False) for strength in _STRENGTHS]
    best = _best([_calibrate(fit_risk(features, fit, name, recipe), jury, recipe) for recipe in tried])
    if features.fields.values:
        recipe = best.recipe._replace(with_trees=True)
        best = _best([_calibrate(fit_risk(features, fit, name, recipe), jury, recipe), best])
    return best.head, best.recipe


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """A calibrated head, what it says of the held-out rows, and what it expects of those that are open."""

    head: RiskHead
    recipe: RiskRecipe
    found: _Floats
    likely: _Floats


def _best(tried: Sequence[_Tried]) -> _Tried:
    """Return the first, unless another is better by more than a standard error, row by row.

    They are judged by what all of them expect of the open cases: by its own expectations each would be right.
    """
    likely = np.mean([each.likely for each in tried], axis=0)
    losses = [binary_losses(each.found, likely) for each in tried]
    best = 0
    for at in range(1, len(tried)):
        gains = losses[best] - losses[at]
        if len(gains) and gains.mean() > gains.std() / np.sqrt(len(gains)):
            best = at
    return tried[best]


class _Jury:
    """The held-out rows that say something of a risk, and the course of all cases, the older ones' included."""

    def __init__(self, features: Features, fit: RiskLessons, held_out: RiskLessons, name: str) -> None:
        kept, self.truth, self.course = held_out.of(name)
        self.features = features
        self.rows = held_out.rows.take(kept)
        _, before, course = fit.of(name)
        self._over = course.take(np.flatnonzero(course.ended))
        self._before = before[course.ended]

    def expect(self, likely: _Floats, at_opening: _Floats) -> _Floats:
        """Return what is to be expected of the held-out rows, by how long cases of either kind have always taken."""
        n_before = len(self._before)
        course = Course(
            np.concatenate([self._over.ended, self.course.ended]), np.concatenate([self._over.hours, self.course.hours])
        )
        found = expect_outcomes(
            course, np.concatenate([self._before, likely]), np.concatenate([np.zeros(n_before), at_opening])
        )
        return found[n_before:]


def _calibrate(head: RiskHead, jury: _Jury, recipe: RiskRecipe) -> _Tried:
    """Calibrate on the held-out cases that are over, then on all of them by what is to be expected of the open ones."""
    margins, likely, known = head.margins(jury.rows, jury.features), jury.truth, jury.course.ended
    scale, shift = fit_sigmoid(margins[known], likely[known])
    for _ in range(0 if known.all() else _CALIBRATION_STEPS):
        at_opening = expit(margins * scale + shift)
        likely = jury.expect(np.where(np.isnan(likely), at_opening, likely), at_opening)
        scale, shift = fit_sigmoid(margins, likely)
    found = np.asarray(expit(margins * scale + shift))
    return _Tried(replace(head, scale=scale, shift=shift), recipe, found, likely)
