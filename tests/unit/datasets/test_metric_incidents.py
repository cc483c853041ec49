from __future__ import annotations

from collections.abc import Callable

import pytest

from triage.datasets import MetricOptions, Table, to_metric_incidents
from triage.errors import DataError, UsageError

ReadTable = Callable[..., Table]

MINUTE = 60 * 10**9


def test_both_spellings_of_the_columns_are_read(table_of: ReadTable) -> None:
    one = to_metric_incidents(table_of("entity,start,end\nweb,10,20\n", "i.csv"), MetricOptions())
    other = to_metric_incidents(table_of("id,entity,opened_at,resolved_at\nA,web,10,20\n", "i.csv"), MetricOptions())
    assert one.opened_ns.tolist() == other.opened_ns.tolist() == [10 * MINUTE]
    assert one.ended_ns.tolist() == other.ended_ns.tolist() == [20 * MINUTE]
    assert (one.ids, other.ids) == (("row-2",), ("A",))


def test_other_names_are_read_as_those_of_metrics_and_tickets(table_of: ReadTable) -> None:
    failures = to_metric_incidents(
        table_of("datetime,machineID,failure\n2024-01-01 06:00,7,comp1\n", "i.csv"), MetricOptions()
    )
    assert (failures.entity, failures.ids) == (("7",), ("row-2",))
    german = "Rechner;Eröffnet am;Gelöst am\nweb;01.02.2024 10:00;01.02.2024 11:00\n"
    found = to_metric_incidents(table_of(german, "i.csv"), MetricOptions())
    assert (found.ended_ns - found.opened_ns).tolist() == [60 * MINUTE]


def test_file_of_metrics_is_none_of_incidents(table_of: ReadTable) -> None:
    for content in ("timestamp,entity,cpu\n0,web,1\n", "entity,metric,timestamp,value\nweb,cpu,0,1\n"):
        with pytest.raises(UsageError, match="no column 'opened_at' or 'start'"):
            to_metric_incidents(table_of(content, "m.csv"), MetricOptions())


def test_without_entities_all_are_of_the_only_one_that_is_watched(table_of: ReadTable) -> None:
    found = to_metric_incidents(table_of("start,end\n10,20\n", "i.csv"), MetricOptions(), only_entity="web")
    assert found.entity == ("web",)


def test_an_end_may_be_missing(table_of: ReadTable) -> None:
    content = "entity,opened_at,resolved_at\nweb,2026-09-21 12:00,\ndb,2026-09-21 13:00,2026-09-21 14:00\n"
    found = to_metric_incidents(table_of(content, "i.csv"), MetricOptions())
    assert (found.ended_ns < 0).tolist() == [True, False]
    assert (to_metric_incidents(table_of("entity,start\nweb,1\n", "i.csv"), MetricOptions()).ended_ns == -1).all()


@pytest.mark.parametrize("content", ["entity,id\nweb,1\n", "start,end\n1,2\n"])
def test_a_missing_column_is_named(content: str, table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="has no column"):
        to_metric_incidents(table_of(content, "i.csv"), MetricOptions())


def test_what_is_wrong_is_told_with_rows(table_of: ReadTable) -> None:
    with pytest.raises(DataError) as caught:
        to_metric_incidents(table_of("entity,start,end\n,1,2\nweb,soon,3\n", "i.csv"), MetricOptions())
    assert {problem.where for problem in caught.value.problems} == {"entity", "start"}
    with pytest.raises(DataError, match="ends before it begins"):
        to_metric_incidents(table_of("entity,start,end\nweb,1,2\nweb,5,4\n", "i.csv"), MetricOptions())
