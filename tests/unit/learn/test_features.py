from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.histories import COLUMNS, as_inputs, constructed_history

from triage.learn.crosses import PAIR_WEIGHT, cross
from triage.learn.features import fit_features
from triage.learn.inputs import InputColumns, Inputs

INPUTS = as_inputs(constructed_history(120))
FEATURES = fit_features(INPUTS, COLUMNS)


@given(st.lists(st.integers(0, 119), min_size=1, max_size=10))
def test_row_depends_on_nothing_but_itself(chosen: list[int]) -> None:
    together = FEATURES.rows(INPUTS.take(chosen))
    apart = [FEATURES.rows(INPUTS.take([row]))[0] for row in chosen]
    for first, second in zip(together, apart, strict=True):
        assert first.ids.tobytes() == second.ids.tobytes()
        assert first.values.tobytes() == second.values.tobytes()


def test_text_comes_first_and_each_field_and_pair_has_one_feature() -> None:
    row = FEATURES.rows(INPUTS)[0]
    of_text = len(FEATURES.terms.row(INPUTS.texts[0]).ids)
    assert (row.ids[:of_text] < len(FEATURES.terms)).all()
    assert (row.ids[of_text:] >= len(FEATURES.terms)).all()
    assert len(row.ids) == of_text + len(COLUMNS.field_names) + len(FEATURES.pairs)
    assert row.ids.max() < len(FEATURES)


def test_features_of_pairs_are_those_of_the_crossed_values() -> None:
    first = FEATURES.fields.offsets
    crossed = cross(INPUTS.fields, FEATURES.pairs)
    expected = FEATURES.fields.numbers(crossed, len(INPUTS)) + len(FEATURES.terms)
    for row, numbers in zip(FEATURES.rows(INPUTS), expected, strict=True):
        assert row.ids[-len(first) :].tolist() == numbers.tolist()
        assert row.values[-len(FEATURES.pairs) :].tolist() == [PAIR_WEIGHT] * len(FEATURES.pairs)


def test_pair_of_values_that_hold_what_joins_pairs_is_known() -> None:
    columns = InputColumns((), ("a", "b"), opened_at=False)
    inputs = Inputs([""] * 5, {"a": ["1 + 2", "1 + 2", "1", "1", "3"], "b": ["x", "x", "2 + x", "2 + x", "y"]})
    features = fit_features(inputs, columns)
    pairs = [int(row.ids[2]) for row in features.rows(inputs)]
    assert pairs[0] == pairs[1] == pairs[2] == pairs[3] != pairs[4]
