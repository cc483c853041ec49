from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hashed_text import named_features, number_of
from tests.histories import COLUMNS, as_inputs, constructed_history
from tests.unit.learn.rounded import embeddings_of

from triage.domain import Reason
from triage.learn.answers import MOST_LABELS, Answerer
from triage.learn.bags import NO_BAG, Bag, to_bag
from triage.learn.features import Features, fit_features
from triage.learn.fields import fit_fields
from triage.learn.heads import Head
from triage.learn.inputs import OPENED_HOUR, InputColumns, Inputs
from triage.learn.terms import TermFeatures
from triage.learn.text import words
from triage.learn.vocabulary import fit_terms
from triage.measure.calibration import Calibration, softmax

INPUTS = as_inputs(constructed_history(120))
FEATURES = fit_features(INPUTS, COLUMNS)
NO_COLUMNS = InputColumns((), (), opened_at=False)
# More than any text here has.
ALL = 10_000
some_text = st.lists(
    st.sampled_from([*words(" ".join(INPUTS.texts[:40])), "unseen", "aaaaaa", "пароль", "新"]), max_size=15
).map(" ".join)


def drawn_head(target: str, n_classes: int, n_units: int, seed: int) -> Head:
    generator = np.random.default_rng(seed)
    return Head(
        target=target,
        classes=tuple(f"label {number}" for number in range(n_classes)),
        weights=generator.normal(size=(len(FEATURES), n_classes)).astype(np.float32),
        intercept=generator.normal(size=n_classes),
        calibration=Calibration(0.6),
        outputs=generator.normal(size=(n_units, n_classes)).astype(np.float32),
    )


def drawn_bag(n_units: int) -> Bag:
    generator = np.random.default_rng(9)
    return to_bag(
        [generator.normal(size=(len(FEATURES), n_units)).astype(np.float32)],
        generator.normal(size=n_units).astype(np.float32),
    )


# Two heads, one of them with fewer labels than are ranked; an odd number of units.
HEADS = [drawn_head("topic", 9, 17, 0), drawn_head("urgency", 3, 17, 1)]
BAG = drawn_bag(17)
ANSWERER = Answerer(FEATURES, HEADS, BAG)


def dense(inputs: Inputs) -> np.ndarray:
    matrix = np.zeros((len(inputs), len(FEATURES)))
    for line, row in zip(matrix, FEATURES.rows(inputs), strict=True):
        line[row.ids] = row.values
    return matrix


def reasons_of(features: Features, inputs: Inputs, contributions: dict[int, float], most: int = ALL) -> list[Reason]:
    """Give each feature of the first row what it is to add to the likelier of two labels, and return the reasons."""
    weights = np.zeros((len(features), 2))
    row = features.rows(inputs)[0]
    for number, value in zip(row.ids.tolist(), row.values.tolist(), strict=True):
        weights[number] = np.array([-1.0, 1.0]) * contributions[number] / value
    head = Head("topic", ("no", "yes"), weights.astype(np.float32), np.array([0.0, 1e6]), Calibration())
    return list(next(Answerer(features, [head], NO_BAG).answer(inputs, most)).answers["topic"].reasons)


def spread(terms: TermFeatures, text: str, contributions: dict[int, float]) -> dict[str, float]:
    """Hand what features add to the words and pairs that they come from."""
    found = reasons_of(Features(NO_COLUMNS, terms, fit_fields({})), Inputs([text], {}), contributions)
    assert {reason.kind for reason in found} <= {"term"}
    assert len({reason.name for reason in found}) == len(found)
    return {reason.name: reason.contribution for reason in found}


def of_keys(keys: list[tuple[int, str]], sizes: tuple[int, ...]) -> TermFeatures:
    hashes = [number_of(view, tuple(name.split("|"))) for view, name in keys]
    return TermFeatures(np.array(hashes, np.uint64), np.ones(len(keys)), sizes)


def test_probabilities_are_those_of_the_dense_network() -> None:
    matrix = dense(INPUTS)
    levels = np.maximum(matrix @ embeddings_of(BAG) + BAG.bias, 0.0)
    found = ANSWERER.probabilities(INPUTS)
    for head, (first, end) in zip(HEADS, [(0, 9), (9, 12)], strict=True):
        expected = softmax((matrix @ head.weights + levels @ head.outputs + head.intercept) * 0.6)
        assert found[:, first:end] == pytest.approx(expected, abs=1e-12)


def test_labels_are_ranked_first_ones_first_and_at_most_five() -> None:
    for answer, row in zip(ANSWERER.answer(INPUTS, 0), ANSWERER.probabilities(INPUTS), strict=True):
        for target, of_head in (("topic", row[:9]), ("urgency", row[9:])):
            found = answer.answers[target]
            assert found.probabilities.tobytes() == of_head.tobytes()
            best = np.argsort(-of_head, kind="stable")[:MOST_LABELS].tolist()
            assert found.ranked == tuple((f"label {at}", of_head[at]) for at in best)
            assert found.reasons == ()


