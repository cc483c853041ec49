from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from triage.watch.logarithm import log_of


@given(st.floats(1e-300, 1e300))
def test_logarithm_is_the_librarys_to_a_unit_of_the_last_place(number: float) -> None:
    wanted = math.log(number)
    assert abs(log_of(number) - wanted) <= math.ulp(wanted)


def test_logarithm_of_one_is_exactly_nothing() -> None:
    assert log_of(1.0) == 0.0
