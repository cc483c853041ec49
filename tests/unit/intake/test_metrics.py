"""Columns of points into batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import DataError
from triage.intake import RecentNames, to_metric_batch
from triage.intake.metrics import MOST_POINTS

MOMENTS = st.datetimes(
    datetime(1901, 1, 1),  # noqa: DTZ001
    datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
ROWS = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 9), st.none() | st.floats(-1e9, 1e9))


def columns(**given_columns: list[Any]) -> dict[str, list[Any]]:
    one: dict[str, list[Any]] = {"entity": ["db"], "metric": ["cpu"], "timestamp": [60], "value": [0.5]}
    n = max((len(column) for column in given_columns.values()), default=1)
    return {name: column * n for name, column in one.items()} | given_columns


def problems(payload: object) -> list[tuple[str, tuple[int, ...], int]]:
    with pytest.raises(DataError) as refused:
        to_metric_batch(payload)
    return [(one.where, one.rows, one.count) for one in refused.value.problems]


def times(*stamps: object) -> list[int]:
    return [int(time_ns) for time_ns in to_metric_batch(columns(timestamp=list(stamps))).time_ns]


@given(st.lists(ROWS, min_size=1))
def test_points_come_out_in_the_order_of_their_rows_without_those_that_have_no_value(
    rows: list[tuple[str, str, int, float | None]],
) -> None:
    entity, metric, timestamp, value = (list(column) for column in zip(*rows, strict=True))
    batch = to_metric_batch({"entity": entity, "metric": metric, "timestamp": timestamp, "value": value})
    names = [(batch.entity[at], batch.metric[at]) for at in batch.series.tolist()]
    got = zip(names, batch.time_ns.tolist(), batch.value.tolist(), strict=True)
    wanted = [((e, m), t * 10**9, v) for e, m, t, v in rows if v is not None]
    assert list(got) == wanted
    assert batch.nulls == len(rows) - len(wanted)
    assert len(batch) == len(wanted)
    assert len(set(zip(batch.entity, batch.metric, strict=True))) == len(batch.entity)


@given(MOMENTS)
def test_a_string_is_iso_8601_to_the_microsecond(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert times(moment.isoformat()) == [since // timedelta(microseconds=1) * 1000]


def test_a_string_without_a_zone_is_utc_and_zones_may_differ() -> None:
    same = ["2026-11-23T10:00:00Z", "2026-11-23T10:00:00", "2026-11-23T12:00:00+02:00", "2026-11-23 10:00"]
    assert len(set(times(*same))) == 1
    assert times("2026-11-23T10:00:00.123456789Z")[0] % 10**9 == 123456000


def test_a_number_is_seconds_since_the_epoch_to_the_microsecond() -> None:
    assert times(0, 1_795_423_200, -1) == [0, 1_795_423_200 * 10**9, -(10**9)]
    assert times(1_795_423_200.25) == [1_795_423_200_250_000_000]
    assert times(1_795_423_200.1234564) == [1_795_423_200_123_456_000]


@pytest.mark.parametrize(
    "stamps",
    [
        [1, "2026-11-23T10:00:00Z", 2],
        [1, None, 2],
        [1, True, 2],
        [1, 1_795_423_200_000, 2],
        [1, 1e300, 2],
        ["2026-11-23", "today", "2026-11-24"],
        ["2026-11-23", "", "2026-11-24"],
        ["2026-11-23", "1795423200", "2026-11-24"],
        ["2026-11-23", "1899-12-31T23:59:59Z", "2026-11-24"],
        ["2026-11-23", "2100-01-01T00:00:00Z", "2026-11-24"],
        ["2026-11-23", 5, "2026-11-24"],
    ],
)
def test_a_timestamp_that_cannot_be_used_is_named_by_its_row(stamps: list[Any]) -> None:
    assert problems(columns(timestamp=stamps)) == [("timestamp", (2,), 1)]


@pytest.mark.parametrize("name", ["", " \t", "a\0b", "x" * 256, 7, None, ["db"]])
def test_a_name_that_cannot_be_used_is_named_by_its_row(name: object) -> None:
    assert problems(columns(entity=["db", name, "db"])) == [("entity", (2,), 1)]
    assert problems(columns(metric=["cpu", "cpu", name])) == [("metric", (3,), 1)]


@pytest.mark.parametrize("value", ["0.5", True, [1], {}])
def test_a_value_that_is_no_number_is_named_by_its_row(value: object) -> None:
    assert problems(columns(value=[1, None, value])) == [("value", (3,), 1)]


def test_all_that_is_wrong_is_said_at_once_and_rows_are_bounded() -> None:
    found = problems({"entity": [""] * 9, "metric": [1] * 9, "timestamp": ["x"] * 9, "value": ["y"] * 9})
    rows = (1, 2, 3, 4, 5)
    assert found == [(name, rows, 9) for name in ("entity", "metric", "timestamp", "value")]


@pytest.mark.parametrize(
    "payload",
    [
        [],
        None,
        {},
        columns(extra=[1]),
        {**columns(), "value": 1.0},
        {**columns(), "value": [1, 2]},
        {"entity": [], "metric": [], "timestamp": [], "value": []},
        {name: column * (MOST_POINTS + 1) for name, column in columns().items()},
    ],
    ids=["list", "null", "empty", "unknown", "scalar", "lengths", "none", "too many"],
)
def test_columns_that_do_not_fit_are_refused(payload: object) -> None:
    with pytest.raises(DataError):
        to_metric_batch(payload)


def test_a_batch_of_nothing_but_nulls_has_no_points_and_no_series() -> None:
    batch = to_metric_batch(columns(value=[None, None]))
    assert (len(batch), batch.nulls, batch.entity, batch.metric) == (0, 2, (), ())


def test_whole_numbers_beyond_64_bits_are_values_too() -> None:
    batch = to_metric_batch(columns(value=[2**63, 1e308, -0.0]))
    assert batch.value.dtype == np.float64
    assert batch.value.tolist() == [2.0**63, 1e308, 0.0]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=6), st.data())
def test_names_that_were_read_before_are_read_alike(names: list[tuple[str, str]], data: st.DataObject) -> None:
    remembered = RecentNames()
    entity, metric = (list(column) for column in zip(*names, strict=True))
    for _ in range(3):
        value = data.draw(st.lists(st.none() | st.floats(-9, 9), min_size=len(names), max_size=len(names)))
        payload = {"entity": entity[:], "metric": metric[:], "timestamp": [60] * len(names), "value": value}
        got, wanted = to_metric_batch(payload, remembered), to_metric_batch(payload)
        assert (got.entity, got.metric, got.nulls) == (wanted.entity, wanted.metric, wanted.nulls)
        assert got.series.tolist() == wanted.series.tolist()
        assert got.value.tolist() == wanted.value.tolist()


def test_names_of_a_batch_that_was_refused_are_refused_again() -> None:
    remembered = RecentNames()
    for _ in range(2):
        with pytest.raises(DataError):
            to_metric_batch(columns(entity=["db", ""]), remembered)
