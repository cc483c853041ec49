"""The error tree. Each leaf says its exit code and its HTTP status; nothing else of ours is raised at a user.

TriageError                 1  500  our own fault, or the machine's
├── UsageError              2  400  options or a request that cannot be meant
│   ├── SettingsError       2  500  a setting is missing or wrong; names its key
│   ├── MalformedBody       2  400  a body that is not what its content type says
│   ├── BodyTooLarge        2  413  a body above the limit
│   └── UnsupportedMedia    2  415  a content type that is not read here
├── DataError               2  422  rows or fields that cannot be used; carries them as problems
├── NotFound                2  404  a model, incident or page that does not exist
├── Conflict                2  409  what was asked for collides with what is there
├── BundleRefused           2  503  a model that failed verification; it was not opened
├── GateRefused             3  409  a gate said no: the candidate is not good enough
├── TrackerRefused          2  502  a ticket system refuses the credentials or what was asked of it
├── TrackerUnavailable      2  503  a ticket system does not answer; the same again goes on
└── StoreUnavailable        1  503  nothing could be committed; the sender should try again
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "BodyTooLarge",
    "BundleRefused",
    "Conflict",
    "DataError",
    "GateRefused",
    "MalformedBody",
    "NotFound",
    "Problem",
    "SettingsError",
    "StoreUnavailable",
    "TrackerRefused",
    "TrackerUnavailable",
    "TriageError",
    "UnsupportedMedia",
    "UsageError",
    "bounded",
]

# Bounds that keep a message readable however large the data is; the count of what was left out is always said.
_MOST_EXAMPLES = 5
_MOST_CHARACTERS = 200


def bounded(values: Iterable[object]) -> str:
    """Render values for a message: the first five, each cut at 200 characters, and how many more there were.

    Examples
    --------
    >>> bounded([1, 2, 3])
    '1, 2, 3'
    >>> bounded(range(8))
    '0, 1, 2, 3, 4 and 3 more'
    """
    shown = [str(value) for value in values]
    text = ", ".join(_cut(value) for value in shown[:_MOST_EXAMPLES])
    more = len(shown) - _MOST_EXAMPLES
    return f"{text} and {more} more" if more > 0 else text


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with data that came in: what, where, what was got.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it.
    where : str
        The field or column; empty when the whole is meant.
    rows : tuple of int
        Line or item numbers as a person counts them (the first data row of a csv file is row 2); a bounded sample.
    count : int
        How many rows or fields have this problem, sample or not.
    got : str
        An example of the offending value; empty when there is none.
    """

    message: str
    where: str = ""
    rows: tuple[int, ...] = ()
    count: int = 1
    got: str = ""

    def __str__(self) -> str:
        """Render as one line."""
        stop = "" if self.message.endswith((".", "!", "?")) or not (self.got or self.rows) else "."
        parts = [f"{self.where}: {self.message}{stop}" if self.where else f"{self.message}{stop}"]
        if self.got:
            parts.append(f"Got {_cut(self.got)!r}.")
        if self.rows:
            of_all = f" ({self.count} in all)" if self.count > len(self.rows) else ""
            parts.append(f"Rows {bounded(self.rows)}{of_all}.")
        return " ".join(parts)


class TriageError(Exception):
    """The root of every error that this package raises at a user.

    Parameters
    ----------
    message : str
        What, where, what was got and what to do.
    problems : iterable of Problem, default=()
        The single things at fault, where there are several.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Render the message and up to 20 problems, a line each."""
        lines = [self.message, *(f"  - {problem}" for problem in self.problems[:20])]
        more = len(self.problems) - 20
        if more > 0:
            lines.append(f"  … and {more} more")
        return "\n".join(lines)


class UsageError(TriageError):
    """Options or a request that cannot be meant."""

    exit_code = 2
    http_status = 400


class SettingsError(UsageError):
    """A setting is missing or wrong; the message names its key."""

    http_status = 500


class MalformedBody(UsageError):
    """A request body that is not what its content type says."""


class BodyTooLarge(UsageError):
    """A request body above the limit."""

    http_status = 413


class UnsupportedMedia(UsageError):
    """A content type that is not read here."""

    http_status = 415


class DataError(TriageError):
    """Rows or fields that cannot be used; ``problems`` says which."""

    exit_code = 2
    http_status = 422


class NotFound(TriageError):
    """A model, incident or page that does not exist."""

    exit_code = 2
    http_status = 404


class Conflict(TriageError):
    """What was asked for collides with what is there."""

    exit_code = 2
    http_status = 409


class BundleRefused(TriageError):
    """A model that failed verification; nothing of it was opened."""

    exit_code = 2
    http_status = 503


class GateRefused(TriageError):
    """A gate said no: the candidate is not good enough to be promoted."""

    exit_code = 3
    http_status = 409


class TrackerRefused(TriageError):
    """A ticket system refuses the credentials or what was asked of it; the message says which and what it said."""

    exit_code = 2
    http_status = 502


class TrackerUnavailable(TriageError):
    """A ticket system does not answer, or asks to be left alone; the same again goes on where this ended."""

    exit_code = 2
    http_status = 503


class StoreUnavailable(TriageError):
    """Nothing could be committed; the sender should try again."""

    http_status = 503
