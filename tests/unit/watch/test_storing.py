from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.watch.series_made import a_part, assert_same, noise, one_series

from triage.errors import BundleRefused
from triage.parts import Part
from triage.watch.points import Points
from triage.watch.watcher import Watcher


def test_part_is_numbers_and_json_and_survives_both_in_any_order_of_keys() -> None:
    part = a_part()
    assert {array.dtype.name for array in part.arrays.values()} <= {"float64", "float32", "int64", "int32"}
    document = json.loads(json.dumps(part.document))
    shuffled = Part(dict(sorted(part.arrays.items(), reverse=True)), dict(sorted(document.items(), reverse=True)))
    more = one_series(noise(100))
    later = Points(more.series, more.time_ns + 10**15, more.value)
    assert_same(Watcher.from_part(part).handle(later), Watcher.from_part(shuffled).handle(later))


def test_restored_watcher_shares_nothing_with_the_part() -> None:
    part = a_part()
    kept = {name: array.copy() for name, array in part.arrays.items()}
    more = one_series(noise(100))
    Watcher.from_part(part).handle(Points(more.series, more.time_ns + 10**15, more.value))
    for name, array in kept.items():
        np.testing.assert_array_equal(part.arrays[name], array)


@pytest.mark.parametrize("name", sorted(a_part().arrays))
def test_missing_or_misshapen_array_is_refused(name: str) -> None:
    part = a_part()
    without = {key: array for key, array in part.arrays.items() if key != name}
    with pytest.raises(BundleRefused):
        Watcher.from_part(replace(part, arrays=without))
    array = part.arrays[name]
    # Of what is empty there is none less: one more, then.
    misshapen = array[:-1] if len(array) else np.zeros((1, *array.shape[1:]), dtype=array.dtype)
    with pytest.raises(BundleRefused):
        Watcher.from_part(replace(part, arrays={**without, name: misshapen}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("series_numbers", np.nan),
        ("series_levels", 1e300),
        ("series_numbers", 1e38),
        ("series_levels", np.inf),
        ("series_ages", -1),
        ("series_ages", 9),
        ("series_tails", 70_000),
        ("season_visits", -1),
        ("season_visits", 200),
        ("season_hours", np.nan),
        ("season_taken", 9),
        ("season_week", 9),
        ("season_week", 0),
        ("week_taken", 9),
        ("week_cells", 256),
        ("week_numbers", np.nan),
        ("series_entity", 9),
        ("series_entity", -1),
        ("entity_numbers", -np.inf),
        ("entity_clock", -(2**63)),
        ("entity_clock", 7),
        ("series_tails", 5),
        ("novelty_of_entity", 9),
        ("novelty_series", 9),
        ("novelty_series", -1),
        ("novelty_taken", 1),
        ("novelty_counts", 999),
        ("novelty_counts", -1),
        ("novelty_low", np.nan),
    ],
)
def test_number_that_no_watcher_leaves_is_refused(name: str, value: float) -> None:
    part = a_part()
    array = part.arrays[name].copy()
    array[..., -1] = value
    if name == "entity_clock":
        array[:] = value
    if name == "series_ages":
        array[:] = value
    with pytest.raises(BundleRefused):
        Watcher.from_part(replace(part, arrays={**part.arrays, name: array}))
