from __future__ import annotations

from tests.unit.learn.doctor.materials import material

from triage.learn.doctor.contradictions import find_contradictions
from triage.learn.doctor.similar import group_similar
from triage.learn.doctor.vectors import to_bags

TEXTS = [
    "mail down",
    "mail down",
    "Mail, down",
    "vpn broken",
    "vpn broken",
    "disk full",
    "x1 y1",
    "x2 y2",
    "x3 y3",
    "x4 y4",
]


def test_the_ticket_that_most_of_its_likes_disagree_with_is_named() -> None:
    labels = ["a", "a", "b", "c", "c", "d", "a", "b", "c", "d"]
    (finding,) = find_contradictions(material(labels, TEXTS), group_similar(to_bags(TEXTS)), 20).findings
    assert (finding.about, finding.count) == ("team", 1)
    assert (finding.rows[0].row, finding.rows[0].twin) == (2, 1)
    assert finding.rows[0].says == {"label": "b", "usual label": "a", "agree": "2 of 3"}


def test_a_missing_label_contradicts_nothing() -> None:
    labels = ["a", "a", None, "c", None, "d", "a", "b", "c", "d"]
    assert find_contradictions(material(labels, TEXTS), group_similar(to_bags(TEXTS)), 20).findings == ()
