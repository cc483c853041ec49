"""The natural logarithm as arithmetic alone, which the compiler turns into vector code. For kernels."""

from __future__ import annotations

import numpy as np

from triage.compiling import compiled

__all__ = ["log_of"]

_MANTISSA_BITS, _MANTISSA, _ONE = np.uint64(52), np.uint64(2**52 - 1), np.uint64(0x3FF0_0000_0000_0000)
# A whole number below 2**52 put into the mantissa of 2**52 is that number and 2**52: AVX2 converts none of 64 bits.
_TO_FLOAT, _OFFSET = np.uint64(0x4330_0000_0000_0000), 2.0**52 + 1023.0
_ROOT_OF_TWO = 2.0**0.5
# FreeBSD's e_log.c: an odd polynomial in f / (2 + f) with an error below 2**-58, and the logarithm of 2 in two parts.
_L1, _L2, _L3 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01
_L4, _L5, _L6 = 2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01
_L7 = 1.479819860511658591e-01
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


@compiled
def log_of(number: float) -> float:
    """Return the natural logarithm of a number that is finite, normal and above 0, to a unit of the last place.

    Notes
    -----
    Of anything else it returns a number without a meaning. The library's logarithm is as fast one by one; this one
    takes an eighth of its time where eight numbers lie side by side.
    """
    bits = np.float64(number).view(np.uint64)
    exponent = np.uint64((bits >> _MANTISSA_BITS) | _TO_FLOAT).view(np.float64) - _OFFSET
    mantissa = np.uint64((bits & _MANTISSA) | _ONE).view(np.float64)
    is_high = mantissa > _ROOT_OF_TWO
    exponent = exponent + 1.0 if is_high else exponent
    f = (0.5 * mantissa if is_high else mantissa) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_L2 + w * (_L4 + w * _L6))
    odd = z * (_L1 + w * (_L3 + w * (_L5 + w * _L7)))
    half_square = 0.5 * f * f
    return float(s * (half_square + even + odd) + exponent * _LN2_LOW - half_square + f + exponent * _LN2_HIGH)
