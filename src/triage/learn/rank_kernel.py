"""The largest of some numbers, in order. Makes no arrays of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["rank"]


@compiled
def rank(numbers: NDArray[np.float64], best: NDArray[np.int32], largest: NDArray[np.float64]) -> None:
    """Write the positions of the largest numbers, none of which is negative, and themselves; first ones first."""
    best[:], largest[:] = -1, -1.0
    last = len(best) - 1
    for position in range(len(numbers)):
        number = numbers[position]
        if number <= largest[last]:
            continue
        place = last
        while place > 0 and number > largest[place - 1]:
            best[place], largest[place] = best[place - 1], largest[place - 1]
            place -= 1
        best[place], largest[place] = position, number
