from __future__ import annotations

from tests.histories import fitted_model

from triage.learn.familiarity import unseen_fields, words_a_character
from triage.learn.inputs import Inputs

MODEL = fitted_model()


def known(text: str) -> float | None:
    return words_a_character(MODEL.features, MODEL.features.terms.row(text).ids, text)


def test_known_words_are_told_from_strange_ones() -> None:
    usual, strange = known("please help printer paper jam"), known("tulostin ei toimi kolmannessa kerroksessa")
    assert usual is not None
    assert strange is not None
    assert usual > 0.1 > strange


def test_no_text_tells_nothing() -> None:
    assert known("") is None


def test_value_that_was_not_learnt_is_named_and_a_missing_one_is_not() -> None:
    inputs = Inputs(["", "", ""], {"site": ["Bonn", "Quito", None], "reported_by": [None, None, None]})
    assert [unseen_fields(MODEL.features, ["site"], inputs, row) for row in range(3)] == [[], ["site"], []]
