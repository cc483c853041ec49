"""Which column says when an incident was opened."""

from __future__ import annotations

from collections.abc import Callable

from tests.tables import csv

from triage.datasets import ReadOptions, Table
from triage.datasets.openings import find_time
from triage.datasets.profiles import profile_all

ReadTable = Callable[..., Table]


def _time(table: Table, **options: str) -> str | None:
    return find_time(table, ReadOptions(**options), profile_all(table))  # type: ignore[arg-type]  # options by name


def test_earliest_of_several_unnamed_times_is_the_opening(table_of: ReadTable) -> None:
    rows = [(f"2024-0{at % 3 + 4}-01", f"2024-0{at % 3 + 1}-01", "AB"[at % 2]) for at in range(6)]
    assert _time(table_of(csv("ausgang,eingang,team", rows))) == "eingang"


def test_time_that_the_newest_lack_is_no_opening(table_of: ReadTable) -> None:
    # Without the newest its median is earlier than that of the opening itself.
    rows = [(f"2024-{at + 1:02d}-02" if at < 8 else "", f"2024-{at + 1:02d}-01") for at in range(12)]
    assert _time(table_of(csv("lezárva,beérkezés", rows))) == "beérkezés"


def test_time_that_sorts_the_file_is_the_opening_beside_an_earlier_date(table_of: ReadTable) -> None:
    rows = [(f"20{at * 7 % 20 + 1:02d}-03-01", f"2024-{at + 1:02d}-01", f"2024-{at + 1:02d}-05") for at in range(12)]
    assert _time(table_of(csv("garancia,beérkezés,lezárva", rows))) == "beérkezés"


def test_time_that_is_asked_for_is_taken(table_of: ReadTable) -> None:
    assert _time(table_of(csv("created,other", [("2024-01-01", "2024-01-02")] * 3)), time="other") == "other"
