from __future__ import annotations

import numpy as np
from tests.hashed_text import number_of

from triage.learn.pair_kernel import no_pairs
from triage.learn.term_kernel import Tickets, build_table, weigh_tickets
from triage.learn.terms import encode
from triage.learn.text import letters
from triage.learn.text_kernel import empty_scratch

WEIGHTS = np.array([1.0, 1.0, 0.5, 0.5])


def test_rows_lie_one_after_the_other_in_the_order_of_the_texts() -> None:
    keys = np.array([number_of(0, ("vpn",)), number_of(0, ("down",))], np.uint64)
    codes, ends = encode(["vpn down", "", "down down x"])
    starts, ids, values = np.zeros(4, np.int64), np.zeros(200, np.int32), np.zeros(200)
    tickets = Tickets(codes, ends, np.array([[5], [6], [7]], np.int32))
    table = build_table(keys, np.array([3.0, 4.0]), WEIGHTS)
    weigh_tickets(tickets, letters(), (table, no_pairs()), empty_scratch(11), starts, (ids, values))
    assert starts.tolist() == [0, 3, 4, 6]
    assert ids[:6].tolist() == [0, 1, 5, 6, 1, 7]
    assert np.allclose(values[:6], [0.6, 0.8, 1, 1, 1, 1])
