"""Predictions as documents: what is stored and sent reads back as the same predictions."""

from __future__ import annotations

import math

import orjson
from hypothesis import given
from hypothesis import strategies as st

from triage.domain import Decision, ModelRef, Prediction, RankedLabel, Reason, WouldHelp
from triage.flow import predictions_document, predictions_from_document

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
predictions = st.lists(
    st.builds(
        Prediction,
        texts,
        st.builds(ModelRef, texts, texts),
        st.lists(st.builds(RankedLabel, texts, numbers), max_size=3).map(tuple),
        st.sampled_from(Decision),
        texts,
        st.lists(st.builds(Reason, texts, texts, texts, numbers), max_size=3).map(tuple),
        st.none() | st.builds(WouldHelp, texts, st.floats(0.0, 1.0)),
    ),
    max_size=3,
    unique_by=lambda prediction: prediction.target,
).map(tuple)


@given(predictions)
def test_predictions_survive_json_to_the_last_bit(made: tuple[Prediction, ...]) -> None:
    text = orjson.dumps(predictions_document(made))
    assert predictions_from_document(orjson.loads(text)) == made
    assert orjson.dumps(predictions_document(predictions_from_document(orjson.loads(text)))) == text


def test_contribution_that_is_not_finite_is_null_again_and_again() -> None:
    sure = Prediction("team", ModelRef("desk", "1"), (), Decision.ABSTAIN, "", (Reason("target", "a", "b", -math.inf),))
    text = orjson.dumps(predictions_document([sure]))
    assert orjson.loads(text)["team"]["reasons"][0]["contribution"] is None
    assert orjson.dumps(predictions_document(predictions_from_document(orjson.loads(text)))) == text


def test_prediction_without_labels_has_no_best_one() -> None:
    blank = Prediction("team", ModelRef("desk", "1"), (), Decision.ABSTAIN, "nothing to read")
    document = predictions_document([blank])["team"]
    assert (document["label"], document["probability"], document["top"]) == (None, None, [])
