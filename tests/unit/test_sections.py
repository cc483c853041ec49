"""Tables of ``triage.toml``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field

from triage.errors import Problem, SettingsError
from triage.sections import Section, TextOrTexts, Texts


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Board(Section):
    """One of several."""

    width_m: float
    names: Texts = ()


class Shelf(Section):
    """Of a table with a key of every kind."""

    size: Annotated[int, Field(ge=1, le=9)] = 3
    width_m: Annotated[float, Field(gt=0)] = 1.0
    is_open: bool = True
    names: Texts = ()
    owners: TextOrTexts = ()
    colour: Annotated[Colour, Field(strict=False)] = Colour.RED
    colours: dict[str, Annotated[Colour, Field(strict=False)]] = Field(default_factory=dict)
    key: Annotated[str, Field(repr=False, max_length=5)] = ""
    list_: Annotated[Texts, Field(alias="list")] = ()
    boards: list[Board] = Field(default_factory=list)


def test_table_is_read_with_what_is_usual_where_it_says_nothing() -> None:
    found = Shelf.read({"size": 4, "width_m": 2, "names": ["a", "b"], "owners": "c", "colour": "blue"}, "shelf")
    assert (found.size, found.width_m, found.is_open) == (4, 2.0, True)
    assert (found.names, found.owners, found.colour) == (("a", "b"), ("c",), Colour.BLUE)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (3, "shelf: must be a table; write [shelf]."),
        ({"size": True}, "shelf.size: must be a whole number. Got 'True'."),
        ({"size": 0}, "shelf.size: must be 1 or more. Got '0'."),
        ({"size": 10}, "shelf.size: must be at most 9. Got '10'."),
        ({"width_m": "1"}, "shelf.width_m: must be a number. Got '1'."),
        ({"width_m": 0}, "shelf.width_m: must be above 0. Got '0'."),
        ({"width_m": float("nan")}, "shelf.width_m: must be a finite number. Got 'nan'."),
        ({"is_open": 1}, "shelf.is_open: must be true or false. Got '1'."),
        ({"names": "a"}, "shelf.names: must be a list of texts. Got 'a'."),
        ({"names": ["a", 3]}, "shelf.names: must be a text. Got '3'."),
        ({"list": [""]}, "shelf.list: must not be empty."),
        ({"colour": "grey"}, "shelf.colour: must be 'red' or 'blue'. Got 'grey'."),
        ({"colours": 3}, "shelf.colours: must be a table."),
        ({"colours": {"door": "grey"}}, "shelf.colours.door: must be 'red' or 'blue'. Got 'grey'."),
        ({"boards": {"width_m": 1}}, "shelf.boards: must be one or more tables; write [[shelf.boards]]."),
        ({"boards": [3]}, "shelf.boards: must be one or more tables; write [[shelf.boards]]."),
        ({"boards": [{"width_m": 1}, {}]}, "shelf.boards.2.width_m: must be given."),
        ({"boards": [{"width_m": 1, "names": ["a", 3]}]}, "shelf.boards.1.names: must be a text. Got '3'."),
    ],
)
def test_what_cannot_be_used_is_named_with_what_to_do(table: object, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Shelf.read(table, "shelf")
    assert [str(problem) for problem in caught.value.problems] == [line]


def test_unknown_key_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(
        SettingsError, match=r"shelf\.sice: is not known here; known are size, width_m, .*, list, boards\."
    ):
        Shelf.read({"sice": 3}, "shelf")


def test_what_may_hold_a_secret_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        Shelf.read({"key": "hunter2", "password": "hunter3"}, "shelf")
    assert "at most 5 characters" in str(caught.value)
    assert "hunter" not in str(caught.value)


def test_several_tables_say_together_what_is_wrong() -> None:
    problems: list[Problem] = []
    assert Shelf.find({"size": 0}, "a", problems) is None
    assert Shelf.find({}, "b", problems) == Shelf()
    assert Shelf.find({"colour": 1}, "c", problems) is None
    assert [problem.where for problem in problems] == ["a.size", "c.colour"]
