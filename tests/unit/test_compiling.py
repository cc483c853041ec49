from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, prefetch


@compiled
def double(numbers: NDArray[np.float32]) -> None:
    for at in range(len(numbers)):
        prefetch(numbers[at:])
        numbers[at] *= np.float32(2.0)


def test_what_is_asked_for_ahead_changes_nothing() -> None:
    numbers = np.arange(40, dtype=np.float32)
    double(numbers)
    assert numbers.tolist() == np.arange(0.0, 80.0, 2.0).tolist()
