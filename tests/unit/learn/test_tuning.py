from __future__ import annotations

from math import inf, log

import pytest
from tests.histories import COLUMNS, constructed_history, take

from triage.learn.fitting import EFFORTS, Effort, choose_model
from triage.learn.linear import Recipe
from triage.learn.tuning import RecipeSearch, trials_within


def searched(seed: int = 0, *, has_text: bool = True) -> list[Recipe]:
    """Search where a strength of 5 is best, and nothing else matters."""
    search = RecipeSearch(has_text=has_text, seed=seed)
    search.know(Recipe(3.0, inf), log(5.0 / 3.0) ** 2)
    search.know(Recipe(0.3, 0.5), log(5.0 / 0.3) ** 2)
    found = []
    for recipes in search.rounds(32):
        found += recipes
        search.tell([log(5.0 / recipe.strength) ** 2 for recipe in recipes])
    return found


def test_search_nears_what_is_best() -> None:
    recipes = searched()
    assert len(recipes) == 32
    distances = [abs(log(5.0 / recipe.strength)) for recipe in recipes]
    assert min(distances) < 0.3
    assert sum(distances[-12:]) < sum(distances[:12])


def test_same_seed_asks_for_the_same_recipes() -> None:
    assert searched(1) == searched(1)
    assert searched(1) != searched(2)


def test_pieces_of_words_are_weighed_only_where_there_are_texts() -> None:
    assert {recipe.pieces for recipe in searched(has_text=False)} == {1.0}
    assert len({recipe.pieces for recipe in searched()}) > 10


def test_half_life_that_hardly_falls_is_none() -> None:
    half_lives = {recipe.half_life for recipe in searched()}
    assert inf in half_lives
    assert max(half_lives - {inf}) <= 2.0


@pytest.mark.parametrize(("n_rows", "n_labels", "trials"), [(300, 5, 24), (17_000, 68, 12), (10**6, 50, 0)])
def test_trials_are_as_many_as_the_work_allows(n_rows: int, n_labels: int, trials: int) -> None:
    assert trials_within(n_rows, n_labels) == trials


def test_thorough_effort_searches_and_chooses_the_same_again() -> None:
    history = constructed_history(200)
    fit, held_out = take(history, range(160)), take(history, range(160, 200))
    tuned = Effort(EFFORTS["thorough"].strengths, EFFORTS["thorough"].half_lives, is_tuned=EFFORTS["thorough"].is_tuned)
    first, recipes = choose_model(fit, held_out, COLUMNS, tuned)
    again, same = choose_model(fit, held_out, COLUMNS, tuned)
    assert recipes == same
    assert first.head("topic").weights.tobytes() == again.head("topic").weights.tobytes()
