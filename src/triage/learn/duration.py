"""How long an incident will take: the chance that it ends in each stretch of waiting, given that it has not yet.

Boosted trees give that chance, stretch by stretch, from what linear scores of the incident's features say of a quick
end and from how busy the desk is in that stretch. Never fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from triage.compiling import resolved
from triage.errors import BundleRefused
from triage.learn.clock import Clock
from triage.learn.duration_kernel import (
    LAST,
    Course,
    Told,
    WaitRoom,
    ended_by,
    fill_course,
    quantile,
    tell_quantiles,
)
from triage.learn.rows import Row
from triage.learn.tree_kernel import Nodes
from triage.learn.trees import Trees
from triage.learn.waits import HOURS_A_WEEK
from triage.parts import Part

__all__ = ["LEVELS", "Correction", "Curve", "DurationModel"]

# The probabilities at which hours are told: both intervals, their bounds taken alone, and the middle.
LEVELS = (0.05, 0.1, 0.5, 0.8, 0.9, 0.95)
_LEVELS = np.array(LEVELS)
_TREE = "tree."


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What share of late cases had really ended where the model said another.

    Parameters
    ----------
    said, true : ndarray of float64 of shape (m,)
        Ascending from 0 to 1; between two of them lies a straight line.
    """

    said: NDArray[np.float64]
    true: NDArray[np.float64]


NO_CORRECTION = Correction(np.array([0.0, 1.0]), np.array([0.0, 1.0]))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """How one incident's wait may end.

    Parameters
    ----------
    edges : ndarray of float64 of shape (n_bins + 1,)
        Hours since opening between the stretches, the first 0.
    share : ndarray of float64 of shape (n_bins + 1,)
        The chance that it has ended by each edge, uncorrected.
    rate : float
        Beyond the last edge: the chance of an end in an hour, given that there was none.
    correction : Correction
    """

    edges: NDArray[np.float64]
    share: NDArray[np.float64]
    rate: float
    correction: Correction

    def ended_by(self, hours: float, waited: float = 0.0) -> float:
        """Return the chance in [0, 1] that it is resolved within so many hours of opening.

        Parameters
        ----------
        hours : float
        waited : float, default=0.0
            Hours since opening after which it is known to be open still.
        """
        course = self._course
        left_then = 1.0 - ended_by(course, waited)
        if hours <= waited:
            return 0.0
        if left_then <= 0.0 or waited >= self.edges[-1]:
            return float(1.0 - np.exp(-self.rate * (hours - waited)))
        return float(1.0 - (1.0 - ended_by(course, hours)) / left_then)

    def quantile(self, level: float, waited: float = 0.0) -> float:
        """Return the hours from opening within which it is resolved with the given probability in (0, 1).

        Parameters
        ----------
        level : float
        waited : float, default=0.0
            Hours since opening after which it is known to be open still: then S(t) / S(waited) counts, not S(t).
        """
        return quantile(self._course, level, waited)

    @property
    def _course(self) -> Course:
        return Course(self.edges, self.share, self.rate, self.correction.said, self.correction.true)


