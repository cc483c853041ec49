from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.unit.learn.doctor.materials import material

from triage.learn.doctor.duplicates import find_duplicates
from triage.learn.doctor.similar import group_similar
from triage.learn.doctor.vectors import to_bags

TEXTS = [
    "mail down",
    "vpn broken",
    "disk full",
    "fan loud",
    "key lost",
    "mouse dead",
    "Mail down!",
    "scan",
    "beep",
    "VPN: broken",
]


def test_a_later_ticket_with_the_text_of_an_earlier_slice_is_named_with_its_twin() -> None:
    result = find_duplicates(material(["a"] * 10, TEXTS), group_similar(to_bags(TEXTS)), 20)
    across = {each.about: each for each in result.findings if each.kind == "duplicates-across-slices"}
    assert {about: [(note.row, note.twin) for note in each.rows] for about, each in across.items()} == {
        "validate": [(6, 0)],
        "newest": [(9, 1)],
    }


def test_the_count_is_whole_where_rows_are_bounded() -> None:
    texts = ["mail down"] * 10
    result = find_duplicates(material(["a"] * 10, texts), group_similar(to_bags(texts)), 3)
    within = next(each for each in result.findings if each.kind == "duplicate-texts")
    assert (within.count, len(within.rows)) == (10, 3)


def test_different_texts_are_no_finding() -> None:
    texts = [f"word{row} other{row}" for row in range(10)]
    assert find_duplicates(material(["a"] * 10, texts), group_similar(to_bags(texts)), 20).findings == ()


def test_it_says_when_texts_were_drawn_by_lot() -> None:
    texts = [f"a{row % 5} b{row // 5 % 5} c{row // 2 % 5} d{row % 3}" for row in range(50)]
    result = find_duplicates(material(["a"] * 50, texts), group_similar(to_bags(texts), most_pairs=5), 20)
    assert "drawn by lot" in result.notes[0]


def test_a_slice_without_tickets_has_no_twins() -> None:
    # Labels that are known too late leave nothing to fit or to choose on.
    late = replace(material(["a"] * 10, TEXTS), slices=np.array([-1] * 8 + [2] * 2, np.int8))
    (chart,) = find_duplicates(late, group_similar(to_bags(TEXTS)), 20).charts
    assert chart.series["tickets with a near-identical twin"] == [0.0, 0.0, 0.5]
