from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import by_shifting, compiled, prefetch, single_of_half

POSITIVE = np.arange(0x7C00).astype(np.uint16)
FINITE = np.concatenate([POSITIVE, POSITIVE | np.uint16(0x8000)])


@compiled
def read_halves(halves: NDArray[np.uint16], singles: NDArray[np.float32]) -> None:
    for at in range(len(halves)):
        prefetch(halves[at:])
        singles[at] = single_of_half(halves[at])


def test_every_finite_half_is_read_exactly() -> None:
    found = np.empty(len(FINITE), np.float32)
    read_halves(FINITE, found)
    assert found.tobytes() == FINITE.view(np.float16).astype(np.float32).tobytes()


def test_a_processor_without_half_precision_reads_them_the_same() -> None:
    found = np.array([by_shifting(half) for half in FINITE], np.float32)
    assert found.tobytes() == FINITE.view(np.float16).astype(np.float32).tobytes()
