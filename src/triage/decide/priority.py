"""Priority from impact and urgency: the organisation's own matrix, and ITIL's where it is silent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.domain import Contradiction
from triage.measure.calibration import Calibration
from triage.measure.scores import commonest

__all__ = ["IMPACT", "PRIORITY", "URGENCY", "PriorityRule", "learn_matrix", "urgency_rank"]

# The names of the three columns, compared without case.
IMPACT, URGENCY, PRIORITY = "impact", "urgency", "priority"

# The usual 3 x 3 table: (impact, urgency) to priority, 1 the gravest. ServiceNow ships it as its default.
_ITIL = {(1, 1): 1, (1, 2): 2, (1, 3): 3, (2, 1): 2, (2, 2): 3, (2, 3): 4, (3, 1): 3, (3, 2): 4, (3, 3): 5}
_RANK = re.compile(r"\s*[pP]?(\d)\b")
# Names without a number, as trackers have them, on the scale of the numbers.
_WORDS = {
    **dict.fromkeys(("blocker", "critical", "highest", "urgent"), 1),
    **dict.fromkeys(("high", "major"), 2),
    **dict.fromkeys(("medium", "moderate", "normal"), 3),
    **dict.fromkeys(("low", "minor"), 4),
    **dict.fromkeys(("lowest", "planning", "trivial"), 5),
}
# Keeps the logarithm of an impossible priority finite; far below any probability that is ever shown.
_LEAST = 1e-12

Matrix = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """How two predictions become a third.

    Parameters
    ----------
    impact, urgency, priority : str
        Names of the three targets.
    classes : tuple of str
        Priorities, in the order of the columns of what :meth:`probabilities` returns.
    matrix : mapping of (str, str) to str
        The priority of each pair of impact and urgency.
    calibration : Calibration
        Mends what the two predictions' dependence on each other leaves wrong.
    under_cost : float, default=1.0
        What it costs to take an incident for less urgent than it is, where taking it for more urgent costs 1; above 0.
        By default neither is dearer, and the likeliest priority is taken.
    """

    impact: str
    urgency: str
    priority: str
    classes: tuple[str, ...]
    matrix: Matrix
    calibration: Calibration
    under_cost: float = 1.0

    @property
    def parts(self) -> tuple[str, str]:
        """The two targets that it follows from, impact first."""
        return self.impact, self.urgency

    def margins(
        self,
        impact: tuple[Sequence[str], NDArray[np.float64]],
        urgency: tuple[Sequence[str], NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Return uncalibrated log-probabilities of each priority.

        Parameters
        ----------
        impact, urgency : tuple of sequence of str and ndarray of shape (n, n_classes)
            The labels, and their probabilities.

        Notes
        -----
        A pair that the matrix does not hold, of a label that came up only after the matrix was read, says nothing: its
        share is spread over all priorities.
        """
        place = {label: position for position, label in enumerate(self.classes)}
        total = np.zeros((len(impact[1]), len(self.classes)))
        for i, of_impact in enumerate(impact[0]):
            for u, of_urgency in enumerate(urgency[0]):
                share = impact[1][:, i] * urgency[1][:, u]
                priority = self.matrix.get((of_impact, of_urgency))
                if priority is None:
                    total += share[:, None] / len(self.classes)
                else:
                    total[:, place[priority]] += share
        return np.log(np.maximum(total, _LEAST))

    def probabilities(
        self,
        impact: tuple[Sequence[str], NDArray[np.float64]],
        urgency: tuple[Sequence[str], NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Return calibrated probabilities of shape (n, n_priorities)."""
        return self.calibration.apply(self.margins(impact, urgency))

    @property
    def costs(self) -> NDArray[np.float64] | None:
        """What each choice costs by truth, of shape (n_priorities, n_priorities); None where that decides nothing.

        Rows are true priorities, columns chosen ones. Without a rank for every priority nobody knows which is dearer.
        """
        if self.under_cost == 1.0:
            return None
        ranks = [urgency_rank(label) for label in self.classes]
        if None in ranks:
            return None
        rank = np.array(ranks, np.float64)
        costs = np.where(rank[:, None] < rank[None, :], self.under_cost, 1.0)
        np.fill_diagonal(costs, 0.0)
        return costs

    def choose(self, probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the position of the priority that costs least to be expected, in each row.

        Parameters
        ----------
        probabilities : ndarray of shape (n, n_priorities)
            Calibrated.
        """
        costs = self.costs
        cheapest = probabilities.argmax(axis=1) if costs is None else (probabilities @ costs).argmin(axis=1)
        return np.asarray(cheapest, np.int64)

    def remark(self, given: Mapping[str, str], predicted: Mapping[str, str]) -> str:
        """Say what was assumed, and whether the sender's own priority goes with the matrix.

        Parameters
        ----------
        given : mapping of str to str
            What the incident says, by column.
        predicted : mapping of str to str
            The likeliest label of impact and of urgency.

        Returns
        -------
        str
            Sentences; empty where impact and urgency are given and nothing contradicts them.

        """
        told = []
        assumed = self._assumed(given)
        if assumed:
            what = " and ".join(f"{name} {predicted[name]!r}" for name in assumed)
            told.append(f"Not given, so predicted: {what}.")
        found = self.contradiction(given, predicted)
        if found is not None:
            what = " and ".join(f"{name} {label!r}" for name, label in found.implied_by.items())
            told.append(f"Contradiction: {found.target} {found.given!r} is given, but {what} imply {found.implied!r}.")
        return " ".join(told)

    def contradiction(self, given: Mapping[str, str], predicted: Mapping[str, str]) -> Contradiction | None:
        """Return how the sender's own priority goes against the matrix; None where it does not.

        Parameters
        ----------
        given : mapping of str to str
            What the incident says, by column.
        predicted : mapping of str to str
            The likeliest label of impact and of urgency.

        Notes
        -----
        A given priority is held against what is implied by the given impact and urgency, and by the predicted ones
        where the sender is silent. A pair that the matrix does not hold implies nothing, and a priority that is none
        of ``classes`` may be the same in other words: it contradicts nothing.
        """
        impact, urgency = (given.get(name) or predicted[name] for name in self.parts)
        stated, implied = given.get(self.priority), self.matrix.get((impact, urgency))
        if stated is None or stated not in self.classes or implied is None or stated == implied:
            return None
        because = {self.impact: impact, self.urgency: urgency}
        return Contradiction(self.priority, stated, implied, because, self._assumed(given))

    def _assumed(self, given: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(name for name in self.parts if not given.get(name))


def urgency_rank(label: str) -> int | None:
    """Return how urgent a priority is by its name, 1 the gravest; None where the name does not say.

    Examples
    --------
    >>> urgency_rank("P2"), urgency_rank("1 - Critical"), urgency_rank("Medium"), urgency_rank("Red")
    (2, 1, 3, None)
    """
    rank = _rank(label)
    return _WORDS.get(label.strip().casefold()) if rank is None else rank


def learn_matrix(
    impacts: Sequence[str],
    urgencies: Sequence[str],
    history: Sequence[tuple[str | None, str | None, str | None]],
) -> Matrix:
    """Read the organisation's matrix off its history.

    Parameters
    ----------
    impacts, urgencies : sequence of str
        Every label that can be predicted.
    history : sequence of (impact, urgency, priority)
        Past incidents; rows with a missing value say nothing.

    Returns
    -------
    mapping of (str, str) to str
        For a pair that occurred, its commonest priority; for one that did not, the priority of the same rank in
        ITIL's 3 x 3 table, or the commonest priority of all where labels carry no rank.

    Examples
    --------
    >>> learn_matrix(["1 - High"], ["1 - High", "2 - Low"], [("1 - High", "1 - High", "P1"), ("1 - High", None, "P2")])
    {('1 - High', '1 - High'): 'P1', ('1 - High', '2 - Low'): 'P2'}
    """
    seen: dict[tuple[str, str], Counter[str]] = {}
    overall: Counter[str] = Counter()
    for impact, urgency, priority in history:
        if priority is not None:
            overall[priority] += 1
            if impact is not None and urgency is not None:
                seen.setdefault((impact, urgency), Counter())[priority] += 1
    by_rank = {_rank(priority): priority for priority in sorted(overall, reverse=True)}
    usual = commonest(overall.elements())
    return {
        pair: commonest(seen[pair].elements()) if pair in seen else _by_itil(pair, by_rank, usual)
        for pair in ((impact, urgency) for impact in impacts for urgency in urgencies)
    }


def _by_itil(pair: tuple[str, str], by_rank: Mapping[int | None, str], usual: str) -> str:
    impact, urgency = _rank(pair[0]), _rank(pair[1])
    if impact is None or urgency is None or (impact, urgency) not in _ITIL:
        return usual
    return by_rank.get(_ITIL[impact, urgency], usual)


def _rank(label: str) -> int | None:
    found = _RANK.match(label)
    return int(found.group(1)) if found else None
