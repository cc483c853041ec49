from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.datasets import MetricOptions, ReadOptions, Table, read_table, to_metric_history
from triage.errors import DataError, UsageError
from triage.training.metrics import MetricHistory

ReadTable = Callable[..., Table]

LONG = """entity,metric,timestamp,value
web,cpu,2026-09-21 12:00:00,1
web,mem,2026-09-21 12:00:00,2
db,cpu,2026-09-21 12:00:00,3
web,cpu,2026-09-21 12:05:00,
web,cpu,2026-09-21 12:00:00,5
"""


def history(table: Table) -> MetricHistory:
    return to_metric_history(table, MetricOptions())


def test_a_long_file_has_a_series_an_entity_and_metric(table_of: ReadTable) -> None:
    found = history(table_of(LONG, "m.csv"))
    assert found.series == (("web", "cpu"), ("web", "mem"), ("db", "cpu"))
    assert found.series_of_point.tolist() == [0, 1, 2, 0]
    assert found.entities == ("web", "db")
    assert found.metrics == ("cpu", "mem")


def test_duplicates_and_disorder_are_kept_and_a_missing_value_is_a_row_without_sample(table_of: ReadTable) -> None:
    found = history(table_of(LONG, "m.csv"))
    assert found.value.tolist() == [1.0, 2.0, 3.0, 5.0]
    assert found.row_of_point.tolist() == [0, 1, 2, 4]
    assert found.n_rows == 5
    assert found.time_ns_of_row[3] > found.time_ns_of_row[4]


def test_a_wide_row_holds_a_sample_a_metric(table_of: ReadTable) -> None:
    found = history(table_of("timestamp,entity,cpu,mem\n0,web,1,\n1,db,2,3\n", "m.csv"))
    assert found.series == (("web", "cpu"), ("db", "cpu"), ("db", "mem"))
    assert found.row_of_point.tolist() == [0, 1, 1]
    assert found.entity_of_row.tolist() == [0, 1]


def test_without_an_entity_the_file_s_name_is_one(table_of: ReadTable) -> None:
    assert history(table_of("timestamp,value\n0,1\n1,2\n", "nyc_taxi.csv")).series == (("nyc_taxi", "value"),)
    assert history(table_of("timestamp,metric,value\n0,cpu,1\n", "web.csv")).series == (("web", "cpu"),)


def test_names_of_columns_may_be_in_any_letter_case_and_order(table_of: ReadTable) -> None:
    assert history(table_of("Value,Timestamp,Metric,ENTITY\n1,0,cpu,web\n", "m.csv")).series == (("web", "cpu"),)


def test_packed_and_typed_files_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(LONG, encoding="utf-8")
    (tmp_path / "m.csv.gz").write_bytes(gzip.compress(LONG.encode()))
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("m.csv", LONG)
    frame = pd.read_csv(tmp_path / "m.csv")
    frame.assign(timestamp=pd.to_datetime(frame["timestamp"])).to_parquet(tmp_path / "m.parquet")
    prints = {
        history(read_table(tmp_path / name, ReadOptions())).fingerprint()
        for name in ("m.csv", "m.csv.gz", "m.zip", "m.parquet")
    }
    assert len(prints) == 1


def test_all_that_is_wrong_is_told_at_once_with_rows(table_of: ReadTable) -> None:
    bad = "entity,metric,timestamp,value\nweb,cpu,2026-09-21 12:00:00,1\n,cpu,2026-09-21 12:01:00,2\nweb,,never,high\n"
    with pytest.raises(DataError) as caught:
        history(table_of(bad, "m.csv"))
    assert {(problem.where, problem.rows) for problem in caught.value.problems} == {
        ("entity", (3,)),
        ("metric", (4,)),
        ("timestamp", (4,)),
        ("value", (4,)),
    }


@pytest.mark.parametrize("content", ["entity,cpu\nweb,1\n", "timestamp,entity\n0,web\n"])
def test_a_file_without_timestamps_or_values_is_refused(content: str, table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="has no column"):
        history(table_of(content, "m.csv"))


@pytest.mark.parametrize("content", ["", "timestamp,value\n", "timestamp,value\n0,\n1,null\n"])
def test_a_file_without_samples_is_refused(content: str, table_of: ReadTable) -> None:
    with pytest.raises(DataError):
        history(table_of(content, "m.csv"))


def test_further_columns_of_a_long_file_are_no_metrics(table_of: ReadTable) -> None:
    assert history(table_of("entity,metric,timestamp,value,note\nweb,cpu,0,1,x\n", "m.csv")).metrics == ("cpu",)


cells = st.tuples(
    st.sampled_from(["web", "db"]), st.integers(0, 50), st.one_of(st.none(), st.floats(-10, 10, width=32))
)


@given(st.lists(cells, min_size=1, max_size=30))
def test_every_value_is_a_sample_of_its_row(rows: list[tuple[str, int, float | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["entity", "timestamp", "cpu"])
    frame["mem"] = 1.0
    found = history(Table(Path("m.csv"), frame, tuple(frame.columns), np.arange(len(frame)) + 2))
    cpu = [series for series, (_, metric) in enumerate(found.series) if metric == "cpu"]
    at = np.flatnonzero(np.isin(found.series_of_point, cpu))
    given_at = np.flatnonzero(frame["cpu"].notna())
    assert found.row_of_point[at].tolist() == given_at.tolist()
    assert found.value[at].tolist() == frame["cpu"].astype(float).to_numpy()[given_at].tolist()
    assert [found.entities[row] for row in found.entity_of_row] == frame["entity"].tolist()
