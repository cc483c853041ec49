"""How far ahead an incident is that is near: shares of the horizon, halved again and again. Fits nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from triage.domain import Forecast
from triage.errors import BundleRefused
from triage.learn.trees import Trees
from triage.measure.warnings import Window
from triage.parts import JSON, Array, Part

__all__ = ["HALVINGS", "Halving", "Lead"]

HALVINGS = 2  # horizon, half and quarter: 60, 30 and 15 minutes of the usual one
_SECOND_NS = 1e9
_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class Halving:
    """Whether an incident that comes within a span comes within its first half: log-odds are linear in trees' scores.

    Parameters
    ----------
    trees : Trees or None
        None where they told nothing that a constant does not.
    slope, shift : float
    """

    trees: Trees | None
    slope: float
    shift: float

    def share(self, omens: NDArray[np.float64]) -> float:
        """Return the probability in (0, 1) of the first half, for one row."""
        raw = 0.0 if self.trees is None else float(self.trees.scores(omens[None, : self.trees.n_features])[0])
        return float(expit(np.clip(self.slope * raw + self.shift, -30.0, 30.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """When an incident that is near begins.

    Parameters
    ----------
    window : Window
    halvings : tuple of Halving
        Of the horizon, of its first half, and so on.

    Examples
    --------
    >>> even = Halving(None, 0.0, 0.0)
    >>> told = Lead(Window(3_600_000_000_000), (even, even)).forecast(0.8, np.zeros(1))
    >>> told.within, told.expected_s
    (((900.0, 0.2), (1800.0, 0.4), (3600.0, 0.8)), 1800.0)
    """

    window: Window
    halvings: tuple[Halving, ...]

    def forecast(self, probability: float, omens: NDArray[np.float64]) -> Forecast:
        """Return when an incident of one row's entity begins, if one does with such a probability.

        Parameters
        ----------
        probability : float
        omens : ndarray of float64 of shape (n_features,)
        """
        gap_s, horizon_s = self.window.gap_ns / _SECOND_NS, self.window.horizon_ns / _SECOND_NS
        shares, ends = [1.0], [horizon_s]
        for halving in self.halvings:
            shares.append(shares[-1] * halving.share(omens))
            ends.append(ends[-1] / 2.0)
        shares, ends = [0.0, *shares[::-1]], [0.0, *ends[::-1]]
        earliest, expected, latest = np.interp(_QUANTILES, shares, ends).tolist()
        within = tuple((gap_s + end, probability * share) for end, share in zip(ends[1:], shares[1:], strict=True))
        return Forecast(probability, within, gap_s + expected, gap_s + earliest, gap_s + latest)

    def to_part(self) -> Part:
        """Return it as a part of a bundle."""
        arrays: dict[str, Array] = {}
        told: list[JSON] = []
        for place, halving in enumerate(self.halvings):
            if halving.trees is not None:
                arrays |= {f"{place}.{name}": array for name, array in halving.trees.to_part().arrays.items()}
            width = None if halving.trees is None else halving.trees.n_features
            told.append({"slope": halving.slope, "shift": halving.shift, "n_features": width})
        window: dict[str, JSON] = {"horizon_ns": self.window.horizon_ns, "gap_ns": self.window.gap_ns}
        return Part(arrays, {"halvings": told, **window})

    @classmethod
    def from_part(cls, part: Part, width: int) -> Lead:
        """Read it from a part of a bundle.

        Parameters
        ----------
        part : Part
        width : int
            Features that a row has.

        Raises
        ------
        BundleRefused
            The part does not hold it.
        """
        try:
            window = Window(int(str(part.document["horizon_ns"])), int(str(part.document["gap_ns"])))
            halvings = tuple(_halving(part, place, width) for place in range(HALVINGS))
        except (LookupError, ValueError, TypeError) as err:
            raise BundleRefused(
                f"The lead times of the early-warning model cannot be read: {err}. Train it again."
            ) from err
        return cls(window, halvings)


def _halving(part: Part, place: int, width: int) -> Halving:
    listed = part.document["halvings"]
    if not isinstance(listed, list) or not isinstance(told := listed[place], dict):
        raise TypeError("'halvings' must be a list of objects")
    slope, shift, n_features = float(told["slope"]), float(told["shift"]), told["n_features"]
    if n_features is None:
        return Halving(None, slope, shift)
    prefix = f"{place}."
    arrays = {name.removeprefix(prefix): array for name, array in part.arrays.items() if name.startswith(prefix)}
    trees = Trees.from_part(Part(arrays, {"n_features": n_features}))
    if trees.n_features > width:
        raise ValueError("its trees ask for features that are not there")
    return Halving(trees, slope, shift)
