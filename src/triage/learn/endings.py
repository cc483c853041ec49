"""Which incidents the rows of an index are, and how they went. Finds none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.later_endings import MICROSECONDS_AN_HOUR, Fact, FactKind

__all__ = ["NOT_KNOWN", "Coded", "Endings"]

# A time that is not given, in microseconds since 1970: NaT's own number.
NOT_KNOWN = np.iinfo(np.int64).min
# What became known later counts against them whatever column says so; a time of closing not against one of resolution.
_FIX, _RESOLVED_AT, _REOPENED = "", "resolution_date", ""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of labels, each different one once.

    Parameters
    ----------
    values : tuple of str
    codes : ndarray of int32 of shape (n_rows,)
        Positions among the values; -1 where there is none.
    """

    values: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, cells: Sequence[str | None]) -> Coded:
        """Code cells; the values are in order."""
        values = tuple(sorted({cell for cell in cells if cell is not None}))
        place: dict[str | None, int] = {value: at for at, value in enumerate(values)}
        return cls(values, np.array([place.get(cell, -1) for cell in cells], np.int32))

    def at(self, row: int) -> str | None:
        """Return a row's label."""
        code = self.codes.item(row)
        return None if code < 0 else self.values[code]


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """Which incidents the rows are and how they went.

    Parameters
    ----------
    ids : tuple of str
    opened_at, known_at : ndarray of int64 of shape (n_rows,)
        Microseconds since 1970 (UTC): when each was opened, ascending, and when its end was known; ``NOT_KNOWN``
        where the history does not say.
    hours : ndarray of float64 of shape (n_rows,)
        From opening to resolution, or where the history tells of that alone to closing; NaN where neither is known.
    reopened : ndarray of int32 of shape (n_rows,)
        1, 0, or -1 where that is not known.
    fixes : Coded
    targets, fields : mapping of str to Coded
        By column.
    """

    ids: tuple[str, ...]
    opened_at: NDArray[np.int64]
    known_at: NDArray[np.int64]
    hours: NDArray[np.float64]
    reopened: NDArray[np.int32]
    fixes: Coded
    targets: Mapping[str, Coded]
    fields: Mapping[str, Coded]

    def check(self, n_rows: int) -> None:
        """Raise ValueError unless these are the endings of so many rows."""
        columns = [self.fixes, *self.targets.values(), *self.fields.values()]
        lengths = {len(self.ids), len(self.opened_at), len(self.known_at), len(self.hours)}
        lengths |= {len(self.reopened), *(len(each.codes) for each in columns)}
        in_range = all(
            each.codes.min(initial=-1) >= -1 and each.codes.max(initial=-1) < len(each.values) for each in columns
        )
        if lengths != {n_rows} or not in_range:
            raise ValueError(f"{n_rows} rows have endings of {sorted(lengths)}")

    def labels_of(self, row: int) -> dict[str, str]:
        """Return a row's labels, by target."""
        return {name: label for name, each in self.targets.items() if (label := each.at(row)) is not None}

    def facts_of(self, row: int) -> list[Fact]:
        """Return how a row ended as facts, for what becomes known later to be put beside."""
        known_at, opened_at = int(self.known_at[row]), int(self.opened_at[row])
        hours, reopened, fix = float(self.hours[row]), int(self.reopened[row]), self.fixes.at(row)
        facts = [Fact(known_at, FactKind.LABEL, name, label) for name, label in self.labels_of(row).items()]
        if fix is not None:
            facts.append(Fact(known_at, FactKind.FIX, _FIX, fix))
        if not np.isnan(hours):
            resolved_at = opened_at + round(hours * MICROSECONDS_AN_HOUR)
            facts.append(Fact(known_at, FactKind.RESOLVED_AT, _RESOLVED_AT, resolved_at))
        if reopened >= 0:
            facts.append(Fact(known_at, FactKind.REOPENED, _REOPENED, bool(reopened)))
        return facts
