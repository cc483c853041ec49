"""What a run learns beside labels, such as risks and hours: fitted, judged, fitted again and taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.duration import DurationModel
from triage.learn.features import Features
from triage.learn.inputs import Inputs
from triage.learn.risks import RiskModel
from triage.measure.hours import HoursScores
from triage.measure.risks import RiskScores
from triage.measure.splits import Split
from triage.parts import JSON, Parts
from triage.training.durations import (
    constant_of,
    fit_before,
    fit_on_all,
    judge_duration,
    to_duration_document,
    to_duration_parts,
)
from triage.training.ports import Bundle, History
from triage.training.precedents import PrecedentScores, gather_precedents, judge_precedents
from triage.training.risks import choose_history_risks, refit_history_risks, risk_parts, risks_on_card, score_risks

__all__ = ["LearntOutlook", "OutlookScores", "judge_outlook", "learn_outlook"]

_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OutlookScores:
    """How what is said beside labels did on rows that it was not learnt from.

    Parameters
    ----------
    risks : tuple of RiskScores, default=()
        Of the risks that the model knows and the file tells of.
    hours : HoursScores or None, default=None
        Of the hours to resolution; None where the model tells none, or too few rows say how long they took.
    precedents : PrecedentScores or None, default=None
        What the nearest earlier incident is worth; None where that was not looked at.
    """

    risks: tuple[RiskScores, ...] = ()
    hours: HoursScores | None = None
    precedents: PrecedentScores | None = None

    def as_metrics(self) -> dict[str, float]:
        """Return the scores by name, for the record of runs."""
        metrics = {} if self.hours is None else self.hours.as_metrics()
        for each in self.risks:
            metrics |= each.as_metrics()
        return metrics if self.precedents is None else metrics | self.precedents.as_metrics()

    def as_document(self) -> dict[str, JSON]:
        """Return the scores as JSON values, for reports."""
        return {
            "risks": [each.as_document() for each in self.risks],
            "hours": None if self.hours is None else self.hours.as_document(),
            "precedents": None if self.precedents is None else self.precedents.as_document(),
        }


@dataclass(frozen=True, slots=True, eq=False)
class LearntOutlook:
    """What a run learnt beside labels.

    Parameters
    ----------
    parts : Parts
        Of the bundle: what was judged and what serves. Nothing where the history tells of nothing.
    card : dict of str to JSON
        What the model's card says of it.
    scores : OutlookScores
        On the newest slice, from before the refit.
    """

    parts: Parts
    card: dict[str, JSON]
    scores: OutlookScores


def learn_outlook(
    history: History, inputs: Inputs, features: tuple[Features, Features], split: Split, n_jobs: int = 1
) -> LearntOutlook:
    """Learn what the outcomes of a history tell of, judge it on the newest slice, and learn it again from everything.

    Parameters
    ----------
    history : History
    inputs : Inputs
        Of all its rows.
    features : tuple of Features
        Those of the model from before the refit, and those of the model that serves.
    split : Split
    n_jobs : int, default=1
    """
    before, served = features
    newest = split.newest
    learnt = choose_history_risks(history, inputs, before, n_jobs)
    risk_scores = score_risks(learnt.model, inputs.take(newest.tolist()), history.outcomes.iloc[newest])
    nearest = judge_precedents(history, inputs, split.older, newest)
    parts = {
        **risk_parts(learnt.model, refit_history_risks(learnt, history, inputs, served, n_jobs)),
        "precedents": gather_precedents(history, inputs).to_part(),
    }
    card = {**risks_on_card(learnt, risk_scores), "precedents": nearest.as_document()}
    told = fit_before(history, before, inputs, int(newest[0]), n_jobs) if len(newest) else None
    if told is None:
        return LearntOutlook(parts, card, OutlookScores(risk_scores, precedents=nearest))
    hours = judge_duration(told.model, told.constant, before, history, inputs, newest)
    return LearntOutlook(
        {**parts, **to_duration_parts(told, fit_on_all(history, served, inputs, n_jobs))},
        {**card, "duration": to_duration_document(told, hours)},
        OutlookScores(risk_scores, hours, nearest),
    )


def judge_outlook(
    bundle: Bundle, features: Features, history: History, inputs: Inputs, rows: _Rows, *, before_refit: bool
) -> OutlookScores:
    """Judge what a stored model says beside labels.

    Parameters
    ----------
    bundle : Bundle
    features : Features
        Of the model in it that is judged.
    history : History
    inputs : Inputs
        Of all its rows.
    rows : ndarray of int64
        Those that the model's labels are judged on.
    before_refit : bool
        Whether what was kept from before the refit is judged, and not what serves.
    """
    ending = "_before_refit" if before_refit else ""
    risks: tuple[RiskScores, ...] = ()
    if f"risks{ending}" in bundle.parts:
        model = RiskModel.from_part(bundle.parts[f"risks{ending}"], features)
        risks = score_risks(model, inputs.take(rows.tolist()), history.outcomes.iloc[rows])
    if f"duration{ending}" not in bundle.parts:
        return OutlookScores(risks)
    if before_refit:
        # All before the newest slice had a part in the hours, if only by being open still.
        rows = rows[~np.isin(history.keys[rows], bundle.parts["rows"].arrays["waited"])]
    told = DurationModel.from_part(bundle.parts[f"duration{ending}"], len(features))
    return OutlookScores(risks, judge_duration(told, constant_of(bundle.card), features, history, inputs, rows))
