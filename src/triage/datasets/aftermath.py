"""Which columns were filled in after opening, by their values beside the times. Knows no words of any language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.leaks import tells
from triage.datasets.profiles import Profile

__all__ = ["Course", "aftermath", "same_as_refused"]

# A column that is filled in exactly where a later time is was filled in at that time.
_SAME_GAPS = 0.99
# Of incidents that are not over a column of what was done may be filled in for one in a hundred, by a slip.
_SLIPS = 0.01
# How unlikely chance must be: a file has some dozens of columns.
_CHANCE = 1e-6
# A count or an amount that ranks incidents almost as the time they took does is that time, rounded or in other units.
_RANKS = 0.9
_LEAST_RANKED, _LEAST_VALUES = 30, 4
# Two values (yes and no) fit together by accident.
_LEAST_SAME = 3
_MOST_DIGITS = 15
_NUMBER = re.compile(rf"-?\d{{1,{_MOST_DIGITS}}}(?:[.,]\d+)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+) days?,? )?(\d+):(\d\d)(?::(\d\d)(?:\.\d+)?)?", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is known of when each incident was opened and over.

    Parameters
    ----------
    later : sequence of Profile
        Columns of times after the opening.
    is_over : ndarray of shape (n_rows,) or None
        Which incidents have a time of their end; None where no column says it.
    took : sequence of ndarray of shape (n_rows,)
        Seconds from opening to each later time; NaN where it is not given.
    """

    later: Sequence[Profile]
    is_over: NDArray[np.bool_] | None = None
    took: Sequence[NDArray[np.float64]] = ()


def aftermath(each: Profile, course: Course) -> str | None:
    """Return why a column's values were not there at opening, judged by when they are given and how they rank; or None.

    Parameters
    ----------
    each : Profile
    course : Course

    Notes
    -----
    Three signs: it is given exactly where a later time is; it is given for incidents that are over and for hardly any
    that is not; its numbers rank incidents as the time that they took does. None of them shows where every incident is
    over and a column holds neither gaps nor amounts.
    """
    fellow = next((time.name for time in course.later if _same_gaps(each, time)), None)
    if fellow is not None:
        return f"filled in exactly where {fellow} is, so not known at opening"
    if course.is_over is not None and _only_once_over(each, course.is_over):
        return "filled in only for incidents that are over, so not known at opening"
    if any(_ranks_as(each, took) for took in course.took):
        return "grows with the time that the incident took, so not known at opening"
    return None


def same_as_refused(each: Profile, others: Mapping[str, Profile], refused: Collection[str]) -> str | None:
    """Return which refused column says the same under other names, value for value; None where none does.

    Notes
    -----
    An agent's first name, say, beside the agent. Needs three values that come back.
    """
    if each.n_distinct < _LEAST_SAME:
        return None
    for name in refused:
        other = others[name]
        # Far from as many values there is nothing to compare.
        if not each.n_distinct / 2 <= other.n_distinct <= each.n_distinct * 2 or other.n_distinct < _LEAST_SAME:
            continue
        if tells(each.cells, other.cells) and tells(other.cells, each.cells):
            return name
    return None


def _same_gaps(each: Profile, time: Profile) -> bool:
    n_rows = len(each.cells)
    gaps = n_rows - time.n_given
    if not (1 - _SAME_GAPS) * n_rows <= gaps <= _SAME_GAPS * n_rows or gaps == 0:
        return False
    return bool((each.given == time.given).mean() >= _SAME_GAPS)


def _only_once_over(each: Profile, is_over: NDArray[np.bool_]) -> bool:
    n_open = int((~is_over).sum())
    if not n_open or n_open == len(is_over) or each.given[~is_over].mean() > _SLIPS:
        return False
    # As many gaps by chance, if it were given as often there as among what is over.
    return bool((1.0 - each.given[is_over].mean()) ** n_open <= _CHANCE)


def _ranks_as(each: Profile, took: NDArray[np.float64]) -> bool:
    if each.n_distinct < _LEAST_VALUES or each.is_text or each.is_times:
        return False
    rows = np.flatnonzero(each.given & np.isfinite(took))
    if len(rows) < _LEAST_RANKED:
        return False
    amounts = pd.Series([_amount(cell) for cell in each.cells[rows]])
    if amounts.notna().mean() < _SAME_GAPS or amounts.nunique() < _LEAST_VALUES:
        return False
    rank = amounts.rank().corr(pd.Series(took[rows]).rank())
    return bool(rank >= _RANKS)


def _amount(cell: str) -> float:
    if _NUMBER.fullmatch(cell):
        return float(cell.replace(",", "."))
    clock = _CLOCK.fullmatch(cell)
    if clock is None:
        return float("nan")
    days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
