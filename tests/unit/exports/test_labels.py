"""Canonical labels: one text for a value, wherever it comes from."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.exports import to_label

_SCALARS = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.dates(), st.datetimes())


@pytest.mark.parametrize("value", ["?", "", "   ", "null", "NULL", "None", "nan", " NaN ", None, float("nan"), pd.NaT])
def test_missing_is_none_however_it_is_written(value: object) -> None:
    assert to_label(value) is None


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (" Network ", "Network"),
        ("0000045", "0000045"),
        ("3.0", "3"),
        ("-12.000", "-12"),
        ("-0.0", "0"),
        ("3.10", "3.10"),
        ("1.0.0", "1.0.0"),
        ("version 3.0", "version 3.0"),
        ("9" * 5000 + ".0", "9" * 5000 + ".0"),
        ("True", "true"),
        ("FALSE", "false"),
        ("It is True", "It is True"),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (3.0, "3"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
        (np.int64(7), "7"),
        (np.float64(7), "7"),
        (Decimal("4.0"), "4"),
        (date(2016, 2, 29), "2016-02-29"),
        (datetime(2016, 2, 29, 1, 16, tzinfo=UTC), "2016-02-29T01:16:00+00:00"),
        ("?!", "?!"),
        ("nonesuch", "nonesuch"),
    ],
)
def test_scalar_has_one_text(value: object, label: str) -> None:
    assert to_label(value) == label


def test_reference_is_read_by_its_display_value_first() -> None:
    assert to_label({"display_value": "Service Desk", "value": "d625"}) == "Service Desk"
    assert to_label({"value": "d625", "link": "https://core/api/now/table/sys_user_group/d625"}) == "d625"
    assert to_label({"display_value": "", "value": "d625"}) == "d625"


@pytest.mark.parametrize("value", [[], ["a"], {}, {"id": "1"}, object(), b"bytes"])
def test_what_is_no_scalar_is_missing(value: object) -> None:
    assert to_label(value) is None


@given(_SCALARS)
def test_label_of_a_label_is_itself(value: object) -> None:
    label = to_label(value)
    assert label is None or (label == label.strip() and to_label(label) == label)


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_integers_that_became_floats_keep_their_label(value: int) -> None:
    assert to_label(float(value)) == to_label(value) == str(value)


@given(st.one_of(st.booleans(), st.integers(-(10**15) + 1, 10**15 - 1).map(float)))
def test_csv_says_what_parquet_and_json_say(value: bool | float) -> None:
    assert to_label(str(value)) == to_label(value)


@given(st.text())
def test_surrounding_blanks_never_matter(text: str) -> None:
    assert to_label(f" {text}\t") == to_label(text)
