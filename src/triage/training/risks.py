"""The risks that a history tells of: learnt as its incidents ran, judged as they ended. Reads no file itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.learn.features import Features
from triage.learn.inputs import Inputs
from triage.learn.open_cases import Course
from triage.learn.risk_choice import choose_risks, refit_risks
from triage.learn.risk_fitting import RiskLessons, RiskRecipe
from triage.learn.risks import RiskModel
from triage.measure.risks import RiskScores, score_risk
from triage.measure.splits import split_by_time
from triage.parts import JSON, Parts
from triage.training.ports import History

__all__ = [
    "RISKS",
    "LearntRisks",
    "choose_history_risks",
    "refit_history_risks",
    "risk_parts",
    "risks_on_card",
    "score_risks",
]

# What an answer calls it, and the column of a history's outcomes that tells.
RISKS = {"breach": "breached", "reassignment": "reassigned", "escalation": "escalated"}
_HOUR = np.timedelta64(1, "h")

_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LearntRisks:
    """Risks as they were learnt before the refit on everything, and how.

    Parameters
    ----------
    model : RiskModel
    recipes : mapping of str to RiskRecipe
    """

    model: RiskModel
    recipes: Mapping[str, RiskRecipe]


def choose_history_risks(history: History, inputs: Inputs, features: Features, n_jobs: int = 1) -> LearntRisks:
    """Learn the risks that the outcomes of a history tell of, on the slices that its labels are learnt on.

    Parameters
    ----------
    history : History
    inputs : Inputs
        Of all its rows.
    features : Features
        Of the model from before the refit.
    n_jobs : int, default=1

    Notes
    -----
    An incident that was still open when a later slice begins is learnt from as open: how it ended is not looked at.
    """
    split = split_by_time(len(history))
    known = {name for name, column in RISKS.items() if column in history.outcomes}
    if not known or not len(split.validate):
        return LearntRisks(RiskModel(features, ()), {})
    fit = _lessons(history, inputs, features, split.fit, int(split.validate[0]))
    later = int(split.newest[0]) if len(split.newest) else None
    held_out = _lessons(history, inputs, features, split.validate, later)
    return LearntRisks(*choose_risks(features, fit, held_out, n_jobs))


def refit_history_risks(
    learnt: LearntRisks, history: History, inputs: Inputs, features: Features, n_jobs: int = 1
) -> RiskModel:
    """Learn the same risks again from all incidents of a history.

    Parameters
    ----------
    learnt : LearntRisks
    history : History
    inputs : Inputs
        Of all its rows.
    features : Features
        Of the model that serves.
    n_jobs : int, default=1
        Risks at a time, through joblib.
    """
    if not learnt.recipes:
        return RiskModel(features, ())
    lessons = _lessons(history, inputs, features, np.arange(len(history)), None)
    return refit_risks(learnt.model, features, lessons, learnt.recipes, n_jobs)


def score_risks(model: RiskModel, inputs: Inputs, outcomes: pd.DataFrame) -> tuple[RiskScores, ...]:
    """Judge risks on rows that they were not learnt from.

    Parameters
    ----------
    model : RiskModel
    inputs : Inputs
    outcomes : DataFrame
        How the same rows ended; a risk without a column there is not judged.
    """
    judged = [head for head in model.heads if RISKS[head.name] in outcomes]
    if not judged:
        return ()
    rows = model.features.rows(inputs)
    return tuple(
        score_risk(head.name, _truth(outcomes[RISKS[head.name]]), head.probabilities(rows, model.features))
        for head in judged
    )


def risk_parts(judged: RiskModel, served: RiskModel) -> Parts:
    """Return what a bundle holds of risks; nothing where there are none."""
    return {"risks_before_refit": judged.to_part(), "risks": served.to_part()} if judged.heads else {}


def risks_on_card(learnt: LearntRisks, scores: Sequence[RiskScores]) -> dict[str, JSON]:
    """Return what a model's card says of its risks; nothing where there are none."""
    if not learnt.recipes:
        return {}
    recipes = {name: dict(recipe._asdict()) for name, recipe in learnt.recipes.items()}
    return {"risk_recipes": recipes, "risk_scores": [each.as_document() for each in scores]}


def _lessons(history: History, inputs: Inputs, features: Features, rows: _Rows, next_row: int | None) -> RiskLessons:
    outcomes = history.outcomes.iloc[rows]
    truths = {name: _truth(outcomes[column]) for name, column in RISKS.items() if column in outcomes}
    return RiskLessons(features.rows(inputs.take(rows.tolist())), truths, _course(history, rows, next_row))


def _truth(column: pd.Series) -> NDArray[np.float64]:
    return np.array([np.nan if told is None else float(told) for told in column], np.float64)


def _course(history: History, rows: _Rows, next_row: int | None) -> Course:
    """Return how far rows had come when the given row was opened, or at the end of the history."""
    ended_at = history.outcomes.get("resolved_at", history.known_at)
    if history.opened_at is None or ended_at is None:
        return Course(np.ones(len(rows), np.bool_), np.zeros(len(rows)))
    opened, ended = (moments.to_numpy("datetime64[ns]") for moments in (history.opened_at, ended_at))
    now = np.concatenate([opened, ended[~np.isnat(ended)]]).max() if next_row is None else opened[next_row]
    is_over = ended[rows] <= now if next_row is None else ended[rows] < now
    until = np.where(is_over, ended[rows], now)
    return Course(is_over, np.maximum((until - opened[rows]) / _HOUR, 0.0))
