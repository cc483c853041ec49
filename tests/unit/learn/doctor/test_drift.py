from __future__ import annotations

import numpy as np
import pytest
from tests.unit.learn.doctor.materials import material

from triage.learn.doctor.drift import divergence, find_drift, noise_floor


def test_divergence_is_symmetric_and_does_not_see_sizes() -> None:
    first, second = np.array([10.0, 30.0, 0.0]), np.array([5.0, 5.0, 10.0])
    assert divergence(first, second) == pytest.approx(divergence(second * 7, first))


def test_the_noise_floor_falls_with_more_tickets() -> None:
    small, large = np.array([20.0, 20.0]), np.array([2000.0, 2000.0])
    assert noise_floor(small, small) > 10 * noise_floor(large, large) > 0


def test_a_field_that_changed_is_named_and_one_that_did_not_is_not() -> None:
    generator = np.random.default_rng(0)
    steady = generator.choice(["x", "y"], 1000).tolist()
    moved = [*generator.choice(["x", "y"], 800), *["y"] * 200]
    labels = generator.choice(["a", "b"], 1000).tolist()
    findings = find_drift(material(labels, fields={"steady": steady, "moved": moved}), 20).findings
    assert [(each.kind, each.about) for each in findings] == [("drift", "moved")]
    assert {note.says["value"] for note in findings[0].rows} == {"y"}


def test_a_missing_rate_that_moves_is_named() -> None:
    site = [*(["x", "y"] * 400), *(["x", None] * 100)]
    findings = find_drift(material(["a", "b"] * 500, fields={"site": site}), 20).findings
    rates = next(each for each in findings if each.kind == "missing-rate")
    assert (rates.about, rates.count) == ("site", 100)
    assert rates.details[2] == {"slice": "newest", "missing": 0.5}


def test_a_target_and_a_field_of_one_name_are_both_drawn() -> None:
    (chart,) = find_drift(material(["a", "b"] * 50, fields={"team": ["a", "b"] * 50}), 20).charts
    assert set(chart.labels) == {"target team", "team"}


def test_a_field_may_be_called_as_a_target_is_drawn() -> None:
    moved = [*(["x", "y"] * 400), *["y"] * 200]
    gone = [*(["x", "y"] * 400), *[None] * 200]
    steady = ["a", "b"] * 500
    for cells in (moved, gone):
        (found,) = find_drift(material(steady, fields={"target team": cells}), 20).findings
        assert found.about == "target team"
        assert found.message.startswith("as an input")
