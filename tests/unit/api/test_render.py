"""Bodies of answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from triage.api.render import json_response


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_as_the_same_numbers(number: float) -> None:
    assert json.loads(bytes(json_response({"x": number}).body))["x"] == number


def test_moments_are_in_utc_with_a_z() -> None:
    moment = datetime(2026, 11, 23, 10, 0, 0, 250, tzinfo=UTC)
    assert bytes(json_response([moment], 207).body) == b'["2026-11-23T10:00:00.000250Z"]'
