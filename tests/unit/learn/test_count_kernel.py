from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.hashed_text import named_features, number_of

from triage.learn.count_kernel import COUNTED, collect_features, sketch_texts
from triage.learn.terms import encode
from triage.learn.text import letters
from triage.learn.text_kernel import empty_scratch, most_features

LEAST = (2, 3, 1, 3)


@given(
    st.lists(st.sampled_from(["vpn down", "vpn up vpn", "网络 vpn", "", "toner"]), max_size=8),
    st.sampled_from([1, 1 << 16]),
)
def test_nothing_that_is_in_enough_texts_is_lost(texts: list[str], n_bytes: int) -> None:
    codes, ends = encode(texts)
    sketch, scratch = np.zeros(n_bytes, np.uint8), empty_scratch(20)
    sketch_texts(codes, ends, letters(), scratch, sketch)
    room = sum(most_features(len(text)) for text in texts)
    found = (np.zeros(room, np.uint64), np.zeros(room, np.uint8))
    n = collect_features((codes, ends), letters(), scratch, sketch, np.array(LEAST), found)
    expected = Counter(
        (number_of(view, name), view)
        for text in texts
        for view, names in enumerate(named_features(text))
        for name in set(names)
    )
    ours = Counter(zip(found[0][:n].tolist(), found[1][:n].tolist(), strict=True))
    enough = {key: count for key, count in expected.items() if count >= LEAST[key[1]]}
    assert {key: ours[key] for key in enough} == enough
    # Cells that are shared let more through, but never another count; with room enough there are no such cells.
    assert all(expected[key] == count for key, count in ours.items())
    assert n_bytes == 1 or dict(ours) == enough


def test_cells_stop_at_what_they_can_count() -> None:
    codes, ends = encode(["vpn"] * 10)
    sketch = np.zeros(1 << 10, np.uint8)
    sketch_texts(codes, ends, letters(), empty_scratch(3), sketch)
    cells = [(int(byte) >> shift) & 3 for byte in sketch for shift in (0, 2, 4, 6)]
    assert set(cells) == {0, COUNTED}
