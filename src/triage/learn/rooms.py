"""Room for looking texts up, kept from one call to the next: making it takes as long as looking a short text up.

Large arrays are taken from the system and given back each time, at 50 us of page faults.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from triage.learn.answer_arrays import Room, empty_room

__all__ = ["Rooms", "TextRooms"]

_Made = TypeVar("_Made")

# Room for the longest of usual tickets takes 5 MB; that for the rows of 64 usual ones, 3 MB.
_KEPT_CODE_POINTS, _KEPT_FEATURES = 16_384, 250_000
# Of rooms for one text, one is kept for each power of two up to this: some 2 MB at most.
_LONGEST_KEPT = 4_096


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


class TextRooms(Generic[_Made]):
    """Rooms for one text at a time, by the power of two of code points that it fits. Not for several threads at once.

    Parameters
    ----------
    make : callable
        Given a number of code points, returns room for a text of so many.
    """

    def __init__(self, make: Callable[[int], _Made]) -> None:
        self._make = make
        self._kept: dict[int, _Made] = {}

    def room(self, n_code_points: int) -> _Made:
        """Return room for a text; what it holds is written over by the next call.

        Examples
        --------
        >>> rooms = TextRooms(lambda size: [size])
        >>> rooms.room(100), rooms.room(128) is rooms.room(65)
        ([128], True)
        """
        size = 1 << max(n_code_points - 1, 0).bit_length()
        if size > _LONGEST_KEPT:
            return self._make(n_code_points)
        kept = self._kept.get(size)
        if kept is None:
            kept = self._kept[size] = self._make(size)
        return kept
