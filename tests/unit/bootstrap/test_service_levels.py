from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from triage.bootstrap.service_levels import to_service_levels
from triage.decide.service_levels import Calendar, ServiceLevels
from triage.errors import SettingsError
from triage.settings import load_settings

OFFICE = """
[sla]
column = "prio"
zone = "Europe/Berlin"
days = ["mon", "fri"]
hours = "08:00-18:30"
holidays = [2026-12-25, "2026-12-26"]
[sla.limits]
"1 - Critical" = "90m"
P3 = "20h"
"""


def levels(folder: Path, text: str) -> ServiceLevels | None:
    (folder / "triage.toml").write_text(text, encoding="utf-8")
    return to_service_levels(load_settings({"HOME": str(folder)}, folder))


def test_table_is_read(tmp_path: Path) -> None:
    days = (date(2026, 12, 25), date(2026, 12, 26))
    calendar = Calendar("Europe/Berlin", (1, 5), time(8), time(18, 30), days)
    assert levels(tmp_path, OFFICE) == ServiceLevels("prio", {"1 - Critical": 1.5, "P3": 20.0}, calendar)


def test_limits_alone_hold_around_the_clock_by_priority(tmp_path: Path) -> None:
    assert levels(tmp_path, '[sla.limits]\n1 = "4h"\n') == ServiceLevels("priority", {"1": 4.0})


def test_without_the_table_there_are_none(tmp_path: Path) -> None:
    assert levels(tmp_path, "[settings]\n") is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[sla]\nzone = "UTC"', "sla.limits"),
        ('[sla.limits]\n1 = "2d"', "sla.limits.1"),
        ('[sla]\nzone = "Mars"\n[sla.limits]\n1 = "4h"', "sla.zone"),
        ('[sla]\ndays = ["monday"]\n[sla.limits]\n1 = "4h"', "sla.days"),
        ('[sla]\nhours = "18:00-08:00"\n[sla.limits]\n1 = "4h"', "sla.hours"),
        ('[sla]\nholidays = "Christmas"\n[sla.limits]\n1 = "4h"', "sla.holidays"),
        ('[sla]\nholidays = [2026-12-25T12:00:00, 2026-12-26]\n[sla.limits]\n1 = "4h"', "sla.holidays"),
        ('[sla]\nlimit = 4\n[sla.limits]\n1 = "4h"', "sla.limit"),
        ('[sla]\ncolumn = ""\n[sla.limits]\n1 = "4h"', "sla.column"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_key(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(SettingsError) as refused:
        levels(tmp_path, text)
    assert [problem.where for problem in refused.value.problems] == [where]
