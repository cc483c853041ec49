"""The gate before promotion: a candidate that is surely worse than the champion on the same rows is not promoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.decide.documents import to_policy
from triage.learn.inputs import from_frame
from triage.learn.model import IncidentModel
from triage.measure.bootstrap import paired_interval
from triage.training.evaluation import Probabilities, probabilities
from triage.training.ports import Bundle, History

__all__ = ["Comparison", "compare"]

# Below this an interval is so wide that nothing is ever refused; the comparison is left out instead.
_LEAST_ROWS = 50
_SEED = 20161123


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against the champion on rows that neither was fitted on.

    Parameters
    ----------
    target : str
    rows : int
    low, high : float
        95 % interval of the candidate's accuracy less the champion's; both in [-1, 1].
    """

    target: str
    rows: int
    low: float
    high: float

    @property
    def is_worse(self) -> bool:
        """Whether the candidate is worse beyond chance."""
        return self.high < 0.0


def compare(
    candidate: Probabilities, champion: Bundle, history: History, newest: NDArray[np.int64]
) -> tuple[Comparison, ...]:
    """Compare a candidate's answers with those of the champion's fit from before its refit.

    Parameters
    ----------
    candidate : mapping of str to (labels, probabilities)
        The candidate's answers on the newest rows.
    champion : Bundle
        Reads its own columns of the history.
    history : History
    newest : ndarray of int64 of shape (n,)
        Rows of the history; those that the champion was fitted on are left out.

    Returns
    -------
    tuple of Comparison
        One for each target that both have, where enough rows are left. Empty where the history lacks a column that the
        champion reads: it would be judged on less than it knows live.
    """
    memory = champion.parts["rows"].arrays
    fresh = np.flatnonzero(~np.isin(history.keys[newest], np.concatenate([memory["fitted"], memory["chosen_on"]])))
    model = IncidentModel.from_part(champion.parts["before_refit"])
    if len(fresh) < _LEAST_ROWS or not _holds_columns(history, model):
        return ()
    inputs = from_frame(history.inputs, history.opened_at, model.columns).take(newest.tolist())
    theirs = probabilities(model, to_policy(champion.parts["policy"]), inputs)
    compared = (
        _compare_target(target, candidate[target], theirs[target], history.targets[target].iloc[newest].tolist(), fresh)
        for target in candidate
        if target in theirs
    )
    return tuple(comparison for comparison in compared if comparison.rows >= _LEAST_ROWS)


def _holds_columns(history: History, model: IncidentModel) -> bool:
    has_times = history.opened_at is not None or not model.columns.opened_at
    return has_times and {*model.columns.text, *model.columns.fields} <= set(history.inputs)


def _compare_target(
    target: str,
    ours: tuple[Sequence[str], NDArray[np.float64]],
    theirs: tuple[Sequence[str], NDArray[np.float64]],
    truth: Sequence[str | None],
    fresh: NDArray[np.int64],
) -> Comparison:
    rows = [row for row in fresh.tolist() if truth[row] is not None]
    if not rows:
        return Comparison(target, 0, 0.0, 0.0)
    first, second = _right(ours, truth, rows), _right(theirs, truth, rows)
    return Comparison(target, len(rows), *paired_interval(first, second, _SEED))


def _right(
    found: tuple[Sequence[str], NDArray[np.float64]], truth: Sequence[str | None], rows: list[int]
) -> NDArray[np.float64]:
    labels, predicted = found
    best = predicted.argmax(axis=1)
    return np.array([labels[best[row]] == truth[row] for row in rows], np.float64)
