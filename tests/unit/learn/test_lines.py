from __future__ import annotations

import numpy as np
import pytest

from triage.learn.lines import LINE, empty_in_lines


@pytest.mark.parametrize("kind", [np.int8, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(0,), (1,), (7, 3), (128,)])
def test_arrays_begin_with_a_line_and_can_be_filled(shape: tuple[int, ...], kind: type[np.generic]) -> None:
    room = empty_in_lines(shape, kind)
    room[...] = 1
    assert (room.shape, room.dtype, room.flags["C_CONTIGUOUS"]) == (shape, np.dtype(kind), True)
    assert room.ctypes.data % LINE == 0 or not room.size
