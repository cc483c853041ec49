from __future__ import annotations

from triage.domain import ModelRef, Precedent, SuggestedFix
from triage.learn.fixes import suggest_fix, to_fix


def precedent(id_: str, similarity: float, fix: str, reopened: bool | None) -> Precedent:
    return Precedent(id_, similarity, None, {}, fix, None, reopened, ModelRef("desk", "1"))


def test_fix_that_held_twice_is_suggested_before_a_likelier_one() -> None:
    found = [
        precedent("1", 0.7, "Restarted.", None),
        precedent("2", 0.5, "Renewed.", False),
        precedent("3", 0.4, "renewed.", None),
    ]
    assert suggest_fix(found) == SuggestedFix("Renewed.", "2", 2, 0)


def test_reopening_counts_against_a_fix() -> None:
    found = [
        precedent("1", 0.9, "Restarted.", True),
        precedent("2", 0.6, "Restarted.", None),
        precedent("3", 0.5, "Renewed.", None),
    ]
    assert suggest_fix(found) == SuggestedFix("Renewed.", "3", 1, 0)


def test_nothing_is_suggested_where_no_fix_is_known_to_have_held() -> None:
    assert suggest_fix([precedent("1", 0.9, "Restarted.", True), precedent("2", 0.8, "", False)]) is None
    assert suggest_fix([]) is None


def test_a_fix_is_kept_without_names_and_not_without_end() -> None:
    assert to_fix("Called Anna Schmidt.", ["Anna Schmidt"]) == "Called xxname xxname."
    assert len(to_fix("x " * 900, [])) == 500
