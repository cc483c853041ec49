"""Arrays that begin with a line of memory, so that what a kernel reads at a time never lies across two."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINE", "empty_in_lines"]

_Number = TypeVar("_Number", bound=np.generic)

# What memory delivers at a time, in bytes.
LINE = 64


def empty_in_lines(shape: tuple[int, ...], kind: type[_Number]) -> NDArray[_Number]:
    """Return an array that is not filled and begins with a line of memory.

    Parameters
    ----------
    shape : tuple of int
    kind : type
        Of its numbers.

    Examples
    --------
    >>> empty_in_lines((3, 5), np.float32).ctypes.data % LINE
    0
    """
    size = math.prod(shape) * np.dtype(kind).itemsize
    room = np.empty(size + LINE, np.int8)
    begin = -room.ctypes.data % LINE
    return room[begin : begin + size].view(kind).reshape(shape)
