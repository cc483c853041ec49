from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.learn.precedent_index import GAINS, PrecedentIndex, build_index

words = st.sampled_from([f"word{number}" for number in range(12)] + ["vpn", "printer", "printers", "网络", "a"])
texts = st.lists(words, max_size=14).map(" ".join)
histories = st.lists(texts, max_size=40)


def similarities(index: PrecedentIndex, text: str) -> NDArray[np.float64]:
    """The cosine with every row, by sums over all of them."""
    asked = build_index([text], index.repeats)
    place = {key: number for number, key in enumerate(index.keys.tolist())}
    weights, squares = np.zeros(len(index.keys)), 0.0
    for key, entry in zip(asked.keys.tolist(), asked.entries.tolist(), strict=True):
        number = place.get(key)
        weight = (index.unknown_idf if number is None else index.idf[number]) * GAINS[entry & 63]
        squares += weight**2
        if number is not None:
            weights[number] = weight
    rows = np.repeat(np.arange(len(index)), np.diff(index.row_starts))
    features = index.entries >> 6
    values = index.idf[features] * GAINS[index.entries & 63]
    norms = np.sqrt(np.bincount(rows, values**2, len(index)) * max(squares, 1e-300))
    return np.asarray(np.bincount(rows, weights[features] * values, len(index)) / np.maximum(norms, 1e-300))


@given(histories, texts, st.integers(1, 5), st.data())
def test_found_rows_are_those_of_a_comparison_with_every_row(
    history: list[str], text: str, k: int, data: st.DataObject
) -> None:
    index = build_index(history)
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(history), max_size=len(history))), bool)
    end = data.draw(st.integers(0, len(history)))
    expected = np.where(allowed & (np.arange(len(history)) < end), similarities(index, text), 0.0)
    found = index.find(text, k, allowed, range(end))
    assert np.allclose(found.similarities, np.sort(expected[expected > 0.0])[::-1][:k], rtol=1e-12)
    assert np.allclose(expected[found.rows], found.similarities, rtol=1e-12)
    # The search leaves its room as it found it.
    again = index.find(text, k, allowed, range(end))
    assert (again.rows, again.similarities) == (found.rows, found.similarities)


@pytest.mark.parametrize("seed", range(3))
def test_a_search_that_stops_early_finds_what_a_full_one_does(seed: int) -> None:
    generator = np.random.default_rng(seed)
    vocabulary = [f"{number}x" for number in range(2_000)]
    chances = 1.0 / np.arange(1, 2_001)
    chances /= chances.sum()

    def draw() -> str:
        return " ".join(generator.choice(vocabulary, generator.integers(1, 40), p=chances))

    index = build_index([draw() for _ in range(4_000)])
    for _ in range(30):
        text = draw()
        expected = similarities(index, text)
        found = index.find(text, 3)
        assert np.allclose(found.similarities, np.sort(expected)[::-1][:3], rtol=1e-12)
        assert np.allclose(expected[found.rows], found.similarities, rtol=1e-12)


def test_of_equally_near_rows_the_newest_comes_first() -> None:
    assert build_index(["vpn down", "printer", "vpn down", "vpn down"]).find("vpn down", 2).rows == [3, 2]


def test_same_text_is_as_similar_as_can_be_and_nothing_in_common_is_not_found() -> None:
    index = build_index(["vpn down since monday", "printer jam"])
    found = index.find("VPN down since Monday", 2)
    assert found.rows == [0]
    assert found.similarities == pytest.approx([1.0])


def test_endings_of_words_do_not_matter_much_and_signs_are_compared_in_pairs() -> None:
    index = build_index(["printers jammed", "screen flickers", "网络断开", "网"])
    assert index.find("a printer jams", 1).rows == [0]
    assert index.find("网络", 1).rows == [2]


def test_arrays_that_do_not_fit_are_refused() -> None:
    index = build_index(["vpn down", "printer jam"])
    with pytest.raises(ValueError, match="do not fit"):
        PrecedentIndex(index.keys[:-1], index.row_starts, index.entries)
    with pytest.raises(ValueError, match="do not fit"):
        PrecedentIndex(index.keys, index.row_starts[::-1], index.entries)
