from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.histories import COLUMNS, as_inputs, constructed_history, labels_of

from triage.learn.features import fit_features
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.learning_curve import CurveDraw, draw_curves
from triage.learn.linear import Recipe

HISTORY = constructed_history(400)
INPUTS = as_inputs(HISTORY)
FEATURES = fit_features(INPUTS, COLUMNS)
RECIPES = {"topic": Recipe(3.0, 0.5)}


def drawn(labels: Sequence[str | None]) -> list[CurveDraw]:
    return draw_curves(FEATURES, INPUTS, {"topic": labels}, RECIPES)["topic"]


def test_heads_learn_from_growing_parts_and_are_judged_on_the_same_other_tickets() -> None:
    draws = drawn(labels_of(HISTORY)["topic"])
    assert len(draws) == 4
    for draw in draws:
        assert draw.sizes.tolist() == [70, 140, 280]
        assert draw.right.shape == draw.confidence.shape == (3, 120)
    accuracy = np.mean([draw.right.mean(axis=1) for draw in draws], axis=0)
    assert accuracy[-1] > accuracy[0]
    assert accuracy[-1] > 0.8


def test_tickets_without_a_label_are_neither_learnt_from_nor_judged() -> None:
    labels = [label if at % 2 else None for at, label in enumerate(labels_of(HISTORY)["topic"])]
    draws = drawn(labels)
    assert all(draw.sizes[-1] + draw.right.shape[1] == 200 for draw in draws)


def test_same_rows_give_the_same_draws_and_parts_of_one_label_none() -> None:
    labels = labels_of(HISTORY)["topic"]
    first, again = drawn(labels), drawn(labels)
    assert all(one.confidence.tobytes() == other.confidence.tobytes() for one, other in zip(first, again, strict=True))
    assert drawn(["network"] * 399 + ["access"]) == []


def test_parts_whose_tickets_say_nothing_teach_what_is_commonest() -> None:
    texts = ["printer jam" if at % 100 < 2 else "" for at in range(300)]
    inputs, columns = Inputs(texts, {}), InputColumns(("text",), (), opened_at=False)
    labels = ["a" if at % 3 else "b" for at in range(300)]
    draws = draw_curves(fit_features(inputs, columns), inputs, {"topic": labels}, RECIPES)["topic"]
    assert draws
    assert all(0.5 < draw.right.mean() < 0.85 for draw in draws)


def test_one_judged_ticket_is_too_few() -> None:
    generator = np.random.default_rng(0)
    # Of the rows of the first draw that are judged, one has a label.
    order = generator.permutation(400)
    labels: list[str | None] = [None] * 400
    for at, row in enumerate(order[120:]):
        labels[row] = "ab"[at % 2]
    labels[order[0]] = "a"
    assert all(draw.right.shape[1] > 1 for draw in drawn(labels))
