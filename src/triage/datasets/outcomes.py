"""How each incident of a table went, where its columns say so: never known at opening, so never a feature."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.exports import DUPLICATE_NAMES, RESTRICTED_NAMES, first_named, outcome_columns, restricts, to_truth

__all__ = ["hours_taken", "to_outcomes", "were_raised"]

_Labels = NDArray[np.object_]
# "1 - Critical", "P2", "Prio 3": the smaller the number, the more urgent.
_RANK = re.compile(r"^\D{0,6}(\d)\b")


def to_outcomes(
    columns: Iterable[str],
    labels: Callable[[str], _Labels],
    resolved_at: pd.Series | None,
    raised: _Labels | None = None,
) -> dict[str, _Labels | pd.Series]:
    """Read how incidents went.

    Parameters
    ----------
    columns : iterable of str
        Those of the file.
    labels : callable
        Returns a column's cells at the end of each incident, str or None.
    resolved_at : Series of datetime64[ns, UTC] or None
        NaT while an incident is open; None where the file does not say.
    raised : ndarray of object or None, default=None
        Whether each became more urgent than it was at opening: stands in for a column that says that it was escalated.

    Returns
    -------
    dict of str to ndarray or Series
        ``resolved_at``; ``breached``, ``reassigned``, ``escalated``, ``reopened`` (True, False or None where it is not
        said); ``fix`` and ``duplicate_of`` (str or None); ``restricted`` (True or False). Only those that the file says
        anything about.
    """
    there = list(columns)
    named = outcome_columns(there)
    found: dict[str, _Labels | pd.Series] = {} if resolved_at is None else {"resolved_at": resolved_at}
    for meaning in ("breached", "reassigned", "escalated", "reopened"):
        if meaning in named:
            found[meaning] = _truths(labels(named[meaning]))
    if "breached" not in found and "kept" in named:
        found["breached"] = _objects([None if kept is None else not kept for kept in _truths(labels(named["kept"]))])
    if "escalated" not in found and raised is not None:
        found["escalated"] = raised
    if "fix" in named:
        found["fix"] = labels(named["fix"])
    duplicate, restricted = (first_named(there, names) for names in (DUPLICATE_NAMES, RESTRICTED_NAMES))
    if duplicate is not None:
        found["duplicate_of"] = labels(duplicate)
    if restricted is not None:
        found["restricted"] = _objects([restricts(cell) for cell in labels(restricted)])
    return {name: cells for name, cells in found.items() if pd.notna(cells).any()}


def hours_taken(opened_at: pd.Series, ends: Iterable[pd.Series]) -> pd.Series | None:
    """Return the hours from opening to resolution, at least 0, NaN where they are not known; None if nobody says.

    Parameters
    ----------
    opened_at : Series of datetime64[ns, UTC]
    ends : iterable of Series of datetime64[ns, UTC]
        Times of resolution first, then such of closing.

    Notes
    -----
    The first that says anything is believed alone: many a desk closes what was resolved days later, by a clock, so that
    a time of closing cannot stand in for one of resolution that is missing.
    """
    told = next((end for end in ends if end.notna().any()), None)
    return None if told is None else ((told - opened_at).dt.total_seconds() / 3600.0).clip(lower=0.0)


def were_raised(at_opening: Iterable[str | None], at_end: Iterable[str | None]) -> _Labels:
    """Return whether the priority of each incident was raised, None where either has no rank.

    Parameters
    ----------
    at_opening, at_end : iterable of (str or None)
        Priorities; a label's rank is its leading digit, and 1 is the most urgent.

    Examples
    --------
    >>> were_raised(["3 - Moderate", "P2", None], ["2 - High", "P2", "1"]).tolist()
    [True, False, None]
    """
    pairs = zip(map(_rank, at_opening), map(_rank, at_end), strict=True)
    return _objects([None if was is None or became is None else became < was for was, became in pairs])


def _truths(cells: _Labels) -> _Labels:
    distinct = {cell: to_truth(cell) for cell in set(cells) if cell is not None}
    return _objects([None if cell is None else distinct[cell] for cell in cells])


def _rank(label: str | None) -> int | None:
    found = _RANK.match(label) if label is not None else None
    return int(found[1]) if found else None


def _objects(values: list[bool | None]) -> _Labels:
    cells = np.empty(len(values), object)
    cells[:] = values
    return cells
