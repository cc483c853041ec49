"""What a learnt model is made of, ready to be stored: arrays and JSON documents, never objects that need a pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["JSON", "METRICS_KIND", "Array", "Part", "Parts"]

# What the card of a model of metrics says of itself; models of incidents say nothing, or "incidents".
METRICS_KIND = "metrics"

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
Array: TypeAlias = (
    NDArray[np.float64]
    | NDArray[np.float32]
    | NDArray[np.int64]
    | NDArray[np.int32]
    | NDArray[np.int8]
    | NDArray[np.uint32]
    | NDArray[np.uint64]
)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a model: named numeric arrays and one JSON document.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Numeric dtypes only.
    document : mapping of str to JSON
        Everything that is not an array.
    """

    arrays: Mapping[str, Array]
    document: Mapping[str, JSON]


Parts: TypeAlias = Mapping[str, Part]
