"""What a stored version is, for people."""

from __future__ import annotations

from triage.cli.cards import card_tables

SCORE = {
    "target": "team",
    "n": 10,
    "accuracy": 0.5,
    "majority_accuracy": 0.25,
    "macro_f1": 0.5,
    "majority_macro_f1": 0.1,
    "top3": 1.0,
    "calibration_error": 0.1,
    "promise": 0.95,
    "coverage": 0.0,
    "precision": None,
}


def manifest(card: dict[str, object]) -> dict[str, object]:
    return {"name": "desk", "version": "2", "kind": "any", "created_at": "noon", "code_version": "1", "card": card}


def test_a_version_says_whether_it_is_in_force() -> None:
    for champion, said in (("2", "yes"), ("1", "no, that is version 1"), (None, "no")):
        [(title, _, facts)] = card_tables(manifest({}), champion)
        assert title == "desk version 2"
        assert ("in force", said) in [tuple(fact) for fact in facts]


def test_scores_and_columns_are_tables_of_their_own() -> None:
    refused = [{"name": "closed_at", "reason": "not known at opening"}]
    columns = {"text": ["title"], "fields": ["site"], "refused": refused}
    _, scores, read, left = card_tables(manifest({"scores": [SCORE], "columns": columns}), "2")
    assert scores[1] == ["", "team"]
    assert ["precision of those", "-"] in [list(row) for row in scores[2]]
    assert read[2] == [("title", "text"), ("site", "field")]
    assert left[2] == [("closed_at", "not known at opening")]


def test_durations_are_told_in_hours_and_days() -> None:
    [(_, _, facts)] = card_tables(manifest({"horizon_ns": 3_600_000_000_000}), "2")
    assert ("horizon", "1:00:00") in facts
