"""Checks of single fields."""

from __future__ import annotations

import pytest

from triage.intake.checks import FieldChecks, shown


def test_name_of_the_right_kind_is_returned_as_it_is() -> None:
    checks = FieldChecks({"by": "ada", "id": 7})
    assert (checks.name("by"), checks.name("id", whole_numbers=True), checks.problems) == ("ada", "7", [])


def test_absent_name_is_a_problem() -> None:
    checks = FieldChecks({})
    assert not checks.name("by")
    assert [(problem.where, problem.got) for problem in checks.problems] == [("by", "null")]


def test_wide_value_is_walked_without_recursion() -> None:
    assert FieldChecks({}).is_sound("x", [[[]] * 1000] * 10)


@pytest.mark.parametrize(("value", "text"), [("x" * 300, "x" * 200), ({}, "an object"), (True, "true"), (0.5, "0.5")])
def test_values_are_shown_briefly(value: object, text: str) -> None:
    assert shown(value) == text
