"""Arrow streams into batches: the same as from JSON, whatever types the columns have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import DataError, MalformedBody
from triage.intake import MOST_POINTS, to_metric_batch
from triage.intake.arrow_points import to_arrow_metrics

ROWS = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 9), st.none() | st.floats(-1e9, 1e9))
MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def stream(table: pa.Table, *, rows_per_batch: int | None = None, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=rows_per_batch)
    return bytes(sink.getvalue().to_pybytes())


def table(**columns: object) -> pa.Table:
    n = max((len(column) for column in columns.values()), default=1)  # type: ignore[arg-type]  # all are lists or arrays
    one: dict[str, object] = {"entity": ["db"] * n, "metric": ["cpu"] * n, "timestamp": [60] * n, "value": [0.5] * n}
    return pa.table(one | columns)


def problems(body: bytes) -> list[tuple[str, tuple[int, ...], int, str]]:
    with pytest.raises(DataError) as refused:
        to_arrow_metrics(body)
    return [(one.where, one.rows, one.count, one.got) for one in refused.value.problems]


def points(batch: Any) -> list[tuple[str, str, int, float]]:
    names = [(batch.entity[at], batch.metric[at]) for at in batch.series.tolist()]
    return [
        (*pair, time, value)
        for pair, time, value in zip(names, batch.time_ns.tolist(), batch.value.tolist(), strict=True)
    ]


@given(st.lists(ROWS, min_size=1), st.booleans(), st.integers(1, 5))
def test_a_stream_says_what_the_same_columns_say_as_json(rows: list[Any], is_coded: bool, rows_per_batch: int) -> None:
    columns = dict(zip(("entity", "metric", "timestamp", "value"), map(list, zip(*rows, strict=True)), strict=True))
    names = pa.dictionary(pa.int8(), pa.string()) if is_coded else pa.string()
    given_table = pa.table(columns).set_column(0, "entity", pa.array(columns["entity"], names))
    got = to_arrow_metrics(stream(given_table, rows_per_batch=rows_per_batch))
    wanted = to_metric_batch(columns)
    assert points(got) == points(wanted)
    assert got.nulls == wanted.nulls


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_of_arrows_own_type_count_in_their_unit_whatever_the_zone(unit: str, zone: str | None) -> None:
    stamps = pa.array([MOMENT.timestamp()], pa.float64()).cast(pa.int64())
    stamps = pa.compute.multiply(stamps, 10 ** {"s": 0, "ms": 3, "us": 6, "ns": 9}[unit]).cast(pa.timestamp(unit, zone))
    assert to_arrow_metrics(stream(table(timestamp=stamps))).time_ns.tolist() == [int(MOMENT.timestamp()) * 10**9]


@pytest.mark.parametrize(
    "stamps", [["2026-11-23T10:00:00Z"], pa.array([int(MOMENT.timestamp())], pa.uint32()), [MOMENT.timestamp()]]
)
def test_times_are_iso_8601_or_seconds_as_in_json(stamps: object) -> None:
    assert to_arrow_metrics(stream(table(timestamp=stamps))).time_ns.tolist() == [int(MOMENT.timestamp()) * 10**9]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.large_string())]
)
def test_names_are_strings_of_every_kind(kind: pa.DataType) -> None:
    assert to_arrow_metrics(stream(table(entity=pa.array(["db-1"], kind)))).entity == ("db-1",)


def test_a_dictionary_may_hold_a_name_twice_and_one_that_no_row_has() -> None:
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 2, 0], pa.int8()), ["db", "", "db"])
    batch = to_arrow_metrics(stream(table(entity=coded, timestamp=[1, 2, 3])))
    assert batch.entity == ("db",)
    assert batch.series.tolist() == [0, 0, 0]


def test_values_that_are_no_finite_number_are_no_points() -> None:
    batch = to_arrow_metrics(stream(table(value=[1, None, float("nan"), float("inf"), -0.5])))
    assert (batch.value.tolist(), batch.nulls) == ([1.0, -0.5], 3)
    assert len(to_arrow_metrics(stream(table(value=pa.nulls(2))))) == 0
    assert to_arrow_metrics(stream(table(value=pa.array([7], pa.int16())))).value.tolist() == [7.0]


def test_a_file_is_read_as_its_stream() -> None:
    sink = pa.BufferOutputStream()
    one = table(value=[0.25])
    with pa.ipc.new_file(sink, one.schema) as writer:
        writer.write_table(one)
    assert to_arrow_metrics(sink.getvalue().to_pybytes()).value.tolist() == [0.25]


def test_rows_that_cannot_be_used_are_named_by_column_and_number() -> None:
    body = stream(table(entity=["a", " ", None], metric=["x", "x" * 256, "y"], timestamp=[60, None, 1.8e12]))
    assert problems(body) == [
        ("entity", (2, 3), 2, " "),
        ("metric", (2,), 1, "x" * 200),
        ("timestamp", (2, 3), 2, "null"),
    ]
    stamps = pa.array([0, 2**62], pa.timestamp("s"))
    assert problems(stream(table(timestamp=stamps))) == [("timestamp", (2,), 1, str(2**62))]


def test_columns_of_other_names_and_types_are_named() -> None:
    got = problems(stream(pa.table({"entity": [1], "metric": ["cpu"], "time": [60], "value": ["high"]})))
    assert [(where, shown) for where, _, _, shown in got] == [
        ("time", ""), ("entity", "int64"), ("timestamp", "0"), ("value", "string"),
    ]  # fmt: skip


def test_more_rows_than_may_be_are_refused_before_they_are_read() -> None:
    with pytest.raises(DataError, match=r"1 to 2,000,000 points\. Got 2,000,001"):
        to_arrow_metrics(stream(pa.table({"value": pa.nulls(MOST_POINTS + 1)})))
    with pytest.raises(DataError, match="Got 0"):
        to_arrow_metrics(stream(table().slice(0, 0)))


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_compressed_buffers_are_refused_before_they_are_unpacked(codec: str) -> None:
    with pytest.raises(MalformedBody, match="compressed"):
        to_arrow_metrics(stream(table(value=[0.5] * 1000), compression=codec))


@given(st.integers(0, 700), st.integers(0, 255))
def test_a_damaged_stream_is_a_malformed_body_or_other_points(at: int, byte: int) -> None:
    body = bytearray(stream(table(entity=pa.array(["a", "b"]).dictionary_encode())))
    body[at % len(body)] = byte
    for damaged in (bytes(body), bytes(body)[:at]):
        try:
            to_arrow_metrics(damaged)
        except (MalformedBody, DataError):
            continue
