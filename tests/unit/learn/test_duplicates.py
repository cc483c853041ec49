from __future__ import annotations

import numpy as np
import pytest

from triage.learn.duplicates import DuplicateRule, fit_close, fit_linked


def test_linked_rule_tells_the_share_of_duplicates_at_a_similarity() -> None:
    generator = np.random.default_rng(0)
    similarities = generator.uniform(0, 1, 20_000)
    chances = 1 / (1 + np.exp(6 - 10 * similarities))
    rule = fit_linked(similarities.tolist(), (generator.random(20_000) < chances).tolist(), [1.0] * 20_000)
    assert rule is not None
    assert rule.probability(0.6) == pytest.approx(0.5, abs=0.03)
    assert rule.probability(0.9) == pytest.approx(0.95, abs=0.02)


def test_too_few_pairs_make_no_rule() -> None:
    assert fit_linked([0.9] * 10 + [0.1] * 500, [True] * 10 + [False] * 500, [1.0] * 510) is None
    assert fit_close([0.9] * 10, [0.1] * 10) is None


def test_close_rule_counts_what_exceeds_chance() -> None:
    generator = np.random.default_rng(0)
    by_chance = generator.beta(2, 6, (2, 4_000))
    # A quarter of the incidents repeats one of the last day.
    recent = np.where(generator.random(4_000) < 0.25, generator.beta(12, 2, 4_000), by_chance[0])
    rule = fit_close(recent.tolist(), by_chance[1].tolist())
    assert rule is not None
    assert rule.probability(0.05) == 0.0
    assert rule.probability(0.9) > 0.75


def test_close_rule_says_nothing_where_the_last_day_is_no_likelier() -> None:
    assert fit_close([0.1, 0.2] * 50, [0.3, 0.4] * 50) is None


@pytest.mark.parametrize("basis", ["linked", "close in time"])
def test_probability_stays_in_bounds_and_rises(basis: str) -> None:
    rule = DuplicateRule(basis, -1_000.0, 2_000.0, 99)  # type: ignore[arg-type]  # both are allowed
    found = [rule.probability(similarity) for similarity in np.linspace(0, 1, 11).tolist()]
    assert found == sorted(found)
    assert 0.0 <= found[0] <= found[-1] <= 1.0
