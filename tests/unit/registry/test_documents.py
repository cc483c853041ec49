"""Documents come back as they were, byte for byte the same every time, or are refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import BundleRefused, TriageError
from triage.parts import JSON
from triage.registry.documents import parse_document, to_bytes

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
DOCUMENTS = st.dictionaries(
    TEXT, st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=10)
)


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was(document: dict[str, JSON]) -> None:
    back = parse_document(to_bytes(document, "d"), "d")
    assert repr(back) == repr(_sorted(document))  # repr tells 1 from 1.0, and 0.0 from -0.0


@given(DOCUMENTS)
def test_order_of_keys_does_not_matter(document: dict[str, JSON]) -> None:
    turned = dict(reversed(document.items()))
    assert to_bytes(turned, "d") == to_bytes(document, "d")


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**64, -(2**63) - 1, b"bytes", {1: "key"}, np.zeros(2), np.int64(1), {1, 2}, "\ud800"],
    ids=repr,
)
def test_what_json_cannot_hold_is_refused_by_its_place(value: object) -> None:
    with pytest.raises(TriageError, match=r"head\.json"):
        to_bytes({"deep": [0, {"er": cast("JSON", value)}]}, "head.json")


def test_an_error_names_the_place_inside_the_document() -> None:
    with pytest.raises(TriageError, match=r"head\.json/deep/1/er must be finite\. Got nan"):
        to_bytes({"deep": [0, {"er": float("nan")}]}, "head.json")


def test_mappings_tuples_and_numpy_floats_are_made_plain() -> None:
    frozen = MappingProxyType({"b": (1, np.float64(0.5)), "a": np.str_("x")})
    assert to_bytes({"frozen": frozen}, "d") == b'{"frozen":{"a":"x","b":[1,0.5]}}'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"NaN",
        b'{"a":NaN}',
        b'{"a":1}{"a":2}',
        b'{"a":"\xff"}',
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_bytes_that_are_no_json_object_are_refused(raw: bytes) -> None:
    with pytest.raises(BundleRefused, match=r"head\.json"):
        parse_document(raw, "head.json")


def _sorted(value: JSON) -> JSON:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode())}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
