"""Random draws that are the same on every platform and with every numpy. No draw may depend on a math library."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TypeVar

import numpy as np
from numpy.random import PCG64, SeedSequence
from numpy.typing import NDArray

__all__ = ["Dice"]

T = TypeVar("T")


class Dice:
    """A seeded stream of draws.

    Parameters
    ----------
    seed : int
        Not negative.
    stream : int, default=0
        Streams of one seed are independent, so that one part of a simulation can change without shifting the others.

    Notes
    -----
    numpy promises that a bit generator's raw stream stays as it is, but not what ``Generator`` makes of it (NEP 19). So
    draws are made here, from the raw stream, by arithmetic that rounds the same way everywhere.

    Examples
    --------
    >>> dice = Dice(7)
    >>> [dice.pick("abc") for _ in range(6)]
    ['b', 'c', 'c', 'a', 'a', 'c']
    """

    def __init__(self, seed: int, stream: int = 0) -> None:
        self._bits = PCG64(SeedSequence([seed, stream]))

    def uniform(self) -> float:
        """Draw from [0, 1), with 53 random bits."""
        return (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def below(self, end: int) -> int:
        """Draw a whole number in [0, end)."""
        return int(self.uniform() * end)

    def chance(self, probability: float) -> bool:
        """Draw True with a probability in [0, 1]."""
        return self.uniform() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Draw one of the options, each as likely."""
        return options[self.below(len(options))]

    def pick_weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """Draw one of the options in proportion to weights that are not negative and not all 0."""
        # fsum rounds once, whatever the order; sum() changed its rounding with Python 3.12.
        left = self.uniform() * fsum(weights)
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return options[-1]  # only rounding leads here

    def along(self, quantiles: Sequence[float]) -> float:
        """Draw from a distribution given by evenly spaced quantiles, from the least to the greatest; linear between."""
        place = self.uniform() * (len(quantiles) - 1)
        low = int(place)
        return quantiles[low] + (quantiles[low + 1] - quantiles[low]) * (place - low)

    def uniforms(self, *shape: int) -> NDArray[np.float64]:
        """Draw an array from [0, 1), in the order in which as many calls of `uniform` would."""
        raw = self._bits.random_raw(int(np.prod(shape)))
        return ((raw >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(shape)

    def normals(self, *shape: int) -> NDArray[np.float64]:
        """Draw an array that is close to normal, with mean 0 and deviation 1, and never beyond 6.

        Notes
        -----
        The sum of 12 uniform draws less 6 (Irwin-Hall): no logarithm, whose last digit varies with the platform.
        """
        parts = self.uniforms(12, *shape)
        total: NDArray[np.float64] = np.zeros(shape)
        for part in parts:  # one by one: numpy sums along an axis in an order of its own
            total += part
        return total - 6.0
