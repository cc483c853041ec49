from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from triage.learn.precedent_index import build_index
from triage.learn.recent_incidents import RecentIncident, RecentIncidents, Wanted

BASE = build_index(["vpn is down", "printer jam"])


def recent(most_rows: int = 100) -> RecentIncidents:
    return RecentIncidents(BASE, ("site",), most_rows)


def add(to: RecentIncidents, id_: str, text: str, at: int = 0, source: str = "desk", **fields: str) -> None:
    to.add(RecentIncident(id_, source, at, fields), text)


def ids(
    of: RecentIncidents,
    text: str,
    after: int | None = None,
    until: int | None = None,
    same: Mapping[str, str | None] | None = None,
) -> list[str]:
    return [each.id for each in of.find(text, Wanted(5, after, until, "new", same or {}))]


def test_what_was_added_is_found_at_once_nearest_first_and_of_equally_near_ones_the_newest() -> None:
    kept = recent(4)
    for number, text in enumerate(["gateway lost", "gateway lost again", "gateway lost"]):
        add(kept, str(number), text)
    assert ids(kept, "gateway lost") == ["2", "0", "1"]
    assert ids(kept, "coffee") == []


def test_when_it_is_full_the_oldest_go_and_at_least_half_stay() -> None:
    kept = recent(10)
    for number in range(100):
        add(kept, str(number), f"ticket{number} about gateway")
        assert len(kept) <= 10
        newest = range(max(0, number - 4), number + 1)
        assert all(ids(kept, f"ticket{each}")[0] == str(each) for each in newest)


def test_an_update_takes_the_place_of_what_was_said_before_and_keeps_the_time_of_opening() -> None:
    kept = recent()
    add(kept, "1", "printer jam", at=5)
    add(kept, "1", "gateway lost", at=9)
    assert ids(kept, "printer jam") == []
    assert ids(kept, "gateway lost", until=5) == ["1"]
    assert len(kept) == 1


def test_the_same_said_again_takes_no_room() -> None:
    kept = recent(4)
    add(kept, "1", "printer jam")
    for number in range(20):
        add(kept, "2", "gateway lost", at=number)
    assert ids(kept, "printer jam") == ["1"]


def test_what_is_there_stays_as_it_is_where_it_is_not_to_be_replaced() -> None:
    kept = recent()
    add(kept, "1", "printer jam")
    kept.add(RecentIncident("1", "desk", 0, {}), "gateway lost", replaces=False)
    assert ids(kept, "printer jam") == ["1"]
    assert ids(kept, "gateway lost") == []


def test_what_may_not_be_shown_is_not_found_nor_what_it_said_before_nor_an_older_report_of_it() -> None:
    kept = recent()
    add(kept, "1", "gateway lost")
    kept.add(RecentIncident("1", "desk", 0, {}, is_shown=False), "gateway lost")
    kept.add(RecentIncident("1", "desk", 0, {}), "gateway lost", replaces=False)
    assert ids(kept, "gateway lost") == []
    assert len(kept) == 0


def test_sources_have_ids_of_their_own() -> None:
    kept = recent()
    add(kept, "1", "gateway lost", source="desk")
    add(kept, "1", "printer jam", source="phone")
    assert ids(kept, "gateway lost") == ids(kept, "printer jam") == ["1"]


def test_the_one_that_asks_is_not_found() -> None:
    kept = recent()
    add(kept, "new", "gateway lost")
    add(kept, "new", "gateway lost", source="phone")
    assert ids(kept, "gateway lost") == []


def test_only_those_opened_within_the_bounds_are_found_whatever_order_they_came_in() -> None:
    kept = recent()
    for at in (30, 10, 20):
        add(kept, str(at), "gateway lost", at)
    assert sorted(ids(kept, "gateway lost", until=20)) == ["10", "20"]
    assert ids(kept, "gateway lost", after=10, until=20) == ["20"]


@pytest.mark.parametrize(
    ("same", "expected"),
    [({"site": "Bonn"}, ["1"]), ({"site": "Oslo"}, []), ({"site": None}, []), ({"floor": "3"}, [])],
)
def test_they_agree_in_the_fields_that_are_asked_for(same: Mapping[str, str | None], expected: list[str]) -> None:
    kept = recent()
    add(kept, "1", "gateway lost", site="Bonn", floor="3")
    add(kept, "2", "gateway lost", site="Lyon")
    add(kept, "3", "gateway lost")
    assert ids(kept, "gateway lost", same=same) == expected


def test_threads_that_add_and_find_at_once_do_not_disturb_each_other() -> None:
    kept = recent(400)
    add(kept, "first", "gateway lost in the cellar")
    expected = kept.find("cellar gateway", Wanted(1, None, 0, "", {}))

    def work(thread: int) -> set[bool]:
        same = set()
        for number in range(50):
            add(kept, f"{thread}-{number}", f"ticket{number} of host{thread}", at=1)
            same.add(kept.find("cellar gateway", Wanted(1, None, 0, "", {})) == expected)
        return same

    with ThreadPoolExecutor(4) as pool:
        assert set().union(*pool.map(work, range(4))) == {True}