def test_equally_likely_labels_are_ranked_in_their_order() -> None:
    head = Head("topic", tuple("abcdefg"), np.zeros((len(FEATURES), 7), np.float32), np.zeros(7), Calibration())
    found = next(Answerer(FEATURES, [head], NO_BAG).answer(INPUTS, 0)).answers["topic"]
    assert [label for label, _ in found.ranked] == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("most", [1, 6, ALL])
def test_reasons_are_the_largest_exact_contributions(most: int) -> None:
    matrix = dense(INPUTS)
    levels = np.maximum(matrix @ embeddings_of(BAG) + BAG.bias, 0.0)
    for at, answer in enumerate(ANSWERER.answer(INPUTS.take(range(30)), most)):
        for head in HEADS:
            found = answer.answers[head.target]
            best = found.probabilities.argmax()
            direct = head.weights[:, best] - head.weights.mean(axis=1, dtype=np.float64)
            outputs = head.outputs[:, best] - head.outputs.mean(axis=1, dtype=np.float64)
            through = embeddings_of(BAG) @ np.where(levels[at] > 0.0, outputs, 0.0)
            sizes = [abs(reason.contribution) for reason in found.reasons]
            assert sizes == sorted(sizes, reverse=True)
            if most == ALL:
                total = sum(reason.contribution for reason in found.reasons)
                assert total == pytest.approx(float(matrix[at] @ (direct + through)) * 0.6, abs=1e-4)
            else:
                assert len(found.reasons) == most


def test_linear_head_beside_one_with_hidden_units_stays_linear() -> None:
    linear = drawn_head("plain", 4, 0, 3)
    alone, beside = Answerer(FEATURES, [linear], NO_BAG), Answerer(FEATURES, [HEADS[0], linear], BAG)
    for one, other in zip(alone.answer(INPUTS, 3), beside.answer(INPUTS, 3), strict=True):
        assert one.answers["plain"].probabilities.tobytes() == other.answers["plain"].probabilities.tobytes()
        assert one.answers["plain"].reasons == other.answers["plain"].reasons


@given(st.lists(st.integers(0, 119), min_size=1, max_size=8), st.sampled_from([0, 2]))
def test_answer_is_the_same_alone_and_among_others_to_the_last_bit(chosen: list[int], most: int) -> None:
    for row, together in zip(chosen, ANSWERER.answer(INPUTS.take(chosen), most), strict=True):
        alone = next(ANSWERER.answer(INPUTS.take([row]), most))
        assert repr(alone) == repr(together)
        assert alone.answers["topic"].probabilities.tobytes() == together.answers["topic"].probabilities.tobytes()


def test_row_is_that_of_the_features_and_stays_as_it_is() -> None:
    answers, rows = list(ANSWERER.answer(INPUTS, 1)), FEATURES.rows(INPUTS)
    alone = next(ANSWERER.answer(INPUTS.take([5]), 1))
    list(ANSWERER.answer(INPUTS, 1))
    for answer, row in zip([*answers, alone], [*rows, rows[5]], strict=True):
        assert (answer.row.ids.tobytes(), answer.row.values.tobytes()) == (row.ids.tobytes(), row.values.tobytes())


def test_reasons_name_terms_fields_pairs_and_times_and_add_up() -> None:
    fields, row = {name: values[3] for name, values in INPUTS.fields.items()}, FEATURES.rows(INPUTS)[3]
    amounts = np.random.default_rng(0).normal(size=len(row.ids)).tolist()
    reasons = reasons_of(FEATURES, INPUTS.take([3]), dict(zip(row.ids.tolist(), amounts, strict=True)))
    assert sum(reason.contribution for reason in reasons) == pytest.approx(sum(amounts), abs=1e-5)
    of_fields = {reason.name: reason for reason in reasons if reason.kind != "term"}
    names = [*COLUMNS.field_names, *(" + ".join(pair) for pair in FEATURES.pairs)]
    assert [of_fields[name].contribution for name in names] == pytest.approx(amounts[-len(names) :], rel=1e-5)
    assert of_fields[OPENED_HOUR].kind == "time"
    assert of_fields["site"].kind == "field"
    assert of_fields["site"].value == (fields["site"] or "")


def test_pair_is_named_by_both_values() -> None:
    columns = InputColumns((), ("a", "b"), opened_at=False)
    inputs = Inputs([""] * 4, {"a": ["1", "1", "2", "2"], "b": ["x", "y", "x", "y"]})
    features = fit_features(inputs, columns)
    ids = features.rows(inputs)[0].ids.tolist()
    reasons = reasons_of(features, inputs.take([0]), dict(zip(ids, [0.5, 0.25, 0.125], strict=True)))
    assert [(reason.name, reason.value, reason.contribution) for reason in reasons] == [
        ("a", "1", 0.5),
        ("b", "x", 0.25),
        ("a + b", "1 + x", 0.125),
    ]


