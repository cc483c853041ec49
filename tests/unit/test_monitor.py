from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.domain import ModelRef
from triage.monitor import Place, Standing, Tally, evidence_against, find_broken

DESK, NEXT = ModelRef("desk", "1"), ModelRef("desk", "2")
GROUP = Place(DESK, "group")
PROMISES = {(DESK, "group"): 0.95}

tallies = st.integers(0, 500).flatmap(lambda n: st.builds(Tally, st.just(n), st.integers(0, n)))


@pytest.mark.parametrize("rate", [0.05, 0.03])
def test_kept_promise_is_given_up_in_at_most_one_of_a_hundred_however_often_one_looks(rate: float) -> None:
    generator = np.random.default_rng(0)
    given_up = 0
    for _ in range(200):
        wrong = np.cumsum(generator.random(1000) < rate)
        given_up += any(evidence_against(Tally(n, int(wrong[n - 1])), 0.05) >= 100 for n in range(1, 1001, 5))
    assert given_up <= 200 * 0.01 + 3 * np.sqrt(200 * 0.01 * 0.99)


@pytest.mark.parametrize(("rate", "within"), [(0.3, 80), (0.15, 300), (0.1, 900)])
def test_broken_promise_is_found_soon(rate: float, within: int) -> None:
    generator = np.random.default_rng(1)
    wrong = (generator.random((50, within)) < rate).sum(axis=1)
    assert np.median([evidence_against(Tally(within, int(each)), 0.05) for each in wrong]) >= 200


@given(tallies, st.sampled_from([0.01, 0.05, 0.2, 0.5]))
def test_evidence_is_a_number_that_grows_with_each_wrong_label(tally: Tally, error_rate: float) -> None:
    found = evidence_against(tally, error_rate)
    assert 0.0 <= found < np.inf
    if tally.wrong < tally.n:
        assert evidence_against(Tally(tally.n, tally.wrong + 1), error_rate) >= found


def test_errors_that_are_heard_of_before_they_are_counted_are_evidence_too() -> None:
    assert evidence_against(Tally(0, 10), 0.05) >= 100


@given(st.lists(tallies, max_size=4), st.lists(tallies, max_size=4))
def test_order_of_evidence_does_not_matter(automatic: list[Tally], audited: list[Tally]) -> None:
    parts = [*(Standing(one) for one in automatic), *(Standing(audited=one) for one in audited)]
    forth, back = sum(parts, start=Standing()), sum(parts[::-1], start=Standing())
    assert find_broken({GROUP: forth}, PROMISES) == find_broken({GROUP: back}, PROMISES)


def test_nothing_is_broken_without_evidence() -> None:
    assert find_broken({}, PROMISES) == {}
    assert find_broken({Place(DESK, "group", "network"): Standing(Tally(1000, 40))}, PROMISES) == {}


def test_label_that_errs_somewhat_more_than_the_promise_stays_where_the_whole_is_kept() -> None:
    standings = {
        Place(DESK, "group", "network"): Standing(Tally(300, 25)),
        Place(DESK, "group", "mail"): Standing(Tally(3000, 30)),
    }
    assert find_broken(standings, PROMISES) == {}


def test_label_that_errs_far_more_often_is_withdrawn_alone() -> None:
    standings = {
        Place(DESK, "group", "network"): Standing(Tally(100, 40)),
        Place(DESK, "group", "mail"): Standing(Tally(5000, 50)),
    }
    assert list(find_broken(standings, PROMISES)) == [Place(DESK, "group", "network")]


def test_target_is_withdrawn_by_what_its_labels_show_together() -> None:
    standings = {Place(DESK, "group", f"label {number}"): Standing(Tally(40, 4)) for number in range(30)}
    assert list(find_broken(standings, PROMISES)) == [GROUP]


def test_audited_labels_are_evidence_by_themselves() -> None:
    [(place, why)] = find_broken(
        {
            Place(DESK, "group", "a"): Standing(audited=Tally(40, 8)),
            Place(DESK, "group", "b"): Standing(audited=Tally(40, 8)),
        },
        PROMISES,
    ).items()
    assert place == GROUP
    assert why == (
        "of 0 automatic labels of group people say that 0 are wrong, and of 80 left to people for audit 16, where a "
        "precision of 95% was promised"
    )


def test_evidence_on_another_version_says_nothing() -> None:
    assert find_broken({Place(NEXT, "group", "network"): Standing(Tally(100, 90))}, PROMISES) == {}
