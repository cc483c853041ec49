from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf

import numpy as np
import pytest
from tests.histories import COLUMNS, as_inputs, constructed_history, labels_of, take

from triage.errors import DataError
from triage.learn.fitting import EFFORTS, Effort, check_labels, choose_model, refit_model
from triage.learn.inputs import InputColumns, Inputs, from_frame
from triage.learn.linear import Recipe
from triage.learn.model import IncidentModel
from triage.measure.calibration import Calibration

HISTORY = constructed_history(200, priority=True)
HISTORY = replace(HISTORY, targets=HISTORY.targets[["topic", "impact"]])
FIT, HELD_OUT = take(HISTORY, range(140)), take(HISTORY, range(140, 200))
ONE_FIELD = InputColumns((), ("colour",), opened_at=False)


def chosen(fit: tuple[Inputs, dict[str, list[str | None]]] = FIT) -> IncidentModel:
    return choose_model(fit, HELD_OUT, COLUMNS, tried(1.0, 10.0))[0]


@cache
def model() -> IncidentModel:
    return chosen()


def bytes_of(model: IncidentModel) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in model.to_part().arrays.items()}


def tried(*strengths: float) -> Effort:
    """Return an effort to which every row counts the same."""
    return Effort(strengths, (inf,))


def colours(*values: str) -> Inputs:
    return Inputs([""] * len(values), {"colour": list(values)})


def test_same_rows_give_the_same_model_to_the_last_byte() -> None:
    again = chosen()
    assert bytes_of(again) == bytes_of(model())
    assert again.to_part().document == model().to_part().document


def test_order_of_training_rows_does_not_change_the_answers() -> None:
    order = np.random.default_rng(0).permutation(140).tolist()
    shuffled = FIT[0].take(order), {name: [labels[row] for row in order] for name, labels in FIT[1].items()}
    second = chosen(shuffled)
    assert second.features.terms.keys.tobytes() == model().features.terms.keys.tobytes()
    rows = second.features.rows(HELD_OUT[0])
    for ours, theirs in zip(model().heads, second.heads, strict=True):
        # The solver stops when its steps are small, a little elsewhere for every order.
        assert ours.probabilities(rows) == pytest.approx(theirs.probabilities(rows), abs=1e-4)


def test_order_of_field_columns_does_not_change_the_answers() -> None:
    columns = InputColumns(COLUMNS.text, tuple(reversed(COLUMNS.fields)), COLUMNS.opened_at)
    inputs = from_frame(HISTORY.inputs[HISTORY.inputs.columns[::-1]], HISTORY.opened_at, columns)
    fit, held_out = (inputs.take(range(140)), FIT[1]), (inputs.take(range(140, 200)), HELD_OUT[1])
    turned, _ = choose_model(fit, held_out, columns, tried(1.0, 10.0))
    for ours, theirs in zip(model().heads, turned.heads, strict=True):
        first = ours.probabilities(model().features.rows(HELD_OUT[0]))
        second = theirs.probabilities(turned.features.rows(held_out[0]))
        assert first == pytest.approx(second, abs=1e-9)


def test_what_is_learnt_beats_the_commonest_label() -> None:
    head = model().head("topic")
    truth = [head.classes.index(label or "") for label in HELD_OUT[1]["topic"]]
    right = head.probabilities(model().features.rows(HELD_OUT[0])).argmax(axis=1) == truth
    assert right.mean() > 0.7 > max(np.bincount(truth)) / len(truth)


def test_rows_without_a_label_are_not_fitted_on() -> None:
    # Both fits see the same colours, and so the same features; the rows between say nothing of the topic.
    labels: list[str | None] = ["r", "b"] * 20
    gaps: list[str | None] = [None, None] * 20
    with_gaps = colours(*["red", "blue"] * 20, *["blue", "red"] * 20), {"topic": [*labels, *gaps]}
    first, _ = choose_model(with_gaps, (colours(), {"topic": []}), ONE_FIELD, tried(1.0))
    second, _ = choose_model(
        (colours(*["red", "blue"] * 20), {"topic": labels}), (colours(), {"topic": []}), ONE_FIELD, tried(1.0)
    )
    assert bytes_of(first) == bytes_of(second)


