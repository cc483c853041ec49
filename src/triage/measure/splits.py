"""Splits of a history by time: rows to fit on come before rows to choose on, and those before rows to judge on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Split", "split_by_time"]

# 70 / 10 / 20: as the project's benchmarks define their slices. Of a short history a tenth is too little evidence for a
# promise: so many rows are taken to choose on, as long as that is not more than is judged on.
_VALIDATE_SHARE, _VALIDATE_ROWS, _NEWEST_SHARE = 0.1, 1600, 0.2

_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the slices of a history that stands oldest first.

    Parameters
    ----------
    fit : ndarray
        The oldest 60 % to 70 %: weights are fitted on it.
    validate : ndarray
        The next 20 % to 10 %: settings, calibration and thresholds are chosen on it.
    newest : ndarray
        The newest 20 %: looked at once, to report.
    purged : int
        Rows left out because their label became known only after the slice they would have informed had begun.
    waiting : ndarray
        Those of them from the time of ``validate``: that they wait is known in time, and says that they are slow.
    """

    fit: _Rows
    validate: _Rows
    newest: _Rows
    purged: int
    waiting: _Rows = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def older(self) -> _Rows:
        """All rows that came before the newest slice and whose labels were known by then, ascending."""
        return np.concatenate([self.fit, self.validate])

    @property
    def calibrate(self) -> _Rows:
        """Every other validation row: calibration. It shares no row with ``threshold``, so that the promise holds."""
        return self.validate[0::2]

    @property
    def threshold(self) -> _Rows:
        """The remaining validation rows: thresholds."""
        return self.validate[1::2]

    @property
    def threshold_waiting(self) -> _Rows:
        """Every other waiting row: as many as ``threshold`` takes of those that are known."""
        return self.waiting[1::2]


def split_by_time(
    n: int,
    opened_at: NDArray[np.datetime64] | None = None,
    known_at: NDArray[np.datetime64] | None = None,
) -> Split:
    """Cut a history that stands oldest first, with an embargo on labels that were not known yet.

    Parameters
    ----------
    n : int
        Rows of the history.
    opened_at, known_at : ndarray of datetime64 of shape (n,) or None
        When a row was opened, and when its label became known; NaT where unknown. Without both there is no embargo.

    Returns
    -------
    Split

    Notes
    -----
    A row's label may inform a later slice only if it was known before that slice's first row was opened. A tenth of the
    rows is for choosing, of fewer than 16,000 rows 1,600 of them, at most a fifth.

    Examples
    --------
    >>> split = split_by_time(10)
    >>> split.fit.tolist(), split.validate.tolist(), split.newest.tolist()
    ([0, 1, 2, 3, 4, 5], [6, 7], [8, 9])
    """
    begin_newest = round((1 - _NEWEST_SHARE) * n)
    validate_rows = max(_VALIDATE_SHARE * n, min(_VALIDATE_ROWS, _NEWEST_SHARE * n))
    begin_validate = round((1 - _NEWEST_SHARE) * n - validate_rows)
    fit, validate = np.arange(begin_validate), np.arange(begin_validate, begin_newest)
    newest = np.arange(begin_newest, n)
    if opened_at is None or known_at is None:
        return Split(fit, validate, newest, purged=0)
    kept_fit = _known_before(fit, begin_validate, opened_at, known_at)
    kept_validate = _known_before(validate, begin_newest, opened_at, known_at)
    purged = len(fit) - len(kept_fit) + len(validate) - len(kept_validate)
    return Split(kept_fit, kept_validate, newest, purged, np.setdiff1d(validate, kept_validate))


def _known_before(
    rows: _Rows, begin: int, opened_at: NDArray[np.datetime64], known_at: NDArray[np.datetime64]
) -> _Rows:
    if begin >= len(opened_at):
        return rows
    in_time: NDArray[np.bool_] = ~(known_at[rows] >= opened_at[begin])
    return rows[in_time]
