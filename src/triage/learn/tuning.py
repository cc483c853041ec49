"""Searches recipes of linear heads with optuna, between and beyond the usual ones. Fits nothing itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from math import inf

from triage.learn.linear import Recipe

__all__ = ["RecipeSearch", "trials_within"]

# Bounds: beyond them no slice at hand had its best.
_STRENGTHS = (0.03, 30.0)
# A weight that halves over three histories hardly falls: it is the same as none.
_HALF_LIVES, _AS_GOOD_AS_NEVER = (0.1, 3.0), 2.0
_PIECES = (0.25, 2.0)
# So many recipes a target: later ones moved the log-loss on older slices in the fourth digit.
_MOST_TRIALS = 24
# Rows times labels of all trials: about ten minutes of regressions on fields, and a fifth of that on text.
_MOST_WORK = 16_000_000
# Asked for before any of them is told: as many as are fitted at a time need.
_ASKED_AT_A_TIME = 4


def trials_within(n_rows: int, n_labels: int) -> int:
    """Return how many recipes a target are tried on so many rows: a count, so that the same run chooses the same."""
    wanted = min(_MOST_TRIALS, _MOST_WORK // max(1, n_rows * n_labels))
    return wanted // _ASKED_AT_A_TIME * _ASKED_AT_A_TIME


class RecipeSearch:
    """One target's search, by a tree-structured Parzen estimator; seeded.

    Parameters
    ----------
    has_text : bool
        Whether there are pieces of words to weigh.
    seed : int, default=0

    Notes
    -----
    J. Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011, as optuna has it.
    """

    def __init__(self, *, has_text: bool, seed: int = 0) -> None:
        # What only training needs, and takes a third of a second to import.
        with warnings.catch_warnings():
            # tqdm draws no bar here, and needs no widgets in a notebook for that.
            warnings.filterwarnings("ignore", "IProgress not found")
            import optuna  # noqa: PLC0415  # as above

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space: dict[str, optuna.distributions.BaseDistribution] = {
            "strength": optuna.distributions.FloatDistribution(*_STRENGTHS, log=True),
            "half_life": optuna.distributions.FloatDistribution(*_HALF_LIVES, log=True),
        }
        if has_text:
            self._space["pieces"] = optuna.distributions.FloatDistribution(*_PIECES, log=True)
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=2 * _ASKED_AT_A_TIME, constant_liar=True)
        self._study = optuna.create_study(sampler=sampler)
        self._make = optuna.trial.create_trial
        self._asked: list[optuna.trial.Trial] = []

    def know(self, recipe: Recipe, loss: float) -> None:
        """Take in a recipe that was tried outside of the search; the lower its loss the better."""
        point = {
            "strength": recipe.strength,
            "half_life": min(max(recipe.half_life, _HALF_LIVES[0]), _HALF_LIVES[1]),
            "pieces": recipe.pieces,
        }
        params = {name: point[name] for name in self._space}
        self._study.add_trial(self._make(params=params, distributions=self._space, value=loss))

    def rounds(self, trials: int) -> Iterator[list[Recipe]]:
        """Yield recipes to try, some at a time; their losses are told before the next come."""
        for _ in range(trials // _ASKED_AT_A_TIME):
            self._asked = [self._study.ask(self._space) for _ in range(_ASKED_AT_A_TIME)]
            yield [_to_recipe(trial.params) for trial in self._asked]

    def tell(self, losses: Sequence[float]) -> None:
        """Take in the losses of the recipes that came last, in their order."""
        for trial, loss in zip(self._asked, losses, strict=True):
            self._study.tell(trial, loss)


def _to_recipe(params: dict[str, float]) -> Recipe:
    half_life = params["half_life"]
    return Recipe(
        strength=params["strength"],
        half_life=inf if half_life > _AS_GOOD_AS_NEVER else half_life,
        pieces=params.get("pieces", 1.0),
    )
