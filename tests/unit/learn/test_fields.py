from __future__ import annotations

from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from triage.learn.fields import fit_fields, to_field_features

FIELDS: dict[str, list[str | None]] = {"site": ["Bonn", "Bonn", "Lyon", None], "priority": ["2", "1", "2", "1"]}
some_fields = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["中", "x", None])), max_size=12
).map(lambda rows: {"first": [row[0] for row in rows], "second": [row[1] for row in rows]})


def number(fields: Mapping[str, str | None]) -> list[int]:
    found: list[int] = fit_fields(FIELDS).numbers({name: [value] for name, value in fields.items()}, 1)[0].tolist()
    return found


def test_missing_rare_and_known_values_are_features_of_their_own() -> None:
    # site: 0 missing, 1 rare or unseen, 2 Bonn; priority: 3 missing, 4 rare or unseen, 5 and 6 its values in order
    assert number({"site": None, "priority": None}) == [0, 3]
    assert number({"site": "Bonn", "priority": "2"}) == [2, 6]
    assert number({"site": "Lyon", "priority": "1"}) == [1, 5]


def test_unseen_value_is_as_a_rare_one() -> None:
    assert number({"site": "Osaka", "priority": "9"}) == number({"site": "Lyon", "priority": "unheard of"}) == [1, 4]


def test_order_of_the_given_fields_does_not_matter() -> None:
    assert number({"priority": "1", "site": "Bonn"}) == number({"site": "Bonn", "priority": "1"})


def test_further_fields_are_not_read() -> None:
    assert number({"site": "Bonn", "priority": "1", "other": "x"}) == [2, 5]


def test_no_fields_have_no_features() -> None:
    features = fit_fields({})
    assert features.n_features == 0
    assert features.numbers({}, 2).shape == (2, 0)


@given(some_fields, st.randoms(use_true_random=False))
def test_order_of_training_rows_does_not_matter(fields: dict[str, list[str | None]], random: Random) -> None:
    order = list(range(len(fields["first"])))
    random.shuffle(order)
    shuffled = {name: [column[row] for row in order] for name, column in fields.items()}
    assert fit_fields(fields) == fit_fields(shuffled)


@given(some_fields)
def test_known_values_rebuild_the_same_features(fields: dict[str, list[str | None]]) -> None:
    fitted = fit_fields(fields)
    assert to_field_features(fitted.known_values()) == fitted


@given(some_fields, st.sampled_from(["a", "b", "c", "z", None]), st.sampled_from(["中", "x", "z", None]))
def test_each_field_has_exactly_one_feature_in_its_own_range(
    fields: dict[str, list[str | None]], first: str | None, second: str | None
) -> None:
    fitted = fit_fields(fields)
    found = fitted.numbers({"first": [first], "second": [second]}, 1)
    cut = fitted.offsets["second"]
    assert 0 <= found[0, 0] < cut <= found[0, 1] < fitted.n_features


def test_rows_are_numbered_each_by_itself() -> None:
    assert fit_fields(FIELDS).numbers(FIELDS, 4).tolist() == [[2, 6], [2, 5], [1, 6], [0, 5]]
