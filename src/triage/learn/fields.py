"""Field features: one for each value seen often enough, one for any rarer or unseen value, one for a missing one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

__all__ = ["FieldFeatures", "fit_fields", "to_field_features"]

# A value seen once cannot be told from noise; with the rare ones it still says "something unusual".
_MIN_TICKETS_VALUE = 2


@dataclass(frozen=True, slots=True)
class FieldFeatures:
    """The learnt values of every field.

    Feature numbers of a field start at its offset: missing, then rare or unseen, then its values in order.

    Parameters
    ----------
    values : mapping of str to dict of str to int
        For each field in feature order, the feature number of each value it knows.
    offsets : mapping of str to int
        The feature number of each field's missing value; one above it stands for rare and unseen values.
    n_features : int
    """

    values: Mapping[str, dict[str, int]]
    offsets: Mapping[str, int]
    n_features: int

    def numbers(
        self, fields: Mapping[str, Sequence[str | None]], n_rows: int, n_fields: int | None = None
    ) -> NDArray[np.int32]:
        """Return the features of rows: one a field, in feature order, each of value 1.

        Parameters
        ----------
        fields : mapping of str to sequence of (str or None)
            Holds every field, a value for each row; None is missing.
        n_rows : int
        n_fields : int or None, default=None
            How many of the fields, from the first on; all if None.

        Returns
        -------
        ndarray of int32 of shape (n_rows, n_fields)
        """
        found = [
            [missing if value is None else known.get(value, missing + 1) for value in fields[name]]
            for (name, known), missing in islice(zip(self.values.items(), self.offsets.values(), strict=True), n_fields)
        ]
        if n_rows == 1:
            # A turn and a copy take longer than all else here.
            return np.array([[number for [number] in found]], np.int32)
        return np.ascontiguousarray(np.array(found, np.int32).reshape(len(found), n_rows).T)

    def known_values(self) -> dict[str, tuple[str, ...]]:
        """Return each field's known values in feature order; :func:`to_field_features` takes them back."""
        return {name: tuple(known) for name, known in self.values.items()}


def fit_fields(fields: Mapping[str, Sequence[str | None]]) -> FieldFeatures:
    """Learn which values of each field are worth a feature.

    Examples
    --------
    >>> fit_fields({"site": ["a", "a", "b", None]}).values
    {'site': {'a': 2}}
    """
    counted = {name: Counter(value for value in column if value is not None) for name, column in fields.items()}
    return to_field_features(
        {
            name: sorted(value for value, count in counts.items() if count >= _MIN_TICKETS_VALUE)
            for name, counts in counted.items()
        }
    )


def to_field_features(known: Mapping[str, Sequence[str]]) -> FieldFeatures:
    """Rebuild the features from :meth:`FieldFeatures.known_values`."""
    values: dict[str, dict[str, int]] = {}
    offsets: dict[str, int] = {}
    start = 0
    for name, column in known.items():
        offsets[name] = start
        values[name] = {value: start + 2 + position for position, value in enumerate(column)}
        start += 2 + len(column)
    return FieldFeatures(values, offsets, start)
