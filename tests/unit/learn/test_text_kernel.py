from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from tests.hashed_text import named_features, number_of, pieces

from triage.learn.terms import encode
from triage.learn.text import fold, letters, words
from triage.learn.text_kernel import VIEWS, Scratch, count_distinct, cut_features, empty_scratch, most_features

some_text = st.text() | st.lists(
    st.sampled_from(
        ["vpn", "is", "x1", "aaaaaa", "网络断", "हिन्दी", "กำลัง", "a" * 50, "??", "Straße", "\ud800", "\U0001d518"]
    ),
    max_size=450,
).map(" ".join)


def cut(text: str) -> tuple[int, Scratch]:
    codes, _ = encode([text])
    scratch = empty_scratch(len(codes))
    return cut_features(codes, letters(), scratch), scratch


@given(some_text)
def test_text_is_cut_as_in_python(text: str) -> None:
    n, scratch = cut(text)
    folded = fold(text)
    assert [folded[begin:end] for begin, end in zip(scratch.begins[:n], scratch.ends[:n], strict=True)] == words(text)


@given(some_text)
def test_features_are_the_hashes_of_what_python_finds(text: str) -> None:
    _, scratch = cut(text)
    for view, names in enumerate(named_features(text)):
        ours = scratch.features[scratch.borders[view] : scratch.borders[view + 1]].tolist()
        assert ours == [number_of(view, name) for name in names]
    assert scratch.borders[VIEWS] <= most_features(len(fold(text)))


@given(some_text)
def test_each_feature_is_from_the_words_that_make_it(text: str) -> None:
    _, scratch = cut(text)
    in_order = words(text)
    for view, names in enumerate(named_features(text)):
        origins = scratch.origins[scratch.borders[view] : scratch.borders[view + 1]].tolist()
        for name, origin in zip(names, origins, strict=True):
            word, apart = divmod(origin, 5)
            if view == 1:
                assert name[0] in f" {in_order[word]} "
            else:
                assert sorted(name) == sorted({word: in_order[word], word + apart: in_order[word + apart]}.values())


@given(some_text)
def test_features_are_counted_in_order_of_their_first_occurrence(text: str) -> None:
    _, scratch = cut(text)
    for view in range(VIEWS):
        begin, end = int(scratch.borders[view]), int(scratch.borders[view + 1])
        before = scratch.features[begin:end].tolist()
        distinct = count_distinct(scratch, begin, end)
        after = scratch.features[begin : begin + distinct].tolist()
        counted = zip(after, scratch.counts[begin : begin + distinct].tolist(), strict=True)
        assert list(counted) == list(Counter(before).items())
        assert [after[which] for which in scratch.which[begin:end]] == before


def test_pieces_are_scikit_learns_char_wb() -> None:
    analyze = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
    text = "a vpn gateway is down x1"
    assert sorted(piece for word in words(text) for piece in pieces(word)) == sorted(analyze(text))


@pytest.mark.parametrize("text", ["", " ", "?!", "\ud800"])
def test_text_without_words_has_no_features(text: str) -> None:
    n, scratch = cut(text)
    assert (n, scratch.borders.tolist()) == (0, [0] * (VIEWS + 1))


def test_word_is_another_feature_in_each_view() -> None:
    _, scratch = cut("vpn vpn")
    found = scratch.features[: scratch.borders[VIEWS]].tolist()
    assert len(set(found)) == 2 + 6 + 2 + 1
