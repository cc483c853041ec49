from __future__ import annotations

import numpy as np
import pytest

from triage.learn.doctor.similar import LEAST_COSINE, group_similar
from triage.learn.doctor.vectors import to_bags, weigh


def drawn_texts(n: int, seed: int) -> list[str]:
    generator = np.random.default_rng(seed)
    vocabulary = np.array([f"w{number}" for number in range(60)])
    texts = [" ".join(generator.choice(vocabulary, 14)) for _ in range(n)]
    return texts + [f"{text} w{generator.integers(0, 60)}" for text in texts[: n // 3]]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_groups_are_those_that_comparing_every_pair_gives(seed: int) -> None:
    bags = to_bags(drawn_texts(80, seed))
    weighed = weigh(bags.counts).toarray()
    alike = weighed @ weighed.T >= LEAST_COSINE
    for _ in range(8):
        alike = alike @ alike
    found = group_similar(bags).of_row
    assert np.array_equal(found[:, None] == found[None, :], alike)


def test_one_rare_word_more_parts_two_texts() -> None:
    texts = [
        "the printer is jammed again",
        "the printer is jammed again today-xq12",
        "the vpn is down",
        "the vpn is up",
    ]
    assert len(set(group_similar(to_bags(texts)).of_row.tolist())) == 4


def test_identical_texts_are_found_where_the_rest_is_drawn_by_lot() -> None:
    groups = group_similar(to_bags(drawn_texts(60, 0) * 2), most_pairs=10)
    assert 0 < groups.compared < groups.distinct == 80
    assert groups.repeated().all()


def test_rows_without_text_are_in_no_group() -> None:
    groups = group_similar(to_bags(["", "…"]))
    assert groups.of_row.tolist() == [-1, -1]
    assert not groups.repeated().any()
