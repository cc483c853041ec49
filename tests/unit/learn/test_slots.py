from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.slots import build_slots, look_up


@given(st.sets(st.integers(0, 63).map(lambda low: (low << 58) | (low & 3)), max_size=60))
def test_every_key_is_found_though_they_collide_and_no_other_is(keys: set[int]) -> None:
    in_order = np.array(sorted(keys), np.uint64)
    slots = build_slots(in_order, np.arange(len(keys), dtype=np.int32))
    assert (slots.cells > 0).mean() <= 0.5
    assert [look_up(slots, key) for key in in_order] == list(range(len(keys)))
    others = {(high << 50) | (high & 3) for high in range(1, 40)} - keys
    assert all(look_up(slots, np.uint64(key)) == -1 for key in others)
