"""Compiles kernels: the one place that knows numba. Changes no arithmetic but where it says so: all runs agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, typeof, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

__all__ = ["compiled", "prefetch", "reordered", "resolved", "unsigned"]

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


def reordered(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Return the function compiled as by `compiled`, with its sums taken in the order that suits the processor.

    Notes
    -----
    A sum of products runs in its vector registers: eight times as fast. On one machine the same numbers give the same
    sum, to the last bit; on a processor with other registers the last digits may differ.
    """
    decorate = njit(  # type: ignore[call-overload]  # as above
        cache=True,
        nogil=True,
        error_model="numpy",
        forceinline=True,
        fastmath={"reassoc", "contract", "nsz"},
        _nrt=False,
    )
    return cast("Callable[_Parameters, _Result]", decorate(function))


@compiled
def unsigned(place: int) -> int:
    """Return a place in an array as a number without a sign, which is never taken for one from the end: no test of it.

    Notes
    -----
    It is not to be calculated with beside numbers that have one: numba would make floating-point numbers of both.
    """
    return np.uint64(place)  # type: ignore[return-value]  # a whole number to whoever uses it


def resolved(kernel: Callable[..., _Result], *arguments: object) -> Callable[..., _Result]:
    """Return a kernel for arguments of the same types as those given: what does not look at their types any more.

    Notes
    -----
    Looking at 50 arrays in nested tuples takes 6 us, half as long as answering a short ticket. The price is that
    nothing else does it: arrays of another type or layout would be read as what they are not.
    """
    wanted = tuple(map(typeof, arguments))
    return cast("Callable[..., _Result]", kernel.compile(wanted))  # type: ignore[attr-defined]  # numba's, see above


@intrinsic
def _prefetch(_context: object, array: types.Type) -> tuple[object, Callable[..., object]]:
    signature = types.void(array)

    def generate(context: object, builder: ir.IRBuilder, _: object, arguments: list[ir.Value]) -> ir.Value:
        to_struct = make_array(array)  # type: ignore[no-untyped-call]  # numba's
        pointer = builder.bitcast(to_struct(context, builder, arguments[0]).data, ir.IntType(8).as_pointer())
        whole = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, whole, whole, whole])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]  # numba's
        # To be read, soon and again, as data.
        builder.call(function, [pointer, whole(0), whole(3), whole(1)])
        return context.get_dummy_value()  # type: ignore[attr-defined]  # numba's

    return signature, generate


# For kernels only. Has memory deliver the line that an array begins in, without waiting for it: what is read from all
# over a large array comes in a fifth of the time.
prefetch = cast("Callable[[NDArray[np.generic]], None]", _prefetch)
