"""A thread's room for answering, kept from one call to the next: making it takes as long as looking a short text up.

Large arrays are taken from the system and given back each time, at 50 us of page faults.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from triage.learn.answer_arrays import Room, empty_room

__all__ = ["Rooms"]

# Room for the longest of usual tickets takes 5 MB; that for the rows of 64 usual ones, 3 MB.
_KEPT_CODE_POINTS, _KEPT_FEATURES = 16_384, 250_000


class Rooms(threading.local):
    """Each thread's room."""

    def __init__(self) -> None:
        self._room: Room | None = None
        self._code_points = -1
        self._rows = np.empty(0, np.int32), np.empty(0)

    def rows(self, most: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return room for rows of so many features; what it holds is written over by the next call."""
        if most > _KEPT_FEATURES:
            return np.empty(most, np.int32), np.empty(most)
        if most > len(self._rows[0]):
            self._rows = np.empty(most, np.int32), np.empty(most)
        return self._rows

    def room(self, n_code_points: int, n_fields: int, n_units: int) -> Room:
        """Return room for tickets of up to so many code points; always of the same fields and units."""
        if n_code_points > _KEPT_CODE_POINTS:
            return empty_room(n_code_points, n_fields, n_units)
        if self._room is None or n_code_points > self._code_points:
            self._code_points = max(n_code_points, 2 * self._code_points)
            self._room = empty_room(self._code_points, n_fields, n_units)
        return self._room
