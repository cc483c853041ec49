from __future__ import annotations

from triage.store.dialects import in_parts


def test_values_come_in_their_order_and_no_more_at_a_time_than_a_statement_takes() -> None:
    values = list(range(2_000))
    parts = list(in_parts(values))
    assert [value for part in parts for value in part] == values
    assert max(map(len, parts)) < 999
    assert list(in_parts([])) == []
