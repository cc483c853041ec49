"""Columns of files of metrics under the names that other systems and public sets give them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from triage.datasets import Table
from triage.datasets.metric_columns import find_roles

ReadTable = Callable[..., Table]


def _times(n: int) -> list[str]:
    return [f"2024-01-01 {at // 60:02d}:{at % 60:02d}" for at in range(n)]


def test_contract_names_come_first(table_of: ReadTable) -> None:
    roles = find_roles(table_of("host,entity,metric,timestamp,value,unit\nh,web,cpu,0,1,%\n"))
    assert (roles.entity, roles.metric, roles.numbers, roles.ignored) == (
        "entity",
        "metric",
        ("value",),
        ("host", "unit"),
    )


def test_numbered_machines_are_entities_where_times_repeat(table_of: ReadTable) -> None:
    rows = "".join(f"{at},{machine},{machine}.5\n" for at in _times(5) for machine in (1, 2, 3))
    roles = find_roles(table_of("datetime,machineID,volt\n" + rows))
    assert (roles.time, roles.entity, roles.numbers) == ("datetime", "machineID", ("volt",))


def test_one_machine_alone_is_an_entity_and_a_gauge_of_that_name_is_a_metric(table_of: ReadTable) -> None:
    alone = "".join(f"{at},7,{number}\n" for number, at in enumerate(_times(5)))
    assert find_roles(table_of("datetime,machineID,volt\n" + alone)).entity == "machineID"
    gauge = "".join(f"{at},{number},{number}\n" for number, at in enumerate(_times(5)))
    roles = find_roles(table_of("datetime,service,volt\n" + gauge))
    assert (roles.entity, roles.numbers) == (None, ("service", "volt"))


def test_long_files_of_other_languages_are_read(table_of: ReadTable) -> None:
    roles = find_roles(table_of("Zeitstempel;Rechner;Messgröße;Wert\n01.02.2024 10:00;a;cpu;1\n"))
    assert (roles.time, roles.entity, roles.metric) == ("Zeitstempel", "Rechner", "Messgröße")
    assert roles.numbers == ("Wert",)


def test_unit_beside_a_metric_is_what_it_is_counted_in(table_of: ReadTable) -> None:
    roles = find_roles(table_of("time,name,value,unit\n2024-01-01 10:00,cpu,1,%\n2024-01-01 10:00,mem,1,MB\n"))
    assert (roles.entity, roles.metric, roles.ignored) == (None, "name", ("unit",))


def test_each_indicator_without_an_entity_is_one(table_of: ReadTable) -> None:
    roles = find_roles(table_of("timestamp,value,label,KPI ID\n60,1,0,02e9\n60,2,1,9bd9\n"))
    assert (roles.entity, roles.metric, roles.numbers) == ("KPI ID", None, ("value",))
    assert roles.ignored == ("label",)


@pytest.mark.parametrize("column", ["label", "is_anomaly", "Anomaly", "changepoint", "attack"])
def test_verdicts_of_people_are_not_watched(table_of: ReadTable, column: str) -> None:
    roles = find_roles(table_of(f"timestamp,cpu,{column}\n0,1,0\n1,2,1\n2,3,0\n"))
    assert (roles.numbers, roles.ignored) == (("cpu",), (column,))
    many = find_roles(table_of(f"timestamp,cpu,{column}\n0,1,0\n1,2,1\n2,3,2\n"))
    assert many.numbers == ("cpu", column)


def test_columns_without_any_number_are_not_read(table_of: ReadTable) -> None:
    roles = find_roles(table_of("time,cpu,model\n2024-01-01 10:00,1,ST40\n2024-01-01 10:01,2,ST41\n"))
    assert (roles.numbers, roles.ignored) == (("cpu",), ("model",))


def test_time_is_found_by_shape_where_no_name_says_it(table_of: ReadTable) -> None:
    assert find_roles(table_of("when,cpu\n2024-01-01 10:00,1\n2024-01-01 10:01,2\n")).time == "when"


@pytest.mark.parametrize("column", ["time_ms", "Timestamp (UTC)", "epoch_s", "unixTime"])
def test_units_and_zones_after_the_name_of_times_do_not_matter(table_of: ReadTable, column: str) -> None:
    assert find_roles(table_of(f"cpu,{column}\n1,1600000000\n2,1600000060\n")).time == column