def test_strength_that_does_best_on_held_out_rows_is_chosen() -> None:
    # Weights held near zero answer with the commonest label; free ones follow the colour.
    fit = colours(*["red", "blue"] * 20, *["red"] * 20), {"topic": ["r", "b"] * 20 + ["r"] * 20}
    held_out = colours("red", "blue", "blue"), {"topic": ["r", "b", "b"]}
    _, recipes = choose_model(fit, held_out, ONE_FIELD, tried(1e-6, 1.0))
    assert recipes == {"topic": Recipe(1.0, inf)}


def test_macro_f1_decides_where_log_losses_are_a_tie() -> None:
    fit = colours(*["red"] * 30, *["blue"] * 10), {"topic": ["r"] * 30 + ["b"] * 10}
    # Six rows cannot tell whether the commonest label throughout (mean loss .45) is better than the colours (.56).
    held_out = colours("red", "red", "red", "blue", "blue", "blue"), {"topic": [*"rrrrrb"]}
    _, recipes = choose_model(fit, held_out, ONE_FIELD, tried(1e-6, 1.0))
    assert recipes == {"topic": Recipe(1.0, inf)}


def test_log_loss_decides_where_it_can_though_the_answers_are_the_same() -> None:
    # "r" is likelier throughout, but only who follows the colours knows how much.
    colour_of, topic_of = ["red"] * 40 + ["blue"] * 40, ["r"] * 40 + ["r", "r", "r", "b", "b"] * 8
    fit = colours(*colour_of), {"topic": topic_of}
    _, recipes = choose_model(fit, fit, ONE_FIELD, tried(1e-6, 1.0))
    assert recipes == {"topic": Recipe(1.0, inf)}


def test_row_weighs_half_after_a_half_life() -> None:
    # Each "b" is twenty rows newer than an "r", which is one half-life; nearly free weights follow the odds.
    fit = colours(*["red"] * 40), {"topic": ["r"] * 20 + ["b"] * 20}
    fitted, _ = choose_model(fit, (colours(), {"topic": []}), ONE_FIELD, Effort((1e6,), (0.5,)))
    assert fitted.head("topic").classes == ("b", "r")
    found = fitted.head("topic").probabilities(fitted.features.rows(colours("red")))
    assert found[0] == pytest.approx([2 / 3, 1 / 3], abs=1e-3)


def test_half_life_that_does_best_on_held_out_rows_is_chosen() -> None:
    # What was true of the older rows no longer is.
    fit = colours(*["red", "blue"] * 60), {"topic": ["r", "b"] * 40 + ["b", "r"] * 20}
    held_out = colours("red", "blue"), {"topic": ["b", "r"]}
    _, recipes = choose_model(fit, held_out, ONE_FIELD, Effort((1.0,), (inf, 0.1)))
    assert recipes == {"topic": Recipe(1.0, 0.1)}
    _, recipes = choose_model(fit, (held_out[0], {"topic": ["r", "b"]}), ONE_FIELD, Effort((1.0,), (inf, 0.1)))
    assert recipes == {"topic": Recipe(1.0, inf)}


@pytest.mark.parametrize("labels", [[None, None], ["never fitted", "nor this"]])
def test_held_out_rows_that_say_nothing_leave_the_first_recipe_uncalibrated(labels: list[str | None]) -> None:
    fit = colours(*["red", "blue"] * 20), {"topic": ["r", "b"] * 20}
    nothing_told = colours("red", "blue"), {"topic": labels}
    fitted, recipes = choose_model(fit, nothing_told, ONE_FIELD, Effort((3.0, 1.0), (0.5, inf)))
    assert fitted.head("topic").calibration == Calibration(1.0)
    assert recipes == {"topic": Recipe(3.0, 0.5)}


