"""Which column tells incidents apart: by names, else by numbers that run on from row to row. Decides nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from triage.datasets.profiles import Profile
from triage.datasets.table import ReadOptions
from triage.exports import ID_NAMES, any_word, canonical, first_named, is_caller

__all__ = ["find_id"]

# With half of its values different a column called "number" is an identifier with duplicates; below, something else.
_VARIETY_OF_ID = 0.5
# Where no column is called as identifiers usually are, one with such a word whose values all differ is one.
_SAYS_ID = any_word(
    r"id | key | n | nr | no | num | number | nummer | numero | numer | номер | cislo | ref | reference | \w*nummer"
)
_SAYS_ID_UNSPACED = re.compile("工单号|单号|编号|番号|번호")
# Not an address or a decimal number, whose last part has dots before it.
_NUMBERED = re.compile(r"(|.*[^\d.,])(\d{1,18})", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
# Exports run in the order of numbers, or against it; rows that were moved are few. Below so many rows chance does it.
_RUNS_ON, _LEAST_RUN = 0.95, 20


def find_id(options: ReadOptions, profiles: Mapping[str, Profile]) -> str | None:
    """Return the column of the identifier: the one asked for, the first so called, or the first that numbers the rows.

    Notes
    -----
    By its name alone half of a column's values must differ, else all of them. What numbers the rows is one prefix with
    running numbers behind it, or UUIDs.
    """
    if options.id is not None:
        return options.id
    for name in ID_NAMES:
        column = first_named(profiles, [name])
        if column is None or column in options.targets:
            continue
        each = profiles[column]
        if each.n_given >= _VARIETY_OF_ID * len(each.cells) and each.n_distinct >= _VARIETY_OF_ID * each.n_given > 0:
            return column
    differ = [
        each
        for each in profiles.values()
        if each.n_distinct == len(each.cells) > 1
        and not (each.is_text or each.is_times or is_caller(each.name) or each.name in options.targets)
    ]
    by_word = (each.name for each in differ if _says_id(canonical(each.name)))
    return next(by_word, next((each.name for each in differ if _numbers_rows(each)), None))


def _says_id(name: str) -> bool:
    return _SAYS_ID.search(name) is not None or _SAYS_ID_UNSPACED.search(name) is not None


def _numbers_rows(each: Profile) -> bool:
    if all(_UUID.fullmatch(cell) for cell in each.cells):
        return True
    found = [_NUMBERED.fullmatch(cell) for cell in each.cells]
    # A prefix may hold the year.
    parts = [(_DIGIT.sub("0", match[1]), match[2]) for match in found if match is not None]
    if len(parts) < max(len(found), _LEAST_RUN) or len({prefix for prefix, _ in parts}) > 1:
        return False
    steps = np.diff(np.array([int(number) for _, number in parts], dtype=np.int64))
    return bool(max((steps > 0).mean(), (steps < 0).mean()) >= _RUNS_ON)
