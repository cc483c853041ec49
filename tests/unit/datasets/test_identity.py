"""Keys of rows and the digest of a file."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from triage.datasets.identity import fingerprint, row_keys

_CELLS = st.lists(
    st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["a", "x", None])), min_size=1, max_size=8
)


def _frame(rows: list[tuple[str | None, str | None]], columns: tuple[str, str] = ("text", "field")) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in zip(columns, zip(*rows, strict=True), strict=True)}
    )


def _days(*days: int) -> pd.Series:
    return pd.Series(pd.to_datetime([f"2024-01-{day:02d}" for day in days], utc=True)).dt.as_unit("ns")


@given(_CELLS)
def test_every_row_has_a_key_of_its_own(rows: list[tuple[str | None, str | None]]) -> None:
    assert len(set(row_keys(_frame(rows), None, None).tolist())) == len(rows)


@given(_CELLS)
def test_keys_of_a_beginning_do_not_depend_on_what_follows(rows: list[tuple[str | None, str | None]]) -> None:
    whole = row_keys(_frame(rows), None, None).tolist()
    assert row_keys(_frame(rows).iloc[:1], None, None).tolist() == whole[:1]


@given(_CELLS)
def test_column_order_and_empty_columns_do_not_matter(rows: list[tuple[str | None, str | None]]) -> None:
    frame = _frame(rows)
    keys = row_keys(frame, None, None).tolist()
    assert row_keys(frame[["field", "text"]], None, None).tolist() == keys
    assert row_keys(frame.assign(new=pd.Series([None] * len(rows), dtype=object)), None, None).tolist() == keys


def test_key_depends_on_cells_columns_identifier_and_opening() -> None:
    frame = _frame([("a", "x")])
    keys = [
        row_keys(frame, None, None)[0],
        row_keys(_frame([("x", "a")]), None, None)[0],
        row_keys(_frame([("a", "x")], ("text", "other")), None, None)[0],
        row_keys(frame, _days(1), None)[0],
        row_keys(frame, _days(2), None)[0],
        row_keys(frame, None, pd.Series(["1"], dtype=object))[0],
        row_keys(frame, None, pd.Series(["2"], dtype=object))[0],
    ]
    assert len(set(keys)) == len(keys)


def test_row_with_an_identifier_stays_the_same_however_it_is_corrected() -> None:
    ids = pd.Series(["7", "8", "7"], dtype=object)
    exported = row_keys(_frame([("a", "x"), ("b", "x"), ("a", "x")]), _days(1, 2, 3), ids)
    corrected = row_keys(_frame([("a!", "x"), ("b", None), ("b", "x")], ("text", "other")), None, ids)
    assert corrected.tolist() == exported.tolist()
    assert len(set(exported.tolist())) == 3


def test_keys_are_the_same_in_every_process_and_version() -> None:
    keys = row_keys(_frame([("printer", None), ("printer", None)]), _days(1, 1), pd.Series(["7", "7"], dtype=object))
    assert keys.tolist() == [17388717208818237771, 6624792511311799615]
    assert row_keys(_frame([("printer", None)]), _days(1), None).tolist() == [10545730515022957645]


def test_digest_depends_on_content_and_order() -> None:
    first, second = _frame([("a", "x"), ("b", "y")]), _frame([("b", "y"), ("a", "x")])
    digests = {
        fingerprint(first, second, None, None, None),
        fingerprint(second, first, None, None, None),
        fingerprint(first, first, None, None, None),
        fingerprint(first, first, None, _days(1, 2), None),
        fingerprint(first, first, None, None, _days(1, 2)),
        fingerprint(first, first, pd.Series(["1", "2"], dtype=object), None, None),
    }
    assert len(digests) == 6
    assert {len(digest) for digest in digests} == {64}
    assert fingerprint(first, second, None, None, None) == fingerprint(first.copy(), second.copy(), None, None, None)


def test_digest_does_not_depend_on_the_order_of_columns() -> None:
    frame = _frame([("a", "x"), ("b", "y")])
    moved = frame[["field", "text"]]
    assert fingerprint(frame, frame, None, None, None) == fingerprint(moved, moved, None, None, None)