@dataclass(frozen=True, eq=False)
class DurationModel:
    """What is learnt about how long incidents take.

    Parameters
    ----------
    edges : ndarray of float64 of shape (n_bins + 1,)
        Hours of waiting between the stretches, the first 0.
    weights : ndarray of float32 of shape (n_features, n_marks)
        Linear scores over an incident's features: the log-odds that it ends by some hours.
    intercept : ndarray of float64 of shape (n_marks,)
    trees : Trees
        Log-odds that a stretch ends the wait, from its number, how busy it is, and the linear scores.
    clock : Clock
    correction : Correction, optional
    """

    edges: NDArray[np.float64]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    trees: Trees
    clock: Clock
    correction: Correction = NO_CORRECTION

    @classmethod
    def from_part(cls, part: Part, n_features: int) -> DurationModel:
        """Put a model together again; the inverse of :meth:`to_part`, to the last bit.

        Parameters
        ----------
        part : Part
        n_features : int
            How many features the incidents' model has, whose rows this one reads.

        Raises
        ------
        BundleRefused
            The part holds none that this version can read, or one of other features.
        """
        try:
            arrays = part.arrays
            nodes = {name.removeprefix(_TREE): array for name, array in arrays.items() if name.startswith(_TREE)}
            model = cls(
                edges=np.array(arrays["edges"], np.float64),
                weights=np.array(arrays["weights"], np.float32),
                intercept=np.array(arrays["intercept"], np.float64),
                trees=Trees.from_part(Part(nodes, part.document)),
                clock=Clock(np.array(arrays["clock"], np.float64)),
                correction=Correction(np.array(arrays["said"], np.float64), np.array(arrays["true"], np.float64)),
            )
        except (KeyError, ValueError) as err:
            raise BundleRefused(f"This tells no durations that this version can read: {err}. Train it again.") from err
        if not model._fits(n_features):
            raise BundleRefused("What the bundle holds of durations does not fit its other parts. Train it again.")
        # Loads the compiled kernels, so that the first incident need not wait for them.
        model.hours(Row(np.empty(0, np.int32), np.empty(0)), np.nan)
        return model

    def to_part(self) -> Part:
        """Take the model apart into arrays."""
        trees = self.trees.to_part()
        arrays = {
            "edges": self.edges,
            "weights": self.weights,
            "intercept": self.intercept,
            "clock": self.clock.sums,
            "said": self.correction.said,
            "true": self.correction.true,
            **{f"{_TREE}{name}": array for name, array in trees.arrays.items()},
        }
        return Part(arrays, trees.document)

    def hours(self, row: Row, opened: float, waited: float = 0.0) -> list[float]:
        """Return within how many hours of opening one incident is resolved with each probability of `LEVELS`.

        Parameters
        ----------
        row : Row
            Its features.
        opened : float
            In hours since a Monday, 0:00 UTC; NaN where not known.
        waited : float, default=0.0
            As :meth:`Curve.quantile` takes it.
        """
        found = np.empty(len(LEVELS))
        ask, told = self._kernel
        ask(told, (row.ids, row.values), (float(opened), float(waited)), _LEVELS, self._room(), found)
        hours: list[float] = found.tolist()
        return hours

    def curve_of(self, scores: NDArray[np.float64], opened: float) -> Curve:
        """Return how a wait may end.

        Parameters
        ----------
        scores : ndarray of float64 of shape (n_marks,)
            The linear scores of the incident's features.
        opened : float
            As :meth:`hours` takes it.
        """
        room = self._room()
        room.scores[:] = scores
        rate = fill_course(self._kernel[1], float(opened), room)
        return Curve(self.edges, room.share, rate, self.correction)

    def quantiles(
        self, rows: Sequence[Row], opened: NDArray[np.float64], waited: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return hours row by row, as :meth:`hours` gives them.

        Parameters
        ----------
        rows : sequence of Row
        opened : ndarray of float64 of shape (n,)
            In hours since a Monday, 0:00 UTC; NaN where not known.
        waited : ndarray of float64 of shape (n,) or None, default=None
            Hours since opening after which each is known to be open still; 0 for all if None.

        Returns
        -------
        ndarray of float64 of shape (n, len(LEVELS))
        """
        since = np.zeros(len(rows)) if waited is None else waited
        found = np.empty((len(rows), len(LEVELS)))
        for at, row in enumerate(rows):
            found[at] = self.hours(row, opened[at], since[at])
        return found

    @cached_property
    def _kernel(self) -> tuple[Callable[..., None], Told]:
        """The compiled pass, and what it reads: in the layout that it is compiled for, read-only arrays copied."""
        told = Told(
            np.array(self.edges),
            np.require(self.weights, requirements=["C", "W"]),
            np.array(self.intercept),
            Nodes(*map(np.array, self.trees.nodes)),
            np.array(self.clock.sums),
            np.array(self.correction.said),
            np.array(self.correction.true),
        )
        row = np.empty(0, np.int32), np.empty(0)
        return resolved(tell_quantiles, told, row, (0.0, 0.0), _LEVELS, self._room(), np.empty(0)), told

    def _room(self) -> WaitRoom:
        n_bins, n_marks = len(self.edges) - 1, len(self.intercept)
        return WaitRoom(np.empty(n_marks), np.empty((n_bins, 2 + n_marks)), np.empty(n_bins), np.empty(n_bins + 1))

    def _fits(self, n_features: int) -> bool:
        n_marks, knots = len(self.intercept), self.correction
        ascending = all((np.diff(values) > 0).all() for values in (self.edges, knots.said, knots.true))
        return (
            self.weights.shape == (n_features, n_marks)
            and self.trees.n_features == n_marks + 2
            and self.clock.sums.shape == (HOURS_A_WEEK + 1,)
            and knots.said.shape == knots.true.shape
            and len(self.edges) > LAST
            and ascending
        )
