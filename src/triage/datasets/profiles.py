"""What a column looks like, whatever it is called: how full, how varied, how wordy, whether it holds times."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.table import Table
from triage.datasets.times import looks_like_times

__all__ = ["Profile", "profile_all"]

_SAMPLE = 1000
# Chinese and Japanese are written without spaces; a word is about two characters.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# A label has up to three words ("Access rights request"); a ticket's text has more, and hardly ever the same ones.
_WORDS_OF_TEXT = 4.0
_VARIETY_OF_TEXT = 0.5
# A field is a category: few enough values that most come back. Small tables may have up to 50.
_MOST_VALUES = 50
_MOST_VARIETY = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The shape of one column.

    Parameters
    ----------
    name : str
    cells : ndarray of shape (n_rows,)
        Labels: str or None.
    n_given, n_distinct : int
        Cells that are not missing, and how many different ones.
    words : float
        Mean number of words in a cell.
    is_times : bool
        Whether the cells are moments by their shape alone.
    """

    name: str
    cells: NDArray[np.object_]
    n_given: int
    n_distinct: int
    words: float
    is_times: bool

    @property
    def given(self) -> NDArray[np.bool_]:
        """Which cells are not missing."""
        return pd.notna(self.cells)

    @property
    def is_text(self) -> bool:
        """Whether people wrote the cells in their own words."""
        wordy = self.words >= _WORDS_OF_TEXT and self.n_distinct >= _VARIETY_OF_TEXT * self.n_given
        return wordy and not self.is_times

    @property
    def repeats(self) -> bool:
        """Whether at least one value occurs twice."""
        return self.n_distinct < self.n_given

    @property
    def is_category(self) -> bool:
        """Whether the values are few enough to be learnt from one by one."""
        return (
            self.repeats and self.n_distinct <= max(_MOST_VALUES, _MOST_VARIETY * len(self.cells)) and not self.is_text
        )


def profile_all(table: Table) -> dict[str, Profile]:
    """Look at every column."""
    return {column: _profile(table, column) for column in table.columns}


def _profile(table: Table, column: str) -> Profile:
    cells = table.labels(column)
    given = cells[pd.notna(cells)]
    distinct = pd.unique(given)
    sample = (
        distinct[np.unique(np.linspace(0, len(distinct) - 1, _SAMPLE).astype(np.int64))] if len(distinct) else distinct
    )
    words = float(np.mean([_n_words(text) for text in sample])) if len(sample) else 0.0
    return Profile(
        column, cells, len(given), len(distinct), words, len(distinct) > 0 and looks_like_times(cells, named=False)
    )


def _n_words(text: str) -> float:
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + unspaced / 2
