from __future__ import annotations

import numpy as np
from tests.unit.learn.doctor.materials import material

from triage.learn.doctor.label_errors import find_label_errors, suspects
from triage.learn.doctor.similar import group_similar
from triage.learn.doctor.vectors import to_bags


def drawn(n: int) -> tuple[list[str], list[str | None]]:
    generator = np.random.default_rng(3)
    words = {"net": ["vpn", "router", "wlan", "cable"], "print": ["toner", "paper", "tray", "jam"]}
    labels: list[str | None] = [("net", "print")[row % 2] for row in range(n)]
    texts = [f"{' '.join(generator.choice(words[str(label)], 3))} number{row}" for row, label in enumerate(labels)]
    return texts, labels


def test_suspects_are_labels_that_were_swapped() -> None:
    texts, labels = drawn(200)
    for row in (10, 57, 130):
        labels[row] = "net" if labels[row] == "print" else "print"
    bags = to_bags(texts)
    (finding,) = find_label_errors(material(labels, texts), bags, group_similar(bags), 20, lambda _: None).findings
    rows = {note.row for note in finding.rows}
    assert rows <= {10, 57, 130}
    assert len(rows) >= 2
    assert all(note.says["likely label"] != note.says["label"] for note in finding.rows)


def test_the_same_history_gives_the_same_suspects() -> None:
    texts, labels = drawn(120)
    labels[5] = "print" if labels[5] == "net" else "net"
    bags = to_bags(texts)
    runs = [find_label_errors(material(labels, texts), bags, group_similar(bags), 20, lambda _: None) for _ in range(2)]
    assert runs[0] == runs[1]


def test_suspects_stand_by_margin_and_never_where_the_own_label_is_likelier() -> None:
    found = np.array([[0.9, 0.1], [0.1, 0.9], [0.3, 0.7], [0.05, 0.95], [0.45, 0.55]])
    rows, suggested = suspects(found, np.array([0, 0, 0, 0, 1]))
    assert rows.tolist() == [3, 1, 2]
    assert suggested.tolist() == [1, 1, 1]


def test_a_ticket_that_says_nothing_is_no_suspect() -> None:
    texts, labels = drawn(100)
    texts += [""] * 20
    labels += ["print", *["net"] * 19]
    bags = to_bags(texts)
    assert find_label_errors(material(labels, texts), bags, group_similar(bags), 20, lambda _: None).findings == ()


def test_labels_of_too_few_tickets_are_said_not_to_be_looked_at() -> None:
    texts = ["mail down", "vpn down", "disk full", "key lost", "fan loud"]
    bags = to_bags(texts)
    result = find_label_errors(material(list("abcde"), texts), bags, group_similar(bags), 20, lambda _: None)
    assert result.findings == ()
    assert "team" in result.notes[0]
