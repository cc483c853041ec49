from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.bootstrap.leftovers import give_back
from triage.compiling import compiled

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Memory is given back on Linux alone.")


@compiled
def double(numbers: NDArray[np.generic]) -> None:
    for at in range(len(numbers)):
        numbers[at] *= 2


def resident_kb() -> int:
    """Return how much of the compiler's library is in memory."""
    mappings = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    found = [re.search(r"^Rss: +(\d+) kB", each, re.MULTILINE) for each in mappings if "libllvmlite" in each]
    return sum(int(rss[1]) for rss in found if rss)


def test_kernels_run_and_are_loaded_after_their_compiler_was_given_back() -> None:
    numbers = np.ones(2)
    double(numbers)
    before = resident_kb()
    give_back()
    assert resident_kb() < before / 4
    double(numbers)
    assert numbers.tolist() == [4.0, 4.0]
    # Of another type, so it is compiled, or loaded, now.
    whole = np.ones(2, np.int64)
    double(whole)
    assert whole.tolist() == [2, 2]
