from __future__ import annotations

import json
from enum import Enum
from inspect import signature

import pytest

from triage import domain
from triage.domain import Decision

WORDS = [getattr(domain, name) for name in domain.__all__]
VOCABULARY = [word for word in WORDS if not issubclass(word, Enum)]


@pytest.mark.parametrize("word", VOCABULARY)
def test_word_of_the_vocabulary_is_a_frozen_record_without_further_attributes(word: type) -> None:
    fields = list(signature(word).parameters)
    record = word(*([""] * len(fields)))
    with pytest.raises(AttributeError):
        setattr(record, fields[0], "other")
    assert not hasattr(record, "__dict__")


def test_decisions_are_written_as_their_words() -> None:
    assert json.dumps(list(Decision)) == '["auto", "suggest", "abstain"]'


def test_vocabulary_is_sorted() -> None:
    assert sorted(domain.__all__) == domain.__all__