def test_pair_of_a_missing_value_has_none() -> None:
    columns = InputColumns((), ("a", "b"), opened_at=False)
    inputs = Inputs([""] * 5, {"a": ["1", "1", "2", "2", None], "b": ["x", "y", "x", "y", "x"]})
    features = fit_features(inputs, columns)
    ids = features.rows(inputs)[4].ids.tolist()
    reasons = reasons_of(features, inputs.take([4]), dict(zip(ids, [0.25, 0.5, 0.125], strict=True)))
    assert [(reason.name, reason.value) for reason in reasons] == [("b", "x"), ("a", ""), ("a + b", "")]


@given(st.integers(0, 119), st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_reasons_of_one_size_come_in_order_of_kind_and_name(row: int, seed: int, most: int) -> None:
    ids = FEATURES.rows(INPUTS)[row].ids.tolist()
    # Halves and wholes: many ties.
    amounts = (np.random.default_rng(seed).integers(-2, 3, len(ids)) / 2).tolist()
    given_amounts = dict(zip(ids, amounts, strict=True))
    everything = reasons_of(FEATURES, INPUTS.take([row]), given_amounts)
    assert everything == sorted(everything, key=lambda each: (-abs(each.contribution), each.kind, each.name))
    assert reasons_of(FEATURES, INPUTS.take([row]), given_amounts, most) == everything[:most]


@pytest.mark.parametrize(
    ("text", "site", "is_blank"),
    [
        ("", None, True),
        ("?!", None, True),
        ("qqqq", None, True),
        ("vpn", None, False),
        ("", "Bonn", False),
        ("", "unseen", False),
    ],
)
def test_row_without_known_word_and_field_is_blank_whenever_it_was_opened(
    text: str, site: str | None, is_blank: bool
) -> None:
    fields: dict[str, list[str | None]] = {name: ["3"] for name in COLUMNS.field_names}
    inputs = Inputs([text], fields | {"site": [site], "reported_by": [None]})
    assert next(ANSWERER.answer(inputs, 0)).is_blank == is_blank


def test_text_alone_is_enough() -> None:
    inputs = Inputs(["vpn down", "vpn up", ""], {})
    features = fit_features(inputs, InputColumns(("title",), (), opened_at=False))
    head = Head("topic", ("no", "yes"), np.zeros((len(features), 2), np.float32), np.zeros(2), Calibration())
    answers = list(Answerer(features, [head], NO_BAG).answer(inputs, 6))
    assert [answer.is_blank for answer in answers] == [False, False, True]
    assert [reason.name for reason in answers[0].answers["topic"].reasons] == ["vpn"]
    assert answers[2].answers["topic"].reasons == ()


def test_texts_longer_than_the_kept_room_are_answered_as_short_ones_are() -> None:
    long = Inputs(["vpn router " * 3000], {name: [None] for name in COLUMNS.field_names})
    first, again = next(ANSWERER.answer(long, 6)), next(ANSWERER.answer(long, 6))
    assert first.answers["topic"].reasons == again.answers["topic"].reasons
    assert first.answers["topic"].probabilities.sum() == pytest.approx(1.0, abs=1e-12)


@given(some_text, st.integers(0, 2**32 - 1))
def test_spreading_contributions_over_words_keeps_their_sum(text: str, seed: int) -> None:
    ids = FEATURES.terms.row(text).ids.tolist()
    amounts = np.random.default_rng(seed).normal(size=len(ids)).tolist()
    found = spread(FEATURES.terms, text, dict(zip(ids, amounts, strict=True)))
    assert sum(found.values()) == pytest.approx(sum(amounts), abs=1e-5)
    assert {word for name in found for word in name.replace(" … ", " ").split(" ")} <= set(words(text))


def test_names_are_words_and_pairs_near_and_apart() -> None:
    text = "vpn router vpn gateway router vpn"
    terms = fit_terms([text] * 3)
    found = spread(terms, text, dict.fromkeys(range(len(terms)), 1.0))
    assert {"vpn", "vpn router", "router vpn", "vpn … vpn"} <= set(found)


def test_contribution_of_a_piece_goes_to_the_words_that_hold_it_by_their_occurrences() -> None:
    terms = of_keys([(1, "ing")], (0, 1, 0, 0))
    assert spread(terms, "ping ping king x", {0: 3.0}) == pytest.approx({"ping": 2.0, "king": 1.0})


def test_contribution_of_the_beginning_goes_to_its_word_or_pair() -> None:
    terms = of_keys([(2, "vpn"), (2, "vpn|down")], (0, 0, 2, 0))
    found = spread(terms, "VPN down " + "x " * 8 + "vpn", {0: 1.0, 1: 2.0})
    assert found == pytest.approx({"vpn": 1.0, "vpn down": 2.0})


def test_contribution_of_a_loose_pair_goes_to_where_its_words_stand() -> None:
    key = next(name for name in named_features("vpn down")[3])
    terms = of_keys([(3, "|".join(key))], (0, 0, 0, 1))
    assert spread(terms, "down is vpn, vpn down", {0: 4.0}) == pytest.approx(
        {"down … vpn": 2.0, "vpn down": 1.0, "vpn … down": 1.0}
    )
