"""An early-warning model: how likely an incident of an entity is near, and which rows to warn at. Fits nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from triage.domain import Cause, EarlyWarning
from triage.errors import BundleRefused
from triage.learn.trees import Trees
from triage.measure.warnings import Alerts
from triage.parts import JSON, Part
from triage.training.metrics import MetricHistory
from triage.training.omens import OMENS_OF_ALL, omens_of
from triage.training.watching import RowAnswers
from triage.watch.budget import Budget
from triage.watch.warnings import open_warning

__all__ = ["Foresight", "alert_rows", "foreseen"]

_CAUSES = 5
_LATEST_NS = 2**62
_REARM = 0.5  # of the threshold: an entity that stays likely is warned of once


@dataclass(frozen=True, slots=True, eq=False)
class Foresight:
    """What is learnt from past incidents, shared across entities.

    Parameters
    ----------
    trees : Trees
        Over the features of `omens_of`.
    metrics : tuple of str
        Those with features of their own; none where only what all do together is looked at.
    slope, shift : float
        Log-odds are ``slope * raw score + shift``.
    threshold : float or None
        Probability from which an entity is warned about; None where the watcher's own warnings did better.
    """

    trees: Trees
    metrics: tuple[str, ...]
    slope: float
    shift: float
    threshold: float | None

    def probabilities(self, omens: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for each row the probability in [0, 1] that an incident begins within the horizon."""
        log_odds = self.slope * self.trees.scores(omens) + self.shift
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500.0, 500.0))))

    def causes(self, omens: NDArray[np.float64]) -> tuple[Cause, ...]:
        """Rank the metrics by what they add to one row's score, in shares of all that speaks for an incident."""
        if not self.metrics:
            return ()
        added = self.trees.contributions(omens)[OMENS_OF_ALL:].reshape(-1, len(self.metrics)).sum(axis=0)
        order = np.argsort(-added, kind="stable")[:_CAUSES]
        total = float(np.maximum(added, 0.0).sum())
        return tuple(Cause(self.metrics[at], float(added[at] / total)) for at in order.tolist() if added[at] > 0.0)

    def to_part(self) -> Part:
        """Return it as a part of a bundle."""
        part = self.trees.to_part()
        mine: dict[str, JSON] = {
            "metrics": list(self.metrics),
            "slope": self.slope,
            "shift": self.shift,
            "threshold": self.threshold,
        }
        return Part(part.arrays, dict(part.document) | mine)

    @classmethod
    def from_part(cls, part: Part) -> Foresight:
        """Read it from a part of a bundle.

        Raises
        ------
        BundleRefused
            The part does not hold an early-warning model.
        """
        trees, document = Trees.from_part(part), part.document
        try:
            metrics = document["metrics"]
            slope, shift = (float(str(document[name])) for name in ("slope", "shift"))
            threshold = None if document["threshold"] is None else float(str(document["threshold"]))
        except (KeyError, ValueError) as err:
            raise BundleRefused(f"The early-warning model cannot be read: {err}. Train the model again.") from err
        if not isinstance(metrics, list) or trees.n_features != OMENS_OF_ALL + 4 * len(metrics):
            raise BundleRefused("The early-warning model names other metrics than its trees ask for. Train it again.")
        return cls(trees, tuple(str(metric) for metric in metrics), slope, shift, threshold)


def foreseen(foresight: Foresight, history: MetricHistory, answers: RowAnswers, budget: Budget) -> RowAnswers:
    """Return a watcher's answers with probabilities, and with alerts where an incident is likely.

    Parameters
    ----------
    foresight : Foresight
    history : MetricHistory
        What the answers are to.
    answers : RowAnswers
        Scores stay; where the model has a threshold, alerts, causes and warnings are replaced.
    budget : Budget
        For each entity; what it has not used is saved up.
    """
    omens = omens_of(history, foresight.metrics, answers.evidence)
    probability = foresight.probabilities(omens)
    if foresight.threshold is None:
        return replace(answers, probability=probability)
    alert = alert_rows(history, probability, foresight.threshold, budget)
    rows = np.flatnonzero(alert)
    rows = rows[np.argsort(history.time_ns_of_row[rows], kind="stable")]
    causes = {row: foresight.causes(omens[row]) for row in rows.tolist()}
    entity, time_ns = history.entity_of_row[rows], history.time_ns_of_row[rows]
    warnings = tuple(
        _warning(history.entities[whose], at_ns, float(probability[row]), causes[row])
        for row, whose, at_ns in zip(rows.tolist(), entity.tolist(), time_ns.tolist(), strict=True)
    )
    return replace(
        answers, alert=alert, causes=causes, alerts=Alerts(entity, time_ns), warnings=warnings, probability=probability
    )


def _warning(entity: str, at_ns: int, probability: float, causes: tuple[Cause, ...]) -> EarlyWarning:
    loudest = ", ".join(cause.metric for cause in causes[:3]) or "no single metric"
    why = f"An incident is near with a probability of {probability:.0%}, learnt from past ones; it shows in {loudest}."
    return replace(open_warning(entity, at_ns, 0.0, causes), score=probability, why=why)


def alert_rows(
    history: MetricHistory, probability: NDArray[np.float64], threshold: float, budget: Budget
) -> NDArray[np.bool_]:
    """Return at which rows to warn: where the probability reaches the threshold, once until it has halved, in budget.

    Parameters
    ----------
    history : MetricHistory
    probability : ndarray of float64 of shape (n_rows,)
    threshold : float
    budget : Budget

    Returns
    -------
    ndarray of bool of shape (n_rows,)
    """
    alert = np.zeros(history.n_rows, dtype=bool)
    likely = np.flatnonzero(probability >= _REARM * threshold)
    likely = likely[np.lexsort((likely, history.time_ns_of_row[likely]))]
    ordinal = _ordinals(history)
    open_until: dict[int, int] = {}
    # Until when each entity's alerts have used its budget up, as `watch.alerting` counts it, and its last alert.
    spent_ns = np.full(len(history.entities), _LATEST_NS)
    np.minimum.at(spent_ns, history.entity_of_row, history.time_ns_of_row)
    spent_ns += budget.first_debt_ns
    raised_ns: dict[int, int] = {}
    for row in likely.tolist():
        entity, now_ns = int(history.entity_of_row[row]), int(history.time_ns_of_row[row])
        is_open = open_until.get(entity, -2) == int(ordinal[row]) - 1
        debt_ns = max(int(spent_ns[entity]) - now_ns, 0)
        is_cool = entity not in raised_ns or now_ns - raised_ns[entity] >= budget.cool_down_ns
        if not is_open and is_cool and debt_ns <= budget.most_debt_ns and probability[row] >= threshold:
            alert[row] = is_open = True
            spent_ns[entity], raised_ns[entity] = now_ns + debt_ns + budget.spacing_ns, now_ns
        if is_open:
            open_until[entity] = int(ordinal[row])
    return alert


def _ordinals(history: MetricHistory) -> NDArray[np.int64]:
    """Return which row of its entity, by time, each row is."""
    order = np.lexsort((np.arange(history.n_rows), history.time_ns_of_row, history.entity_of_row))
    entity = history.entity_of_row[order]
    begins = np.flatnonzero(np.diff(entity, prepend=-1))
    found = np.empty(history.n_rows, dtype=np.int64)
    found[order] = np.arange(history.n_rows) - np.repeat(begins, np.diff(np.append(begins, history.n_rows)))
    return found
