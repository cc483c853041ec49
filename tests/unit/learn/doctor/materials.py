"""A material with one rule behind it, for the checks' tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from triage.learn.doctor import Material

__all__ = ["cells", "material", "thirds"]


def cells(values: Sequence[str | None]) -> NDArray[np.object_]:
    """Return values as a column."""
    column = np.empty(len(values), object)
    column[:] = values
    return column


def thirds(n: int) -> NDArray[np.int8]:
    """Cut n rows into the three slices, 60 / 20 / 20."""
    return np.repeat(np.arange(3), [n - 2 * (n // 5), n // 5, n // 5]).astype(np.int8)


def material(
    labels: Sequence[str | None],
    texts: Sequence[str] | None = None,
    fields: Mapping[str, Sequence[str | None]] | None = None,
    refused: Mapping[str, str] | None = None,
    ends: Mapping[str, Sequence[str | None]] | None = None,
) -> Material:
    """Return a material with one target called ``team``."""
    inputs = {name: cells(values) for name, values in (fields or {}).items()}
    return Material(
        texts=list(texts) if texts is not None else [""] * len(labels),
        inputs=inputs,
        fields=tuple(inputs),
        targets={"team": cells(labels)},
        slices=thirds(len(labels)),
        refused=refused or {},
        ends={name: cells(values) for name, values in (ends or {}).items()},
    )
