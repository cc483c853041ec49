from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from tests.unit.learn.doctor.materials import cells, material

from triage.learn.doctor.leaks import find_leaks, mutual_information, told_share

Columns = Mapping[str, Sequence[str | None]]
LABELS = ["a", "b", "c", "d"] * 100


def kinds(fields: Columns, ends: Columns | None = None) -> list[tuple[str, str]]:
    found = find_leaks(material(LABELS, fields=fields, ends=ends), 20).findings
    return [(each.kind, each.about) for each in found]


def test_a_recoded_copy_of_the_target_is_named() -> None:
    assert kinds({"queue": [f"Q-{label}" for label in LABELS], "site": ["x", "y", "z"] * 133 + ["x"]}) == [
        ("near-copy", "queue")
    ]


def test_an_identifier_tells_nothing_however_many_values_it_has() -> None:
    assert kinds({"key": [f"K{row}" for row in range(400)]}) == []
    assert told_share(cells(["1", "2", "3", "4"]), cells(["a", "a", "b", "b"])) == (0.0, 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_told_share_is_what_asking_the_other_rows_one_by_one_gives(seed: int) -> None:
    generator = np.random.default_rng(seed)
    field, labels = generator.integers(0, 12, 60), generator.integers(0, 3, 60)
    told = 0
    for row in range(60):
        others = np.bincount(labels[(field == field[row]) & (np.arange(60) != row)], minlength=3)
        told += bool(others.sum() and others[labels[row]] == others.max())
    found, _ = told_share(cells([str(each) for each in field]), cells([str(each) for each in labels]))
    assert found == pytest.approx(told / 60)


def test_what_nearly_always_holds_is_told_by_nothing() -> None:
    field = cells(["x", "y"] * 200)
    labels = cells(["a"] * 396 + ["b"] * 4)
    told, commonest = told_share(field, labels)
    assert told == commonest == 0.99


def test_information_is_zero_for_columns_that_have_nothing_to_do_with_each_other() -> None:
    assert mutual_information(cells(["x", "x", "y", "y"]), cells(["a", "b", "a", "b"])) == 0.0


def test_a_column_that_older_incidents_have_more_often_is_back_filled() -> None:
    generator = np.random.default_rng(0)
    given = generator.random(400) > np.linspace(0, 0.9, 400)
    module = [("x", "y")[row % 2] if there else None for row, there in enumerate(given)]
    assert kinds({"module": module}) == [("back-filled", "module")]


def test_a_column_that_is_missing_at_random_is_not_back_filled() -> None:
    given = np.random.default_rng(0).random(400) > 0.5
    assert kinds({"module": [("x", "y")[row % 2] if there else None for row, there in enumerate(given)]}) == []


def test_a_column_that_an_event_log_fills_in_later_is_named() -> None:
    opening: Columns = {"module": [None, "x"] * 200, "site": ["s", "t", "u", "s"] * 100}
    ends = {"module": ["x"] * 400, "site": ["s"] * 400}
    assert kinds(opening, ends) == [("filled-later", "module")]


def test_incidents_whose_opening_an_event_log_lacks_are_told_once() -> None:
    opening = {"module": [None, "x"] * 200, "site": [None, "s"] * 200}
    ends = {"module": ["x"] * 400, "site": ["s"] * 400}
    given = material(LABELS, fields=opening, ends=ends)
    assert [(each.kind, each.count) for each in find_leaks(given, 20).findings] == [("opening-not-known", 200)]


def test_a_column_that_was_asked_for_against_its_name_is_named() -> None:
    assert kinds({"resolution_code": ["x", "y", "z"] * 133 + ["x"]}) == [("known-only-later", "resolution_code")]


def test_every_refused_column_keeps_its_reason() -> None:
    given = material(LABELS, refused={"closed_at": "says when the incident ended", "team": "is a target"})
    (finding,) = find_leaks(given, 20).findings
    assert (finding.kind, finding.about) == ("refused-column", "closed_at")
    assert "says when the incident ended" in finding.message
