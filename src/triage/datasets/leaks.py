"""Which columns give a target away, by their names beside it or by their values. Knows no words of any language."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.exports import canonical

__all__ = ["leak_by_name", "leak_by_values", "tells"]

# What `triage label` adds to a table, after the target's name.
_ANSWERS = ("pred", "prob", "decision", "top", "reasons")
# Routing has exceptions; a copy has none but slips of the keyboard.
_TELLS = 0.99
# Below two rows a value nearly every value has one label, whatever the column is.
_ROWS_OF_VALUE = 2
# A label this common is guessed right nearly as often without any column.
_COMMONEST = 0.95
# More rows would not change whether 99 % are told.
_MOST_ROWS = 200_000


def leak_by_name(column: str, targets: Collection[str], columns: Collection[str]) -> str | None:
    """Return why a column is a target under another spelling, or an answer that a model gave; else None.

    Examples
    --------
    >>> leak_by_name("Team", ["team"], ["team", "Team"])
    'is called as the target team'
    >>> leak_by_name("site_pred", ["team"], ["team", "site", "site_pred"])
    'is what a model answered for site, not known at opening'
    """
    name = canonical(column)
    for target in targets:
        if column != target and canonical(target) == name:
            return f"is called as the target {target}"
    answered, _, ending = name.rpartition("_")
    if ending not in _ANSWERS:
        return None
    of = next((each for each in columns if canonical(each) == answered), None)
    return None if of is None else f"is what a model answered for {of}, not known at opening"


def leak_by_values(cells: NDArray[np.object_], targets: Mapping[str, NDArray[np.object_]]) -> str | None:
    """Return which target a column's values tell, as only a copy of it or an after-the-fact column does; else None.

    Parameters
    ----------
    cells : ndarray of shape (n_rows,)
        Labels: str, or None where missing.
    targets : mapping of str to ndarray of shape (n_rows,)
        Labels by target.
    """
    for target, labels in targets.items():
        told = _told(cells, labels)
        if told >= _TELLS:
            # Cut, not rounded: 99.97 % is not all.
            return (
                f"tells {target} in {np.floor(told * 1000) / 10:.1f} % of the rows, as only a copy of it or an "
                "after-the-fact column does; name it by --field if it is known at opening"
            )
    return None


def tells(cells: NDArray[np.object_], labels: NDArray[np.object_]) -> bool:
    """Return whether a column's values that come back say, but for slips, which value another column has."""
    return _told(cells, labels) >= _TELLS


def _told(cells: NDArray[np.object_], labels: NDArray[np.object_]) -> float:
    rows = np.flatnonzero(pd.notna(cells) & pd.notna(labels))
    if len(rows) > _MOST_ROWS:
        rows = np.random.default_rng(0).choice(rows, _MOST_ROWS, replace=False)
    values, distinct = pd.factorize(cells[rows])
    ends, classes = pd.factorize(labels[rows])
    if len(classes) < 2 or len(rows) < _ROWS_OF_VALUE * len(distinct):
        return 0.0
    repeated = np.bincount(values)[values] > 1
    values, ends = values[repeated], ends[repeated]
    if np.bincount(ends).max() >= _COMMONEST * len(ends):
        return 0.0
    pairs, sizes = np.unique(values * len(classes) + ends, return_counts=True)
    most = np.zeros(len(distinct), dtype=np.int64)
    np.maximum.at(most, pairs // len(classes), sizes)
    return float(most.sum() / len(ends))
