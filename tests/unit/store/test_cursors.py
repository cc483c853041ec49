"""Cursors of pages."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.store.cursors import from_cursor, to_cursor


@given(st.integers(0, 2**63 - 1))
def test_cursor_reads_back(seq: int) -> None:
    assert from_cursor(to_cursor(seq)) == seq


@pytest.mark.parametrize(
    "inside", [b"", b"1:", b"1:-4", b"1: 4", b"1:1_000", b"2:4", b"4", b"1:9223372036854775808", b"1:" + b"9" * 50]
)
def test_cursor_with_anything_else_inside_is_refused(inside: bytes) -> None:
    with pytest.raises(UsageError):
        from_cursor(base64.urlsafe_b64encode(inside).decode())


@given(st.text(max_size=30))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        seq = from_cursor(text)
    except UsageError:
        return
    assert 0 <= seq < 2**63
