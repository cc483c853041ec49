from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from tests.hashed_text import named_features, number_of
from tests.histories import as_inputs, constructed_history

from triage.learn.terms import TermFeatures, in_batches
from triage.learn.text import words
from triage.learn.vocabulary import fit_terms

TEXTS = as_inputs(constructed_history(120)).texts
FITTED = fit_terms(TEXTS)
# Known and unknown words, all scripts, repeated words and words with repeated pieces.
some_text = st.lists(
    st.sampled_from([*words(" ".join(TEXTS[:40])), "unseen", "aaaaaa", "пароль", "新"]), max_size=15
).map(" ".join)


def numbers_of(view: int, text: str) -> list[int]:
    return [number_of(view, name) for name in named_features(text)[view]]


def test_features_are_scikit_learns_tf_idf_of_each_view() -> None:
    at = {key: place for place, key in enumerate(FITTED.keys.tolist())}
    ours = np.zeros((len(TEXTS), len(FITTED)))
    for line, row in zip(ours, FITTED.rows(TEXTS), strict=True):
        line[row.ids] = row.values
    for view, (least, weight) in enumerate([(2, 1.0), (3, 1.0), (2, 0.5), (3, 0.5)]):
        judge = TfidfVectorizer(
            analyzer=lambda text, view=view: numbers_of(view, text), min_df=least, sublinear_tf=True
        )
        theirs = judge.fit_transform(TEXTS).toarray() * weight
        columns = [at[key] for key in judge.get_feature_names_out().tolist()]
        assert len(columns) == FITTED.sizes[view]
        assert ours[:, columns] == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("text", ["", "???", "unheard of"])
def test_text_without_a_known_word_has_no_features(text: str) -> None:
    row = fit_terms(["printer jam", "printer jam", "login"]).row(text)
    assert row.ids.tolist() == row.values.tolist() == []
    assert [row.ids.dtype, row.values.dtype] == [np.dtype(np.int32), np.dtype(np.float64)]


@given(some_text)
def test_each_view_has_a_fixed_length(text: str) -> None:
    row = FITTED.row(text)
    borders = np.cumsum([0, *FITTED.sizes])
    for begin, end, weight in zip(borders, borders[1:], [1.0, 1.0, 0.5, 0.5], strict=False):
        of_view = (row.ids >= begin) & (row.ids < end)
        assert np.sqrt((row.values[of_view] ** 2).sum()) in (0.0, pytest.approx(weight))
    assert len(set(row.ids.tolist())) == len(row.ids)


@given(st.lists(some_text, max_size=8))
def test_row_is_the_same_alone_and_among_others_to_the_last_bit(texts: list[str]) -> None:
    rows = FITTED.rows(texts)
    assert len(rows) == len(texts)
    for text, row in zip(texts, rows, strict=True):
        alone = FITTED.row(text)
        assert (alone.ids.tobytes(), alone.values.tobytes()) == (row.ids.tobytes(), row.values.tobytes())


def test_rows_end_with_the_numbers_of_their_fields() -> None:
    rows = FITTED.rows(TEXTS[:2], np.array([[7, 9], [8, 9]], np.int32))
    for row, text, numbers in zip(rows, TEXTS, ([7, 9], [8, 9]), strict=False):
        of_text = FITTED.row(text)
        assert row.ids.tolist() == [*of_text.ids.tolist(), *numbers]
        assert row.values.tolist() == [*of_text.values.tolist(), 1.0, 1.0]


def test_vocabulary_in_read_only_arrays_gives_the_same_rows() -> None:
    keys, idf = FITTED.keys.copy(), FITTED.idf.copy()
    keys.flags.writeable = idf.flags.writeable = False
    again = TermFeatures(keys, idf, FITTED.sizes)
    assert again.row(TEXTS[0]).values.tobytes() == FITTED.row(TEXTS[0]).values.tobytes()


@pytest.mark.parametrize("sizes", [(1, 0, 0), (1, 1, 0, 0), (0, 0, 0, 0)])
def test_sizes_that_do_not_add_up_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="add up"):
        TermFeatures(np.zeros(1, np.uint64), np.ones(1), sizes)


def test_batches_cover_all_texts_in_order() -> None:
    texts = ["a" * 150_000, "b" * 60_000, "c", *["d"] * 1500]
    found = list(in_batches(texts))
    assert found == [(0, 1), (1, 1001), (1001, 1503)]
    assert list(in_batches([])) == []
    assert [row.ids.tolist() for row in FITTED.rows(texts)][3:] == [[]] * 1500
