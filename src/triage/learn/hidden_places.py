"""Incidents that were called restricted after a model was trained: not shown again before the next run. Finds none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.learn.later_endings import Place

__all__ = ["HiddenPlaces"]


class HiddenPlaces:
    """Places that must not be shown. One thread may add to them while others ask."""

    def __init__(self) -> None:
        self._places: set[Place] = set()
        # Replaced as a whole, so that whoever goes through it sees one state of it.
        self._rows: tuple[int, ...] = ()

    def __contains__(self, place: Place) -> bool:
        return place in self._places

    def add(self, place: Place) -> None:
        """Hide a place, for good."""
        if isinstance(place, int) and place not in self._places:
            self._rows = (*self._rows, place)
        self._places.add(place)

    def shown_rows(self, n_rows: int) -> NDArray[np.bool_] | None:
        """Return which of the index's rows may be shown, of shape (n_rows,), or None for all.

        Examples
        --------
        >>> hidden = HiddenPlaces()
        >>> hidden.add(("desk", "7"))
        >>> hidden.shown_rows(3) is None
        True
        >>> hidden.add(1)
        >>> hidden.shown_rows(3).tolist()
        [True, False, True]
        """
        if not self._rows:
            return None
        shown = np.ones(n_rows, np.bool_)
        shown[list(self._rows)] = False
        return shown
