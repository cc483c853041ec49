from __future__ import annotations

from triage.decide.familiarity import Familiarity, lower
from triage.domain import Decision

USUAL = Familiarity(0.1, ("site",))


def test_text_of_strange_words_is_doubted_before_fields_are() -> None:
    assert "another language" in USUAL.doubt(0.05, ["site"])
    assert USUAL.doubt(0.1, []) == ""


def test_incident_without_a_text_is_doubted_for_its_fields_alone() -> None:
    assert USUAL.doubt(None, []) == ""
    assert "'site'" in USUAL.doubt(None, ["site"])


def test_doubt_lowers_a_decision_by_one_step_and_says_why() -> None:
    assert lower(Decision.AUTO, "Sure.", "it is strange") == (Decision.SUGGEST, "Trusted less, as it is strange. Sure.")
    assert lower(Decision.SUGGEST, "", "it is strange")[0] is Decision.ABSTAIN
    assert lower(Decision.ABSTAIN, "", "it is strange")[0] is Decision.ABSTAIN


def test_decision_stays_where_there_is_no_doubt() -> None:
    assert lower(Decision.AUTO, "Sure.", "") == (Decision.AUTO, "Sure.")
