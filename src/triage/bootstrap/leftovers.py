"""Gives memory back that only starting needed: what loading freed, and the compiler."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

__all__ = ["give_back"]

_log = structlog.get_logger(__name__)

# LLVM's library, of which loading kernels reads the most: linking them, and the pages around each that is read.
_COMPILER = "libllvmlite"
_MAPS = Path("/proc/self/smaps")
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) ")
# Of linux/mman.h.
_DONT_NEED = 4


def give_back() -> None:
    """Let the system have the memory that only loading models and kernels needed.

    Notes
    -----
    Of a service's resident memory some 70 MB are pages of LLVM that no request reads. They are as they stand in
    its file, and come back when a kernel is loaded that was not before: the price is some 10 ms then. Linux with the
    GNU library only; elsewhere nothing is done.
    """
    library = ctypes.CDLL(None)
    if not sys.platform.startswith("linux") or not hasattr(library, "malloc_trim"):
        return
    library.malloc_trim(0)
    library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    try:
        with _MAPS.open() as lines:
            spans = list(_unchanged(lines))
    except OSError as err:
        _log.warning("memory_not_given_back", reason=str(err))
        return
    for begin, end in spans:
        library.madvise(begin, end - begin, _DONT_NEED)


def _unchanged(lines: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where the compiler's library lies in memory just as it does in its file: what was relocated is left out."""
    span: tuple[int, int] | None = None
    for line in lines:
        if mapping := _MAPPING.match(line):
            is_fixed = mapping[3].endswith("p") and "w" not in mapping[3]
            span = (int(mapping[1], 16), int(mapping[2], 16)) if is_fixed and _COMPILER in line else None
        elif span and line.startswith("Anonymous:") and line.split()[1] == "0":
            yield span
