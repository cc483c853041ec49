from __future__ import annotations

import numpy as np

from triage.watch.bank import Bank
from triage.watch.joint_layout import ROOM
from triage.watch.state import THRESHOLD


def a_bank(series: int) -> Bank:
    bank = Bank(2.0, {"m1": 0.5})
    bank.table.rows_of([f"e{row % 3}" for row in range(series)], [f"m{row // 3}" for row in range(series)])
    bank.make_room()
    return bank


def test_series_added_one_by_one_have_the_same_links_as_those_added_at_once() -> None:
    whole, grown = a_bank(40), a_bank(1)
    for series in range(2, 41):
        grown.table.rows_of([f"e{(series - 1) % 3}"], [f"m{(series - 1) // 3}"])
        grown.make_room()
    first, second = whole.state_for(0), grown.state_for(0)
    np.testing.assert_array_equal(first.links.following[:40], second.links.following[:40])
    np.testing.assert_array_equal(first.links.first[:3], second.links.first[:3])
    np.testing.assert_array_equal(first.wear.weight[:40], second.wear.weight[:40])
    np.testing.assert_array_equal(first.joint.clock[:3, ROOM], second.joint.clock[:3, ROOM])


def test_filled_bank_holds_the_same_arrays() -> None:
    arrays = a_bank(7).to_arrays()
    back = a_bank(7)
    back.fill(arrays)
    again = back.to_arrays()
    assert arrays.keys() == again.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, again[name])


def test_new_threshold_is_that_of_entities_to_come_as_well() -> None:
    bank = a_bank(1)
    bank.set_threshold(3.0)
    bank.table.rows_of([f"later{number}" for number in range(100)], ["m"] * 100)
    bank.make_room()
    assert set(bank.state_for(0).entities.numbers[:, THRESHOLD].tolist()) == {3.0}
