from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.hashed_text import named_features, number_of

from triage.learn.term_kernel import Tickets, build_table, empty_names, name_features, weigh_texts
from triage.learn.terms import encode
from triage.learn.text import letters
from triage.learn.text_kernel import empty_scratch, most_features

WEIGHTS = np.array([1.0, 1.0, 0.5, 0.5])


@given(st.sets(st.integers(0, 63).map(lambda low: (low << 58) | (low & 3)), max_size=60))
def test_table_holds_every_key_once_though_they_collide(keys: set[int]) -> None:
    in_order = np.array(sorted(keys), np.uint64)
    table = build_table(in_order, np.ones(len(keys)), WEIGHTS)
    taken = table.ids >= 0
    assert taken.mean() <= 0.5
    assert dict(zip(table.keys[taken].tolist(), table.ids[taken].tolist(), strict=True)) == {
        key: number for number, key in enumerate(in_order.tolist())
    }


def test_rows_lie_one_after_the_other_in_the_order_of_the_texts() -> None:
    keys = np.array([number_of(0, ("vpn",)), number_of(0, ("down",))], np.uint64)
    codes, ends = encode(["vpn down", "", "down down x"])
    starts, ids, values = np.zeros(4, np.int64), np.zeros(200, np.int32), np.zeros(200)
    tickets = Tickets(codes, ends, np.array([[5], [6], [7]], np.int32))
    table = build_table(keys, np.array([3.0, 4.0]), WEIGHTS)
    weigh_texts(tickets, letters(), table, empty_scratch(11), starts, (ids, values))
    assert starts.tolist() == [0, 3, 4, 6]
    assert ids[:6].tolist() == [0, 1, 5, 6, 1, 7]
    assert np.allclose(values[:6], [0.6, 0.8, 1, 1, 1, 1])


def test_names_follow_the_features_of_the_row() -> None:
    keys = np.array([number_of(0, ("down",)), number_of(3, named_features("vpn down")[3][0])], np.uint64)
    codes, _ = encode(["vpn is down"])
    names = empty_names(most_features(len(codes)))
    table = build_table(keys, np.ones(2), WEIGHTS)
    n_found, n_names = name_features(codes, letters(), table, empty_scratch(len(codes)), names)
    assert (n_found, n_names) == (2, 2)
    assert names.feature[:2].tolist() == [0, 1]
    assert names.share[:2].tolist() == [1.0, 1.0]
    assert list(zip(names.first[:2].tolist(), names.second[:2].tolist(), strict=True)) == [(2, -1), (0, 2)]
