"""Compiles kernels: the one place that knows numba. Changes no arithmetic: without fast-math all runs agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit, typeof

__all__ = ["compiled", "resolved"]

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def compiled(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Return the function compiled at its first call, kept on disk for the next process.

    Notes
    -----
    Division follows IEEE instead of raising. Small functions are melted into their caller, and references to arrays are
    not counted (so a kernel must not make arrays, only take views of those it is given): counting them took two thirds
    of a point's time.

    numba's disk cache knows a function's own file only. After an edit of a function that another file's kernel calls,
    the compiled files beside the sources must go: ``find src -name "*.nb?" -delete``, as every target of make does.
    """
    # numba takes _nrt but does not declare it: without it there is no reference counting.
    decorate = njit(cache=True, nogil=True, error_model="numpy", forceinline=True, _nrt=False)  # type: ignore[call-overload]  # as above
    return cast("Callable[_Parameters, _Result]", decorate(function))


def resolved(kernel: Callable[..., _Result], *arguments: object) -> Callable[..., _Result]:
    """Return a kernel for arguments of the same types as those given: what does not look at their types any more.

    Notes
    -----
    Looking at 50 arrays in nested tuples takes 6 us, half as long as answering a short ticket. The price is that
    nothing else does it: arrays of another type or layout would be read as what they are not.
    """
    wanted = tuple(map(typeof, arguments))
    return cast("Callable[..., _Result]", kernel.compile(wanted))  # type: ignore[attr-defined]  # numba's, see above
