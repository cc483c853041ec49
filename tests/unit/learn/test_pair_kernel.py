from __future__ import annotations

import numpy as np
import pytest

from triage.learn.pair_kernel import build_pairs, write_fields

# The values of two fields are 10 (missing), 11 (rare) and 12, and 20 to 22; their pair is 30, 31 or, of 12 and 22, 32.
PAIRS = build_pairs(
    np.array([[0, 1]], np.int32),
    (np.array([10, 20], np.int32), np.array([30], np.int32)),
    np.array([[12, 22, 32]], np.int32),
    0.5,
)


@pytest.mark.parametrize(
    ("fields", "pair"),
    [((12, 22), 32), ((12, 21), 31), ((11, 22), 31), ((10, 22), 30), ((12, 20), 30), ((10, 20), 30)],
)
def test_pair_is_known_rare_or_missing_as_its_values_say(fields: tuple[int, int], pair: int) -> None:
    ids, values = np.zeros(5, np.int32), np.zeros(5)
    assert write_fields(np.array(fields, np.int32), PAIRS, (ids, values), 1) == 4
    assert ids.tolist() == [0, *fields, pair, 0]
    assert values.tolist() == [0.0, 1.0, 1.0, 0.5, 0.0]
