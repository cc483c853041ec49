from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.histories import COLUMNS, as_inputs, constructed_history

from triage.domain import Reason
from triage.learn.features import Features, fit_features
from triage.learn.inputs import OPENED_HOUR, InputColumns, Inputs

INPUTS = as_inputs(constructed_history(120))
FEATURES = fit_features(INPUTS, COLUMNS)


def reasons_of(
    features: Features, text: str, fields: Mapping[str, str | None], amounts: Sequence[float]
) -> list[Reason]:
    return features.names(text, fields).reasons(np.array(amounts))


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


def test_reasons_name_terms_fields_and_times_and_add_up() -> None:
    fields, row = INPUTS.field_values(3), FEATURES.rows(INPUTS)[3]
    amounts = np.random.default_rng(0).normal(size=len(row.ids)).tolist()
    reasons = reasons_of(FEATURES, INPUTS.texts[3], fields, amounts)
    assert sum(reason.contribution for reason in reasons) == pytest.approx(sum(amounts), abs=1e-9)
    of_fields = {reason.name: reason for reason in reasons if reason.kind != "term"}
    assert list(of_fields)[: len(COLUMNS.field_names)] == list(COLUMNS.field_names)
    assert [reason.contribution for reason in of_fields.values()] == amounts[-len(of_fields) :]
    assert of_fields[OPENED_HOUR].kind == "time"
    assert of_fields["site"].kind == "field"
    assert of_fields["site"].value == (fields["site"] or "")


def test_reasons_do_not_depend_on_the_order_of_the_given_fields() -> None:
    fields, row = INPUTS.field_values(3), FEATURES.rows(INPUTS)[3]
    amounts = [float(position) for position in range(len(row.ids))]
    turned = dict(reversed(fields.items()))
    assert reasons_of(FEATURES, INPUTS.texts[3], turned, amounts) == reasons_of(
        FEATURES, INPUTS.texts[3], fields, amounts
    )


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
    assert FEATURES.is_blank(inputs.field_values(0), FEATURES.rows(inputs)[0]) == is_blank


def test_text_alone_is_enough() -> None:
    inputs = Inputs(["vpn down", "vpn up", ""], {})
    features = fit_features(inputs, InputColumns(("title",), (), opened_at=False))
    rows = features.rows(inputs)
    assert [features.is_blank({}, row) for row in rows] == [False, False, True]
    reasons = reasons_of(features, "vpn down", {}, [1.0] * len(rows[0].ids))
    assert [reason.name for reason in reasons] == ["vpn"]


@given(st.integers(0, 119), st.integers(0, 2**32 - 1), st.integers(0, 1000), st.booleans())
def test_largest_reasons_are_the_first_of_all_in_order(row: int, seed: int, most: int, coarse: bool) -> None:
    names = FEATURES.names(INPUTS.texts[row], INPUTS.field_values(row))
    amounts = np.random.default_rng(seed).normal(size=len(FEATURES.rows(INPUTS)[row].ids))
    # Many ties.
    amounts = np.round(amounts) if coarse else amounts
    everything = sorted(names.reasons(amounts), key=lambda each: (-abs(each.contribution), each.kind, each.name))
    assert names.reasons(amounts, most) == everything[:most]
