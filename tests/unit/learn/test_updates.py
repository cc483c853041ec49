from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.domain import Incident
from triage.learn.inputs import InputColumns
from triage.learn.updates import hours_still_open

OPENED = datetime(2026, 11, 24, 8, tzinfo=UTC)
COLUMNS = InputColumns(("title",), (), opened_at=True)


def hours(labels: dict[str, str], columns: InputColumns = COLUMNS) -> float:
    return hours_still_open(Incident("7", "desk", OPENED, OPENED, labels), OPENED, columns)


@pytest.mark.parametrize(
    "state",
    [
        "Resolved",
        "closed",
        "Closed Complete",
        "6",
        "Gelöst",
        "已关闭",
        "Opgelost",
        "Chiuso",
        "Решён",
        "Закрыто",
        "完了",
    ],
)
def test_an_ended_incident_is_not_still_open(state: str) -> None:
    assert hours({"state": state, "updated_at": "2026-11-25T08:00:00Z"}) == 0.0


@pytest.mark.parametrize("state", ["New", "In Progress", "2", "Awaiting User Info"])
def test_an_update_that_names_its_time_and_an_open_state_tells_how_long_it_was_open(state: str) -> None:
    assert hours({"incident_state": state, "sys_updated_at": "2026-11-24T20:00:00+00:00"}) == 12.0


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"state": "Active"},
        {"sys_updated_at": "2026-11-24T20:00:00Z"},
        {"state": "Active", "sys_updated_at": "24/11/2026 20:00"},
        {"state": "Active", "sys_updated_at": "2026-11-23T20:00:00Z"},
    ],
)
def test_without_state_or_a_later_time_nothing_is_known(labels: dict[str, str]) -> None:
    assert hours(labels) == 0.0


def test_a_time_without_zone_is_in_the_models_zone() -> None:
    in_tokyo = InputColumns(("title",), (), opened_at=True, tz="Asia/Tokyo")
    assert hours({"state": "Active", "sys_updated_at": "2026-11-24T20:00:00"}, in_tokyo) == 3.0


def test_without_a_time_of_opening_nothing_is_known() -> None:
    update = Incident("7", "desk", OPENED, None, {"state": "Active", "updated_at": "2026-11-24T20:00:00Z"})
    assert hours_still_open(update, None, COLUMNS) == 0.0
