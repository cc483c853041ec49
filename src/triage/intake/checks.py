"""What may stand in a field of a request. Problems are collected, so that a sender sees all of them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from triage.errors import Problem

__all__ = ["LONGEST_NAME", "FieldChecks", "problem_in_rows", "shown"]

# The names and keys of known ticket systems fit in several times over, and every database can index it.
LONGEST_NAME = 255
# Deeper than any export known to us; a bound, so that nothing that walks a value can run out of stack.
_DEEPEST = 32
_MOST_SHOWN = 200
_MOST_ROWS_SHOWN = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NUL = "must not hold the NUL character, which databases do not store"


class FieldChecks:
    """Reads fields of one object and remembers what was wrong with them.

    Parameters
    ----------
    payload : mapping of str to object
        A JSON object.
    """

    def __init__(self, payload: Mapping[str, object]) -> None:
        self.payload = payload
        self.problems: list[Problem] = []

    def refuse(self, where: str, message: str, value: object) -> None:
        """Remember that a field cannot be used."""
        self.problems.append(Problem(message, where=where[:LONGEST_NAME], got=shown(value)))

    def name(self, key: str, *, whole_numbers: bool = False, one_line: bool = False) -> str:
        """Return a field that must be a short text that is not blank.

        Parameters
        ----------
        key : str
        whole_numbers : bool, default=False
            Whether a whole number is taken as text.
        one_line : bool, default=False
            Whether control characters (line breaks, tabs, …) are refused.
        """
        value = self.payload.get(key)
        if whole_numbers and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        wanted = "a string or a whole number" if whole_numbers else "a string"
        if not isinstance(value, str):
            self.refuse(key, f"must be {wanted}", value)
        elif not value.strip():
            self.refuse(key, "must not be blank", value)
        elif one_line and _CONTROL.search(value) and "\0" not in value:
            self.refuse(key, "must not hold control characters, such as line breaks and tabs", value)
        elif self.fits(key, value, LONGEST_NAME):
            return value
        return ""

    def fits(self, where: str, text: str, longest: int) -> bool:
        """Tell whether a text can be stored, and remember it if not."""
        if len(text) > longest:
            self.refuse(where, f"must have at most {longest:,} characters; it has {len(text):,}", text)
        elif "\0" in text:
            self.refuse(where, _NUL, text)
        else:
            return True
        return False

    def is_sound(self, where: str, value: object, level: int = 2) -> bool:
        """Tell whether a value of any shape, found at a level of the object, can be stored, and remember it if not."""
        if not isinstance(value, list | dict):
            return True
        waiting: list[tuple[object, int]] = [(value, level)]
        while waiting:
            part, depth = waiting.pop()
            if isinstance(part, str) and "\0" in part:
                self.refuse(where, _NUL, part)
                return False
            if not isinstance(part, list | dict):
                continue
            if depth > _DEEPEST:
                self.refuse(where, f"must not be nested deeper than {_DEEPEST} levels", value)
                return False
            inside = [*part, *part.values()] if isinstance(part, dict) else part
            waiting.extend((each, depth + 1) for each in inside)
        return True


def problem_in_rows(message: str, where: str, rows: Sequence[int] | NDArray[np.int64], got: str = "") -> Problem:
    """Return what is wrong in rows of a column, the first few of them counted from 1.

    Parameters
    ----------
    message, where : str
    rows : sequence or ndarray of int
        All of them, counted from 0.
    got : str, default=""

    Examples
    --------
    >>> print(problem_in_rows("must be a number", "value", [0, 2, 3, 4, 5, 6], "x"))
    value: must be a number. Got 'x'. Rows 1, 3, 4, 5, 6 (6 in all).
    """
    some = tuple(int(row) + 1 for row in rows[:_MOST_ROWS_SHOWN])
    return Problem(message, where, some, len(rows), got)


def shown(value: object) -> str:
    """Render a value for a message, briefly.

    Examples
    --------
    >>> shown(None), shown([1, 2]), shown("a"), shown(2.5)
    ('null', 'a list', 'a', '2.5')
    """
    if isinstance(value, str):
        return value[:_MOST_SHOWN]
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return orjson.dumps(value).decode()
