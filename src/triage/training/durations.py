"""Hours to resolution in a training run: fitted on what was known before the rows that judge it, and again on all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.duration import LEVELS, DurationModel
from triage.learn.duration_fitting import fit_duration
from triage.learn.features import Features
from triage.learn.inputs import Inputs
from triage.learn.waits import Waits, to_hours, waits_at
from triage.measure.hours import JUDGED_AT, HoursScores, score_hours
from triage.parts import JSON, Parts
from triage.training.ports import Card, History

__all__ = [
    "Told",
    "constant_of",
    "fit_before",
    "fit_on_all",
    "judge_duration",
    "to_duration_document",
    "to_duration_parts",
    "waits_before",
]

_JUDGED = [LEVELS.index(level) for level in JUDGED_AT]
# Fewer known ends judge nothing.
_LEAST_JUDGED = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What was learnt about hours to resolution.

    Parameters
    ----------
    model : DurationModel
    ended, open : int
        Cases that it was fitted on: resolved by then, and still open.
    constant : tuple of float
        The quantiles of the resolved ones at the levels that are judged: what can be said without a model.
    """

    model: DurationModel
    ended: int
    open: int
    constant: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    """Of every row, in hours since a Monday: opened, and when its end was known; and the hours it took."""

    opened: NDArray[np.float64]
    known: NDArray[np.float64]
    hours: NDArray[np.float64]


def fit_before(history: History, features: Features, inputs: Inputs, begin: int, n_jobs: int) -> Told | None:
    """Learn from the rows before one what was known when that one was opened; None if that is too little.

    Parameters
    ----------
    history : History
    features : Features
        Of the model that is judged.
    inputs : Inputs
        Of all rows of the history.
    begin : int
        Which row, in [0, len(history)).
    n_jobs : int
        Fits at a time, through joblib.
    """
    waits = waits_before(history, begin)
    return None if waits is None else _fit(features, inputs, waits, n_jobs)


def waits_before(history: History, begin: int) -> Waits | None:
    """Return how the rows before ``begin`` stood when that row was opened; None where the file does not say."""
    times = _times(history)
    if times is None or np.isnan(times.opened[begin]):
        return None
    return waits_at(times.opened, times.hours, times.known, times.opened[begin], range(begin))


def fit_on_all(history: History, features: Features, inputs: Inputs, n_jobs: int) -> Told | None:
    """Learn from all rows what the file knows at its end; None if that is too little.

    Parameters
    ----------
    history : History
    features : Features
        Of the model that serves.
    inputs : Inputs
        Of all rows of the history.
    n_jobs : int
        Fits at a time, through joblib.
    """
    times = _times(history)
    if times is None:
        return None
    moment = float(np.nanmax(np.concatenate((times.opened, times.known))))
    return _fit(features, inputs, waits_at(times.opened, times.hours, times.known, moment), n_jobs)


def judge_duration(
    model: DurationModel,
    constant: tuple[float, ...],
    features: Features,
    history: History,
    inputs: Inputs,
    rows: NDArray[np.int64],
) -> HoursScores | None:
    """Judge on the given rows, those of which it is known how long they took; None where they are too few.

    Parameters
    ----------
    model : DurationModel
    constant : tuple of float
        The same hours for all, to compare with.
    features : Features
        Whose rows the model reads.
    history, inputs : History, Inputs
        Of the same length.
    rows : ndarray of int64
    """
    times = _times(history)
    if times is None:
        return None
    judged = rows[~np.isnan(times.hours[rows])]
    if len(judged) < _LEAST_JUDGED or history.opened_at is None:
        return None
    foretold = model.quantiles(features.rows(inputs.take(judged.tolist())), times.opened[judged])
    months = history.opened_at.iloc[judged].dt.strftime("%Y-%m").to_numpy(str)
    return score_hours(times.hours[judged], foretold[:, _JUDGED], np.array(constant), months)


def to_duration_parts(before: Told | None, served: Told | None) -> Parts:
    """Return the parts of a bundle: both fits, or none where either is missing."""
    if before is None or served is None:
        return {}
    return {"duration_before_refit": before.model.to_part(), "duration": served.model.to_part()}


def to_duration_document(before: Told, scores: HoursScores | None) -> dict[str, JSON]:
    """Write what the card says of hours to resolution."""
    return {
        "resolved": before.ended,
        "open": before.open,
        "constant": list(before.constant),
        "scores": None if scores is None else scores.as_document(),
    }


def constant_of(card: Card) -> tuple[float, ...]:
    """Return the hours that are the same for all, as the card has them."""
    document = card.get("duration")
    constant = document.get("constant") if isinstance(document, dict) else None
    if not isinstance(constant, list):
        return (0.0,) * len(JUDGED_AT)
    return tuple(float(hours) for hours in constant if isinstance(hours, int | float))


def _fit(features: Features, inputs: Inputs, waits: Waits, n_jobs: int) -> Told | None:
    model = fit_duration(features, inputs, waits, n_jobs)
    if model is None:
        return None
    ended = waits.hours[waits.ended]
    return Told(model, len(ended), len(waits) - len(ended), tuple(np.quantile(ended, JUDGED_AT).tolist()))


def _times(history: History) -> _Times | None:
    outcomes = history.outcomes
    if history.opened_at is None or "hours" not in outcomes or "resolved_at" not in outcomes:
        return None
    opened, known = (
        to_hours(moments.to_numpy("datetime64[ns]")) for moments in (history.opened_at, outcomes["resolved_at"])
    )
    return _Times(opened, known, outcomes["hours"].to_numpy(np.float64))
