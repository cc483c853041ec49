"""An early-warning model: how likely an incident of an entity is near, when, and what shows it. Fits nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from triage.domain import Cause, Forecast
from triage.errors import BundleRefused
from triage.foresight.lead import Lead
from triage.learn.trees import Trees
from triage.parts import JSON, Part
from triage.watch.omens import CALENDAR, KINDS, OMENS_OF_ALL, width_of

__all__ = ["Foresight", "evidence_in", "urgencies_of"]

_CAUSES = 5
_EVIDENCE = 4  # the first features: the watcher's evidence
_TREND = KINDS - 1  # the kind of feature that the watcher's evidence sums up
_MOST_EVIDENCE = 6.0  # decades that add to the urgency: beyond it what is odd is no more of an incident


@dataclass(frozen=True, slots=True, eq=False)
class Foresight:
    """What is learnt from past incidents, shared across entities.

    Parameters
    ----------
    trees : Trees
        Over the features of `triage.watch.omens`, or over the first of them, which are of all metrics together.
    metrics : tuple of str
        Those with features of their own.
    slope, shift : float
        Log-odds are ``slope * raw score + shift``.
    weight : float
        Log-odds that a decade of the watcher's evidence adds to the urgency.
    threshold : float or None
        Urgency from which an entity is warned about; None where the watcher's own warnings did better.
    lead : Lead
    """

    trees: Trees
    metrics: tuple[str, ...]
    slope: float
    shift: float
    weight: float
    threshold: float | None
    lead: Lead

    def probabilities(self, omens: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for each row the probability in [0, 1] that an incident begins within the horizon."""
        log_odds = self.slope * self.trees.scores(omens[:, : self.trees.n_features]) + self.shift
        return np.asarray(expit(log_odds))

    def urgencies(self, omens: NDArray[np.float64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for each row, of which the probability is given, how much it is worth a warning, in [0, 1]."""
        return urgencies_of(probabilities, evidence_in(omens), self.weight)

    def forecast(self, omens: NDArray[np.float64]) -> Forecast:
        """Return what is to be expected of one row's entity."""
        return self.lead.forecast(float(self.probabilities(omens[None])[0]), omens)

    def causes(self, omens: NDArray[np.float64]) -> tuple[Cause, ...]:
        """Rank the metrics by what they add to one row's score, in shares of all that speaks for an incident.

        Notes
        -----
        What a feature of all metrics together adds is divided among them by the squares of that feature of each; the
        watcher's evidence by that of their trends.
        """
        if not self.metrics:
            return ()
        added = np.zeros(len(omens))
        added[: self.trees.n_features] = self.slope * self.trees.contributions(omens[: self.trees.n_features])
        added[0] += self.weight * float(evidence_in(omens[None])[0])
        own = np.nan_to_num(omens[OMENS_OF_ALL:]).reshape(KINDS, len(self.metrics)) ** 2
        share = own / np.maximum(own.sum(axis=1, keepdims=True), 1e-300)
        of_kind = added[_EVIDENCE:CALENDAR].reshape(KINDS - 1, 2).sum(axis=1)
        total = added[OMENS_OF_ALL:].reshape(KINDS, len(self.metrics)).sum(axis=0)
        total = total + of_kind @ share[1:] + added[:_EVIDENCE].sum() * share[_TREND]
        order = np.argsort(-total, kind="stable")[:_CAUSES]
        whole = float(np.maximum(total, 0.0).sum())
        return tuple(Cause(self.metrics[at], float(total[at] / whole)) for at in order.tolist() if total[at] > 0.0)

    def to_part(self) -> Part:
        """Return it as a part of a bundle."""
        part, lead = self.trees.to_part(), self.lead.to_part()
        mine: dict[str, JSON] = {
            "metrics": list(self.metrics),
            "slope": self.slope,
            "shift": self.shift,
            "weight": self.weight,
            "threshold": self.threshold,
            "lead": lead.document,
        }
        arrays = dict(part.arrays) | {f"lead.{name}": array for name, array in lead.arrays.items()}
        return Part(arrays, dict(part.document) | mine)

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
            metrics, lead = document["metrics"], document["lead"]
            slope, shift, weight = (float(str(document[name])) for name in ("slope", "shift", "weight"))
            threshold = None if document["threshold"] is None else float(str(document["threshold"]))
        except (KeyError, ValueError) as err:
            raise BundleRefused(f"The early-warning model cannot be read: {err}. Train the model again.") from err
        if not isinstance(metrics, list) or trees.n_features not in {OMENS_OF_ALL, width_of(len(metrics))}:
            raise BundleRefused("The early-warning model names other metrics than its trees ask for. Train it again.")
        if not isinstance(lead, dict):
            raise BundleRefused("The early-warning model has no lead times. Train it again.")
        arrays = {name.removeprefix("lead."): each for name, each in part.arrays.items() if name.startswith("lead.")}
        told = Lead.from_part(Part(arrays, lead), width_of(len(metrics)))
        return cls(trees, tuple(str(metric) for metric in metrics), slope, shift, weight, threshold, told)


def evidence_in(omens: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the watcher's evidence in decades, as far as it counts, of rows of features."""
    return np.minimum(np.hypot(omens[:, 0], omens[:, 1]), _MOST_EVIDENCE)


def urgencies_of(
    probabilities: NDArray[np.float64], evidence: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """Return how much rows are worth a warning: their odds, raised by the watcher's evidence.

    Parameters
    ----------
    probabilities : ndarray of float64 of shape (n,)
        In [0, 1]; NaN stays NaN.
    evidence : ndarray of float64 of shape (n,)
        In decades.
    weight : float
        Log-odds a decade.

    Examples
    --------
    >>> urgencies_of(np.array([0.5, 0.5]), np.array([0.0, np.log(3)]), 1.0).round(6).tolist()
    [0.5, 0.75]
    """
    raised = probabilities * np.exp(weight * evidence)
    return np.asarray(raised / (1.0 - probabilities + raised))
