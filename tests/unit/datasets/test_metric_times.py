from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from triage.datasets import ReadOptions, Table, read_table
from triage.datasets.metric_times import EventTimes, read_event_times
from triage.errors import UsageError

ReadTable = Callable[..., Table]

MINUTE = 60 * 10**9
NOON = int(np.datetime64("2026-09-21T12:00", "ns").astype(np.int64))


def times(table_of: ReadTable, *cells: str, tz: str | None = None, step_ns: int | None = None) -> EventTimes:
    return read_event_times(
        table_of("timestamp,value\n" + "".join(f"{cell},1\n" for cell in cells)), "timestamp", tz, step_ns
    )


@pytest.mark.parametrize(
    "cell",
    [
        "2026-09-21 12:00:00",
        "2026-09-21T12:00:00Z",
        "2026-09-21T14:00:00+02:00",
        "2026-09-21 12:00",
        "2026/09/21 12:00:00",
        "2026-09-21 12:00:00.000",
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(cell: str, table_of: ReadTable) -> None:
    assert times(table_of, cell).time_ns.tolist() == [NOON]


def test_a_zone_holds_for_times_that_name_none(table_of: ReadTable) -> None:
    assert times(table_of, "2026-09-21 14:00:00", tz="Europe/Berlin").time_ns.tolist() == [NOON]
    assert times(table_of, "2026-09-21T12:00:00Z", tz="Europe/Berlin").time_ns.tolist() == [NOON]


def test_an_unknown_zone_is_refused(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="IANA"):
        times(table_of, "2026-09-21 14:00:00", tz="Mars/Base")


def test_whole_numbers_are_steps_of_a_minute_or_as_long_as_is_said(table_of: ReadTable) -> None:
    assert times(table_of, "0", "1", "-2").time_ns.tolist() == [0, MINUTE, -2 * MINUTE]
    found = times(table_of, "1", "2", step_ns=5 * MINUTE)
    assert found.time_ns.tolist() == [5 * MINUTE, 10 * MINUTE]
    assert found.step_ns == 5 * MINUTE


@pytest.mark.parametrize("unit", [10**9, 10**6, 10**3, 1])
def test_counts_since_1970_are_told_by_their_digits(unit: int, table_of: ReadTable) -> None:
    found = times(table_of, str(NOON // unit))
    assert found.time_ns.tolist() == [NOON]
    assert found.step_ns is None


def test_nanoseconds_since_1970_keep_their_last_digit(table_of: ReadTable) -> None:
    assert times(table_of, str(NOON + 1)).time_ns.tolist() == [NOON + 1]


def test_times_of_parquet_are_read_as_they_are(tmp_path: Path) -> None:
    moments = pd.to_datetime(["2026-09-21 12:00"])
    for name, column in (("plain", moments), ("zoned", moments.tz_localize("UTC").tz_convert("Asia/Tokyo"))):
        pd.DataFrame({"timestamp": column}).to_parquet(tmp_path / f"{name}.parquet")
        table = read_table(tmp_path / f"{name}.parquet", ReadOptions())
        assert read_event_times(table, "timestamp", None, None).time_ns.tolist() == [NOON]


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (("2026-09-21 12:00:00", "yesterday", "2026-09-21 12:05:00"), (3,)),
        (("2026-09-21 12:00:00", "", "2026-09-21 12:05:00"), (3,)),
        (("1", "2", "three"), (4,)),
        (("1", "2.5", "3"), (3,)),
        (("1", "2", "inf"), (4,)),
        (("2026-09-21 12:00:00", "2199-01-01 00:00:00"), (3,)),
    ],
)
def test_a_timestamp_at_fault_is_named_by_its_row(
    cells: tuple[str, ...], rows: tuple[int, ...], table_of: ReadTable
) -> None:
    assert [problem.rows for problem in times(table_of, *cells).problems] == [rows]
