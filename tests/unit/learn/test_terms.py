from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from tests.histories import as_inputs, constructed_history

from triage.learn.terms import TermFeatures, fit_terms
from triage.learn.text import pieces, words

TEXTS = as_inputs(constructed_history(120)).texts
FITTED = fit_terms(TEXTS)
# Known and unknown words, all scripts, repeated words and words with repeated pieces.
some_text = st.lists(
    st.sampled_from([*words(" ".join(TEXTS[:40])), "unseen", "aaaaaa", "пароль", "新"]), max_size=15
).map(" ".join)


def words_and_pairs(text: str) -> list[str]:
    return words(text) + [" ".join(pair) for pair in pairwise(words(text))]


def all_pieces(text: str) -> list[str]:
    return [piece for word in words(text) for piece in pieces(word)]


def test_features_are_scikit_learns_tf_idf_of_both_blocks() -> None:
    of_terms = TfidfVectorizer(analyzer=words_and_pairs, min_df=2, sublinear_tf=True)
    of_pieces = TfidfVectorizer(analyzer=all_pieces, min_df=3, sublinear_tf=True)
    expected = np.hstack([of_terms.fit_transform(TEXTS).toarray(), of_pieces.fit_transform(TEXTS).toarray() * 0.5])
    assert FITTED.terms == tuple(of_terms.get_feature_names_out())
    assert FITTED.pieces == tuple(of_pieces.get_feature_names_out())
    for text, theirs in zip(TEXTS, expected, strict=True):
        row = FITTED.row(text)
        ours = np.zeros(len(FITTED))
        ours[row.ids] = row.values
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_pieces_are_scikit_learns_char_wb() -> None:
    analyze = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
    text = "a vpn gateway is down x1"
    assert sorted(all_pieces(text)) == sorted(analyze(text))


def test_word_of_one_ticket_only_is_no_feature() -> None:
    assert fit_terms(["printer jam", "printer jam", "login"]).terms == ("jam", "printer", "printer jam")


@pytest.mark.parametrize("text", ["", "???", "unheard of"])
def test_text_without_a_known_word_has_no_features(text: str) -> None:
    row = fit_terms(["printer jam", "printer jam", "login"]).row(text)
    assert row.ids.tolist() == row.values.tolist() == []
    assert [row.ids.dtype, row.values.dtype] == [np.dtype(np.int64), np.dtype(np.float64)]


def test_no_texts_teach_no_features() -> None:
    assert len(fit_terms([])) == 0


@given(st.permutations(TEXTS[:30]))
def test_order_of_training_texts_does_not_matter(shuffled: list[str]) -> None:
    first, second = fit_terms(TEXTS[:30]), fit_terms(shuffled)
    assert (first.terms, first.pieces) == (second.terms, second.pieces)
    assert first.idf.tobytes() == second.idf.tobytes()


@given(some_text)
def test_each_block_has_a_fixed_length(text: str) -> None:
    row = FITTED.row(text)
    of_terms = row.ids < len(FITTED.terms)
    lengths = [float(np.sqrt((row.values[block] ** 2).sum())) for block in (of_terms, ~of_terms)]
    assert lengths[0] in (0.0, pytest.approx(1.0))
    assert lengths[1] in (0.0, pytest.approx(0.5))
    assert len(set(row.ids.tolist())) == len(row.ids)


@given(some_text, st.integers(0, 2**32 - 1))
def test_spreading_contributions_over_words_keeps_their_sum(text: str, seed: int) -> None:
    ids = FITTED.row(text).ids.tolist()
    amounts = np.random.default_rng(seed).normal(size=len(ids)).tolist()
    spread = FITTED.spread(text, dict(zip(ids, amounts, strict=True)))
    assert sum(spread.values()) == pytest.approx(sum(amounts), abs=1e-9)
    assert set(spread) <= set(words_and_pairs(text))


def test_contribution_of_a_piece_goes_to_the_words_that_hold_it_by_their_occurrences() -> None:
    features = TermFeatures([], np.zeros(0), ["ing"], np.ones(1))
    assert features.spread("ping ping king x", {0: 3.0}) == pytest.approx({"ping": 2.0, "king": 1.0})


def test_looking_up_a_word_again_gives_the_same_row() -> None:
    text = TEXTS[0] * 3
    assert FITTED.row(text).values.tobytes() == FITTED.row(text).values.tobytes()
    assert fit_terms(TEXTS).row(text).values.tobytes() == FITTED.row(text).values.tobytes()
