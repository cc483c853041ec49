"""A column of times is read in one style and one date order, or refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from triage.datasets import Table
from triage.datasets.times import looks_like_times, month_leads, read_times
from triage.errors import UsageError

ReadTable = Callable[..., Table]


def _dates(table: Table, *columns: str, tz: str | None = None) -> list[list[str]]:
    moments, problems = read_times(table, columns, tz)
    assert problems == []
    return [moments[column].dt.strftime("%Y-%m-%d").fillna("").tolist() for column in columns]


def test_one_value_above_twelve_decides_the_whole_column(table_of: ReadTable) -> None:
    assert _dates(table_of("opened\n3/4/2024\n13/4/2024\n"), "opened") == [["2024-04-03", "2024-04-13"]]
    assert _dates(table_of("opened\n3/4/2024\n4/13/2024\n"), "opened") == [["2024-03-04", "2024-04-13"]]


def test_decided_column_decides_the_others_of_its_file(table_of: ReadTable) -> None:
    table = table_of("opened,closed\n3/4/2024,5/4/2024\n4/4/2024,13/4/2024\n")
    assert _dates(table, "opened", "closed")[0] == ["2024-04-03", "2024-04-04"]


def test_order_in_which_nothing_ends_before_it_begins_is_taken(table_of: ReadTable) -> None:
    table = table_of("opened,closed\n1/4/2024,12/3/2024\n5/6/2024,6/7/2024\n2/1/2024,2/2/2024\n")
    assert _dates(table, "opened", "closed")[0] == ["2024-01-04", "2024-05-06", "2024-02-01"]


def test_order_in_which_rows_are_sorted_is_taken_when_nothing_else_tells(table_of: ReadTable) -> None:
    assert _dates(table_of("opened\n1/2/2024\n3/2/2024\n1/3/2024\n"), "opened") == [
        ["2024-02-01", "2024-02-03", "2024-03-01"]
    ]


def test_what_stays_the_same_over_many_dates_is_the_month(table_of: ReadTable) -> None:
    days = [9, 2, 7, 7, 3, 11, 5, 2, 8, 4, 6, 1]
    us = table_of("opened\n" + "".join(f"03/{day:02d}/2021 0{at % 9}:10\n" for at, day in enumerate(days)))
    assert _dates(us, "opened")[0][:2] == ["2021-03-09", "2021-03-02"]
    gb = table_of("opened\n" + "".join(f"{day:02d}/01/2021 0{at % 9}:10\n" for at, day in enumerate(days)))
    assert _dates(gb, "opened")[0][:2] == ["2021-01-09", "2021-01-02"]


def test_first_days_of_months_may_be_months(table_of: ReadTable) -> None:
    dates = "".join(f"01/{month:02d}/2021\n" for month in [9, 2, 7, 3, 11, 5, 8, 4, 6, 12, 10])
    _, [problem] = read_times(table_of("opened\n" + dates), ["opened"], None)
    assert "no value tells day from month" in problem.message


def test_order_of_earlier_files_counts_where_no_value_tells(table_of: ReadTable) -> None:
    table = table_of("opened\n3/5/2024\n1/9/2024\n7/2/2024\n")
    moments, problems = read_times(table, ["opened"], None, month_first=True)
    assert problems == []
    assert moments["opened"].dt.month.tolist() == [3, 1, 7]
    moments, _ = read_times(table_of("opened\n3/5/2024\n13/9/2024\n"), ["opened"], None, month_first=True)
    assert moments["opened"].dt.month.tolist() == [5, 9]


def test_order_in_which_a_column_was_read_is_told(table_of: ReadTable) -> None:
    for text, month_first in (
        ("3/4/2024\n4/13/2024\n", True),
        ("3/4/2024\n13/4/2024\n", False),
        ("2024-03-04\n", None),
    ):
        table = table_of("opened\n" + text)
        moments, _ = read_times(table, ["opened"], "Asia/Tokyo")
        assert month_leads(table, "opened", moments["opened"][::-1]) is month_first


def test_equal_day_and_month_need_no_decision(table_of: ReadTable) -> None:
    assert _dates(table_of("opened\n3/3/2024\n4/4/2024\n"), "opened") == [["2024-03-03", "2024-04-04"]]


def test_ambiguous_dates_are_refused_with_their_rows(table_of: ReadTable) -> None:
    _, [problem] = read_times(table_of("opened\n3/5/2024\n1/9/2024\n7/2/2024\n"), ["opened"], None)
    assert "write dates as YYYY-MM-DD" in problem.message
    assert (problem.where, problem.rows, problem.got) == ("opened", (2, 3, 4), "3/5/2024")


def test_contradicting_rows_are_named_once(table_of: ReadTable) -> None:
    _, [problem] = read_times(table_of("opened\n3/14/2024\n1/1/2024\n14/3/2024\n"), ["opened"], None)
    assert problem.rows == (4, 2)
    assert problem.got == "14/3/2024 and 3/14/2024"


def test_columns_may_have_different_orders_when_both_are_sure(table_of: ReadTable) -> None:
    table = table_of("opened,closed\n13/4/2024,4/14/2024\n")
    assert _dates(table, "opened", "closed") == [["2024-04-13"], ["2024-04-14"]]


def test_undecided_column_between_two_sure_orders_is_refused(table_of: ReadTable) -> None:
    table = table_of("opened,closed,updated\n13/4/2024,4/14/2024,5/6/2024\n")
    _, [problem] = read_times(table, ["opened", "closed", "updated"], None)
    assert problem.where == "updated"


def test_every_unreadable_value_of_every_column_is_told_at_once(table_of: ReadTable) -> None:
    table = table_of("opened,closed\n2024-01-01,2024-02-31\nyesterday,2024-02-01\n2024-01-03,2024-02-02\n,\n")
    _, problems = read_times(table, ["opened", "closed"], None)
    assert [(problem.where, problem.rows, problem.got) for problem in problems] == [
        ("opened", (3,), "yesterday"),
        ("closed", (2,), "2024-02-31"),
    ]


def test_column_without_any_time_is_refused(table_of: ReadTable) -> None:
    _, [problem] = read_times(table_of("opened\nsoon\nlater\n"), ["opened"], None)
    assert "no date or time is recognised" in problem.message


def test_stand_in_is_refused_as_opening_and_missing_as_end(table_of: ReadTable) -> None:
    table = table_of("opened,closed\n2024-01-01,9999-12-31\n2024-01-02,2024-01-03\n")
    assert _dates(table, "opened", "closed")[1] == ["", "2024-01-03"]
    _, [problem] = read_times(table, ["closed"], None)
    assert problem.got == "9999-12-31"


def test_missing_values_are_nat(table_of: ReadTable) -> None:
    assert _dates(table_of("opened,x\n?,1\n2024-01-02,2\n,3\n"), "opened") == [["", "2024-01-02", ""]]


def test_column_of_nothing_is_all_nat(table_of: ReadTable) -> None:
    assert _dates(table_of("opened,x\n?,1\n,2\n"), "opened") == [["", ""]]


def test_times_are_utc_unless_a_zone_is_named(table_of: ReadTable) -> None:
    table = table_of("opened\n2024-07-01 01:00\n2024-07-02 01:00Z\n")
    assert _dates(table, "opened") == [["2024-07-01", "2024-07-02"]]
    assert _dates(table, "opened", tz="Europe/Berlin") == [["2024-06-30", "2024-07-02"]]


@pytest.mark.parametrize("tz", ["Mars/Olympus", "../etc/passwd", ""])
def test_unknown_zone_is_wrong_usage(table_of: ReadTable, tz: str) -> None:
    with pytest.raises(UsageError, match="IANA zone"):
        read_times(table_of("opened\n2024-07-01\n"), ["opened"], tz)


def test_times_are_seen_by_shape_but_numbers_only_by_name(table_of: ReadTable) -> None:
    table = table_of("when,epoch,team\n2024-07-01 10:00,1719828000,Net\n2024-07-01 11:00,1719828001,Desk\n")
    assert looks_like_times(table.labels("when"), named=False)
    assert not looks_like_times(table.labels("epoch"), named=False)
    assert looks_like_times(table.labels("epoch"), named=True)
    assert not looks_like_times(table.labels("team"), named=True)


def test_result_is_nanoseconds_in_utc(table_of: ReadTable) -> None:
    moments, _ = read_times(table_of("opened\n2024-07-01\n"), ["opened"], None)
    assert str(moments["opened"].dtype) == "datetime64[ns, UTC]"
