"""Outlooks as documents: what is stored and sent reads back as the same outlook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import NOON, network_triage

from triage.domain import Contradiction, Duplicate, Duration, ModelRef, Precedent, Reason, Risk, SuggestedFix, Triage
from triage.flow import outlook_document, with_outlook

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
shares = st.floats(0.0, 1.0)
hours = st.floats(0.0, 1e6)
models = st.builds(ModelRef, texts, texts)
PROBABILITIES = (0.05, 0.1, 0.5, 0.8, 0.9, 0.95)

outlooks = st.builds(
    lambda risks, duration, precedents, duplicate, fix, contradictions: Triage(
        "7",
        "desk",
        risks=risks,
        duration=duration,
        precedents=precedents,
        duplicate=duplicate,
        suggested_fix=fix,
        contradictions=contradictions,
    ),
    st.lists(
        st.builds(Risk, texts, shares, models, st.lists(st.builds(Reason, texts, texts, texts, hours)).map(tuple)),
        max_size=3,
        unique_by=lambda risk: risk.name,
    ).map(tuple),
    st.none()
    | st.builds(
        lambda model, found: Duration(model, tuple(zip(PROBABILITIES, sorted(found), strict=True))),
        models,
        st.lists(hours, min_size=6, max_size=6),
    ),
    st.lists(
        st.builds(
            Precedent,
            texts,
            shares,
            st.none() | st.datetimes(timezones=st.just(UTC)),
            st.dictionaries(texts, texts, max_size=2),
            texts,
            st.none() | hours,
            st.none() | st.booleans(),
            models,
        ),
        max_size=3,
    ).map(tuple),
    st.none() | st.builds(Duplicate, texts, shares),
    st.none() | st.builds(SuggestedFix, texts, texts, st.integers(1, 20), st.integers(0, 20)),
    st.lists(
        st.builds(
            Contradiction,
            texts,
            texts,
            texts,
            st.dictionaries(texts, texts, max_size=2),
            st.lists(texts, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


@given(outlooks)
def test_outlook_survives_json_to_the_last_bit(made: Triage) -> None:
    text = orjson.dumps(outlook_document(made))
    assert with_outlook(Triage("7", "desk"), orjson.loads(text)) == made


def test_predictions_stay_as_they_are_under_another_outlook() -> None:
    whole = network_triage("7", "desk", NOON)
    bare = replace(whole, risks=(), duration=None, precedents=(), duplicate=None, suggested_fix=None)
    assert with_outlook(bare, outlook_document(whole)) == whole


@pytest.mark.parametrize(("key", "hours"), [("median_h", 3.5), ("at_most_80_h", 12.0), ("interval_90_h", [0.25, 48.0])])
def test_duration_is_told_by_its_quantiles(key: str, hours: object) -> None:
    duration = outlook_document(network_triage("7", "desk", NOON))["duration"]
    assert duration is not None
    assert dict(duration)[key] == hours
