from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.histories import COLUMNS, PLAIN, as_inputs, constructed_history, fitted_model, labels_of, nested, take

from triage.errors import BundleRefused
from triage.learn.answers import RowAnswer
from triage.learn.features import fit_features
from triage.learn.fitting import choose_model
from triage.learn.inputs import Inputs
from triage.learn.lineage import find_parents, to_lineage
from triage.learn.missing_fitting import with_missing_fields
from triage.learn.model import IncidentModel
from triage.learn.unit_heads import fit_unit_heads
from triage.learn.unit_kernel import SHARED
from triage.parts import Part

FRESH = as_inputs(constructed_history(40, seed=99))
TARGETS = ("topic", "impact", "urgency", "priority")


@cache
def bagged_model() -> IncidentModel:
    """Return a model with hidden units that knows what missing fields would tell; nothing changes it."""
    history = constructed_history(200)
    model = fit_unit_heads(fit_features(as_inputs(history), COLUMNS), as_inputs(history), labels_of(history), 1)
    return with_missing_fields(model, (as_inputs(history), labels_of(history)), as_inputs(history))


def through_json(part: Part) -> Part:
    document = json.loads(json.dumps(part.document, sort_keys=True))
    return Part({name: array.copy() for name, array in part.arrays.items()}, document)


def bits(answers: list[RowAnswer]) -> list[list[bytes]]:
    return [[answer.answers[target].probabilities.tobytes() for target in TARGETS] for answer in answers]


def test_model_with_lineage_is_stored_answers_alike_and_gives_the_other_target_as_a_reason() -> None:
    history = nested(constructed_history(240))
    fit, held_out = take(history, range(200)), take(history, range(200, 240))
    model, _ = choose_model(fit, held_out, COLUMNS, PLAIN)
    model = replace(model, lineage=to_lineage(find_parents(fit[1]), fit[1]))
    assert model.parents == {"kind": "topic"}
    again = IncidentModel.from_part(through_json(model.to_part()))
    assert again.lineage == model.lineage
    found = again.probabilities(held_out[0])
    for at, answer in enumerate(again.answer(held_out[0], 60)):
        assert [each.probabilities.tobytes() for each in answer.answers.values()] == [
            found[target][at].tobytes() for target in answer.answers
        ]
        kind, topic = answer.answers["kind"], answer.answers["topic"]
        assert kind.ranked[0].label.startswith(topic.ranked[0].label)
        assert [reason.value for reason in kind.reasons if reason.kind == "target"] == [topic.ranked[0].label]
        # With what hidden units' biases and intercepts add, of which there are none here but the latter.
        head, best = model.head("kind"), kind.probabilities.argmax()
        given = sum(reason.contribution for reason in kind.reasons)
        base = (head.intercept[best] - head.intercept.mean()) * head.calibration.scale
        logs = np.log(kind.probabilities)
        assert given + base == pytest.approx(logs[best] - logs.mean(), abs=1e-5)


def one(text: str = "", site: str | None = None, opened: str | None = None) -> Inputs:
    hour_and_day = {name: [opened] for name in COLUMNS.field_names[2:]}
    return Inputs([text], {"site": [site], "reported_by": [None], **hour_and_day})


