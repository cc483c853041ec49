from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.learn.test_precedent_index import histories, texts

from triage.learn.precedent_index import PrecedentIndex, build_index
from triage.learn.recent_index import RecentIndex


@given(histories, histories, texts, st.integers(1, 4))
def test_added_rows_are_found_as_if_they_had_been_there_from_the_first(
    built: list[str], added: list[str], text: str, k: int
) -> None:
    base = build_index(built)
    recent = RecentIndex(base, 100)
    for one in added:
        recent.add(one)
    found = recent.find(text, k)
    expected = np.array([_cosine(base, text, row) for row in added])
    assert np.allclose(found.similarities, np.sort(expected[expected > 1e-12])[::-1][:k], rtol=1e-9)
    assert np.allclose(expected[found.rows], found.similarities, rtol=1e-9)
    assert recent.find(text, k).similarities == found.similarities


def test_rows_are_added_without_end_until_it_is_full() -> None:
    base = build_index(["vpn down", "printer jam"])
    recent = RecentIndex(base, 500)
    for number in range(500):
        recent.add(f"ticket{number} of host{number} about vpn" + " more" * (number % 3))
    assert recent.is_full
    assert recent.find("ticket77 of host77", 1).rows == [77]
    assert recent.find("vpn", 2, rows=range(10)).rows[0] < 10
    with pytest.raises(ValueError, match="takes no more"):
        recent.add("one more")


def _cosine(base: PrecedentIndex, one: str, other: str) -> float:
    """What two texts have in common, by what an index says of how rare each feature is."""
    vectors = []
    for text in (one, other):
        asked = build_index([text], base.repeats)
        place = {key: number for number, key in enumerate(base.keys.tolist())}
        vectors.append(
            {
                key: (base.unknown_idf if key not in place else base.idf[place[key]]) * base.lists.gains[entry & 63]
                for key, entry in zip(asked.keys.tolist(), asked.entries.tolist(), strict=True)
            }
        )
    norms = [np.sqrt(sum(value**2 for value in vector.values())) for vector in vectors]
    return float(
        sum(value * vectors[1].get(key, 0.0) for key, value in vectors[0].items()) / max(np.prod(norms), 1e-300)
    )
