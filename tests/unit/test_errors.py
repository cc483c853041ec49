from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from triage import errors
from triage.errors import DataError, Problem, TriageError, bounded

# A line of the drawing: branches, name, exit code, HTTP status, what it means.
_DRAWN = re.compile(r"^(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+) +(?P<exit>\d) +(?P<status>\d{3})  (?P<meaning>\S.*)$")


def tree(root: type[TriageError], depth: int = 0) -> Iterator[tuple[str, int, int, int]]:
    yield root.__name__, depth, root.exit_code, root.http_status
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child, depth + 1)


def drawn() -> list[tuple[str, int, int, int]]:
    lines = (_DRAWN.match(line) for line in (errors.__doc__ or "").splitlines())
    # A level of the drawing is four signs wide.
    return [(line["name"], len(line["branch"]) // 4, int(line["exit"]), int(line["status"])) for line in lines if line]


def test_every_error_stands_in_the_drawing_at_its_place_with_its_numbers() -> None:
    assert drawn() == list(tree(TriageError))


@pytest.mark.parametrize("name", [name for name, *_ in tree(TriageError)])
def test_every_error_is_public_says_what_it_is_and_has_an_exit_code_and_a_status(name: str) -> None:
    error = getattr(errors, name)
    assert name in errors.__all__
    assert error.__doc__
    assert error.exit_code in (1, 2, 3)
    assert error.http_status in range(400, 600)


def test_only_a_gate_exits_with_three() -> None:
    assert [name for name, _, exit_code, _ in tree(TriageError) if exit_code == 3] == ["GateRefused"]


def test_public_names_are_sorted_and_there() -> None:
    assert sorted(errors.__all__) == errors.__all__
    assert all(hasattr(errors, name) for name in errors.__all__)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        (["a"], "a"),
        (range(5), "0, 1, 2, 3, 4"),
        (iter(range(6)), "0, 1, 2, 3, 4 and 1 more"),
        (["x" * 200], "x" * 200),
        (["x" * 201], "x" * 199 + "…"),
    ],
)
def test_lists_in_messages_are_bounded(values: Iterator[object], expected: str) -> None:
    assert bounded(values) == expected


def test_problem_is_one_line_with_place_value_and_rows() -> None:
    problem = Problem("is no date", "opened_at", rows=(2, 7), count=12, got="32/13/2026")
    assert str(problem) == "opened_at: is no date. Got '32/13/2026'. Rows 2, 7 (12 in all)."
    assert str(Problem("is empty.")) == "is empty."
    assert len(str(Problem("is odd", got="x" * 10_000))) < 300


def test_error_lists_twenty_problems_and_counts_the_rest() -> None:
    error = DataError("The file cannot be read.", (Problem(f"problem {number}") for number in range(23)))
    assert len(error.problems) == 23
    assert error.message == "The file cannot be read."
    lines = str(error).splitlines()
    assert lines[:2] == ["The file cannot be read.", "  - problem 0"]
    assert lines[-1] == "  … and 3 more"
    assert len(lines) == 22


def test_error_without_problems_is_its_message() -> None:
    assert str(TriageError("went wrong")) == "went wrong"