def test_stored_model_gives_the_same_answers_and_reasons_to_the_last_bit() -> None:
    model = fitted_model()
    again = IncidentModel.from_part(through_json(model.to_part()))
    assert again.columns == model.columns
    ours, theirs = list(model.answer(FRESH)), list(again.answer(FRESH))
    assert bits(ours) == bits(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.is_blank == other.is_blank
        for target in TARGETS:
            assert mine.answers[target].reasons == other.answers[target].reasons


def test_storing_twice_gives_the_same_part() -> None:
    part = fitted_model().to_part()
    again = IncidentModel.from_part(through_json(part)).to_part()
    assert again.document == part.document
    assert {name: array.tobytes() for name, array in again.arrays.items()} == {
        name: array.tobytes() for name, array in part.arrays.items()
    }
    assert {array.dtype.kind for array in part.arrays.values()} == {"f", "i", "u"}


@given(st.lists(st.integers(0, 39), min_size=1, max_size=8))
def test_answer_depends_on_nothing_but_its_row(chosen: list[int]) -> None:
    together = bits(list(fitted_model().answer(FRESH.take(chosen))))
    apart = [bits(list(fitted_model().answer(FRESH.take([row]))))[0] for row in chosen]
    assert together == apart


def test_answers_are_what_the_heads_say_of_many_rows() -> None:
    model = fitted_model()
    answers = list(model.answer(FRESH))
    for head in model.heads:
        together = model.probabilities(FRESH)[head.target]
        assert [answer.answers[head.target].probabilities.tobytes() for answer in answers] == [
            row.tobytes() for row in together
        ]
        assert together == pytest.approx(head.calibration.apply(head.margins(model.features.rows(FRESH))), abs=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_reasons_add_up_to_the_centred_log_odds_less_the_intercept(target: str) -> None:
    head = fitted_model().head(target)
    without_row = head.intercept * head.calibration.scale
    for answer in fitted_model().answer(FRESH, most_reasons=10_000):
        found = answer.answers[target]
        log_odds, best = np.log(found.probabilities), found.probabilities.argmax()
        expected = (log_odds[best] - log_odds.mean()) - (without_row[best] - without_row.mean())
        assert sum(reason.contribution for reason in found.reasons) == pytest.approx(expected, abs=1e-9)


def test_reasons_are_the_largest_first_and_bounded() -> None:
    inputs = one("the vpn gateway router is down, wlan too", "Bonn")
    everything = next(fitted_model().answer(inputs, most_reasons=10_000)).answers["topic"].reasons
    sizes = [abs(reason.contribution) for reason in everything]
    assert sizes == sorted(sizes, reverse=True)
    assert next(fitted_model().answer(inputs, most_reasons=3)).answers["topic"].reasons == everything[:3]
    assert len(next(fitted_model().answer(inputs)).answers["topic"].reasons) == 6


def test_words_of_the_topic_are_the_reasons_for_it() -> None:
    found = next(fitted_model().answer(one("please help, 打印机 卡纸, toner"))).answers["topic"]
    assert found.ranked[0].label == "printing"
    first = found.reasons[0]
    assert (first.kind, first.contribution > 0) == ("term", True)
    assert set(first.name.split()) <= {"打", "印", "机", "卡", "纸", "toner"}


@pytest.mark.parametrize(
    "inputs",
    [one(), one("unheard of", "Atlantis"), one("新的问题"), one("🦆" * 500), one(opened="99"), one("a" * 5000)],
)
def test_whatever_was_never_seen_is_answered(inputs: Inputs) -> None:
    for found in next(fitted_model().answer(inputs, most_reasons=10_000)).answers.values():
        assert found.probabilities.sum() == pytest.approx(1.0, abs=1e-12)
        assert all(np.isfinite(reason.contribution) for reason in found.reasons)


def test_incident_that_gives_nothing_is_blank_though_its_hour_is_known() -> None:
    assert next(fitted_model().answer(one(opened="3"))).is_blank
    assert not next(fitted_model().answer(one("vpn"))).is_blank
    assert not next(fitted_model().answer(one(site="Bonn"))).is_blank


def cut(name: str, *, rows: int = 1, columns: int = 0) -> Part:
    """Return a stored model of which some arrays are too short by so much."""
    part = (fitted_model() if name == "weights_" else bagged_model()).to_part()
    arrays = dict(part.arrays)
    for each in (each for each in arrays if each.rstrip("0123456789") == name):
        array = arrays[each]
        arrays[each] = array[: len(array) - rows, ..., : array.shape[-1] - columns] if array.ndim > 1 else array[:-1]
    return Part(arrays, part.document)


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("weights_", 1, 0),
        ("weights_", 0, 1),
        ("intercept_", 1, 0),
        ("outputs_", 1, 0),
        ("outputs_", 0, 1),
        ("field_shares", 1, 0),
        ("field_shares", 0, 1),
        ("field_slopes", 1, 0),
        ("field_slopes", 0, 1),
        ("keys", 1, 0),
    ],
)
def test_arrays_that_do_not_fit_each_other_are_refused_as_kernels_look_at_no_bounds(
    name: str, rows: int, columns: int
) -> None:
    with pytest.raises(BundleRefused):
        IncidentModel.from_part(cut(name, rows=rows, columns=columns))


def test_hidden_units_of_other_features_and_fields_of_other_columns_are_refused() -> None:
    part = bagged_model().to_part()
    n_kept = SHARED * (len(part.arrays["embedding_steps"]) - 1)
    short = {
        "embeddings": part.arrays["embeddings"][:n_kept],
        "embedding_steps": part.arrays["embedding_steps"][:-1],
    }
    with pytest.raises(BundleRefused):
        IncidentModel.from_part(Part({**part.arrays, **short}, part.document))
    columns = part.document["columns"]
    assert isinstance(columns, dict)
    other = {**part.document, "columns": {**columns, "fields": ["site", "another"]}}
    with pytest.raises(BundleRefused):
        IncidentModel.from_part(Part(part.arrays, other))
