from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hashed_text import named_features, number_of
from tests.histories import as_inputs, constructed_history

from triage.learn import vocabulary
from triage.learn.vocabulary import fit_terms

TEXTS = as_inputs(constructed_history(60)).texts


def counted(texts: list[str], view: int) -> Counter[int]:
    return Counter(number_of(view, name) for text in texts for name in set(named_features(text)[view]))


def test_features_are_those_of_enough_tickets_from_the_commonest_on() -> None:
    fitted = fit_terms(TEXTS)
    expected: list[int] = []
    for view, least in enumerate((2, 3, 2, 3)):
        enough = [(-count, key) for key, count in counted(TEXTS, view).items() if count >= least]
        assert fitted.sizes[view] == len(enough)
        expected += [key for _, key in sorted(enough)]
    assert fitted.keys.tolist() == expected


def test_idf_is_smoothed() -> None:
    fitted = fit_terms(["printer jam", "printer jam", "printer"])
    assert fitted.idf[0] == pytest.approx(np.log(4 / 4) + 1)
    assert fitted.idf[1] == pytest.approx(np.log(4 / 3) + 1)


def test_word_of_one_ticket_only_is_no_feature() -> None:
    fitted = fit_terms(["printer jam", "printer jam", "login login login"])
    assert fitted.sizes == (3, 0, 3, 0)
    assert not len(fitted.row("login").ids)


@pytest.mark.parametrize("texts", [[], [""], ["", "?!"]])
def test_texts_without_words_teach_no_features(texts: list[str]) -> None:
    assert len(fit_terms(texts)) == 0


@given(st.permutations(TEXTS[:30]))
def test_order_of_training_texts_does_not_matter(shuffled: list[str]) -> None:
    first, second = fit_terms(TEXTS[:30]), fit_terms(shuffled)
    assert (first.keys.tobytes(), first.idf.tobytes()) == (second.keys.tobytes(), second.idf.tobytes())
    assert first.sizes == second.sizes


@given(st.lists(st.lists(st.integers(0, 9), max_size=20), max_size=5), st.integers(1, 3), st.integers(1, 5))
def test_counts_are_those_of_all_at_once_though_they_come_in_parts(
    parts: list[list[int]], least: int, most: int
) -> None:
    counts = vocabulary._Counts()
    for part in parts:
        counts.add(np.array(part, np.uint64))
    in_all = Counter(number for part in parts for number in part)
    expected = sorted((-count, number) for number, count in in_all.items() if count >= least)[:most]
    features, tickets = counts.commonest(least, most)
    assert list(zip((-tickets).tolist(), features.tolist(), strict=True)) == expected