def test_no_held_out_rows_are_enough() -> None:
    fitted, recipes = choose_model(FIT, take(HISTORY, range(0)), COLUMNS, tried(3.0))
    assert set(recipes.values()) == {Recipe(3.0, inf)}
    assert [head.target for head in fitted.heads] == list(FIT[1])


def test_two_labels_are_answered_symmetrically() -> None:
    fit = colours(*["red", "blue"] * 20), {"topic": ["r", "b"] * 20}
    fitted, _ = choose_model(fit, (colours(), {"topic": []}), ONE_FIELD, tried(1.0))
    head = fitted.head("topic")
    assert head.classes == ("b", "r")
    assert head.weights[:, 0].tolist() == (-head.weights[:, 1]).tolist()
    blue, red = head.probabilities(fitted.features.rows(colours("blue", "red")))
    assert blue.tolist() == pytest.approx(red[::-1].tolist(), abs=1e-6)
    assert blue[0] > 0.8


def test_every_target_with_a_single_label_is_named() -> None:
    labels: dict[str, list[str | None]] = {"topic": ["a", "b"], "group": ["only", None], "kind": [None, None]}
    with pytest.raises(DataError, match=r"group, kind") as caught:
        check_labels(labels)
    assert [(problem.where, problem.got) for problem in caught.value.problems] == [("group", "only"), ("kind", "")]
    with pytest.raises(DataError, match=r"group, kind"):
        choose_model((colours("red", "blue"), labels), (colours(), {}), ONE_FIELD, tried(1.0))


def test_texts_that_share_no_word_cannot_be_learnt_from() -> None:
    inputs = Inputs(["aaa", "bbb", "ccc"], {})
    with pytest.raises(DataError, match="no two of the texts"):
        choose_model(
            (inputs, {"topic": ["a", "b", "a"]}),
            (Inputs([], {}), {"topic": []}),
            InputColumns(("title",), (), opened_at=False),
            tried(1.0),
        )


def test_refit_learns_new_labels_and_keeps_the_calibration() -> None:
    judged, recipes = choose_model(FIT, HELD_OUT, COLUMNS, tried(3.0))
    labels = labels_of(HISTORY)
    labels["topic"][-3:] = ["a new topic"] * 3
    served = refit_model(judged, as_inputs(HISTORY), labels, recipes)
    before, after = judged.head("topic"), served.head("topic")
    assert after.classes == ("a new topic", *before.classes)
    assert after.calibration == before.calibration
    assert [head.target for head in served.heads] == [head.target for head in judged.heads]
    assert len(served.features) > len(judged.features)


def test_calibration_does_not_move_the_weights() -> None:
    fit_only, _ = choose_model(FIT, take(HISTORY, range(0)), COLUMNS, tried(3.0))
    calibrated, _ = choose_model(FIT, HELD_OUT, COLUMNS, tried(3.0))
    for plain, head in zip(fit_only.heads, calibrated.heads, strict=True):
        assert replace(head, calibration=plain.calibration).weights.tobytes() == plain.weights.tobytes()
        assert head.calibration.scale != plain.calibration.scale


def test_recipe_without_a_half_life_is_json() -> None:
    assert Recipe(3.0, inf).as_document() == {
        "strength": 3.0,
        "half_life": None,
        "shares": [1.0],
        "shifts": {},
        "pieces": 1.0,
    }
    mixed = Recipe(3.0, 0.3, (0.4, 0.6), (("vpn", -0.1),))
    assert mixed.as_document() == {
        "strength": 3.0,
        "half_life": 0.3,
        "shares": [0.4, 0.6],
        "shifts": {"vpn": -0.1},
        "pieces": 1.0,
    }


def test_more_effort_tries_all_that_less_effort_does() -> None:
    quick, normal, thorough = (EFFORTS[effort] for effort in ("quick", "normal", "thorough"))
    assert set(quick.strengths) < set(normal.strengths) <= set(thorough.strengths)
    assert set(quick.half_lives) < set(normal.half_lives) <= set(thorough.half_lives)
    assert [effort.is_tuned for effort in (quick, normal, thorough)] == [False, False, True]
