"""Nested values as flat labels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from triage.intake.labels import LONGEST_VALUE, flat_labels

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def test_the_first_of_two_of_a_name_counts() -> None:
    assert flat_labels(("", {"a": "1"}), ("", {"a": "2", "b": "3"})) == {"a": "1", "b": "3"}


def test_references_are_one_label() -> None:
    assert flat_labels(("", {"caller": {"display_value": "Ada", "value": "7"}})) == {"caller": "Ada"}


def test_what_does_not_fit_is_cut() -> None:
    found = flat_labels(("", {"x" * 300: "y" * (LONGEST_VALUE + 1), "n\0": "a\0b"}))
    assert found == {"x" * 255: "y" * LONGEST_VALUE, "n": "ab"}


def test_there_are_at_most_500() -> None:
    assert len(flat_labels(("", {str(number): number for number in range(600)}))) == 500


def test_what_is_too_deep_ends() -> None:
    value: object = "deep"
    for _ in range(100):
        value = {"a": value}
    assert flat_labels(("", value)) == {}


@given(values)
def test_any_value_gives_labels_that_can_be_stored(value: object) -> None:
    for name, text in flat_labels(("given", value)).items():
        assert name.startswith("given")
        assert text.strip()
        assert "\0" not in name + text


def test_text_of_nuls_alone_is_no_label() -> None:
    assert flat_labels(("given", "\0 \0"), ("other", "a\0b")) == {"other": "ab"}
