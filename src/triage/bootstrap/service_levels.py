"""Reads the ``[sla]`` table of ``triage.toml``: limits by priority, in working hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.decide.service_levels import Calendar, ServiceLevels
from triage.errors import Problem, SettingsError
from triage.settings import Settings

__all__ = ["to_service_levels"]

_KEYS = ("column", "limits", "zone", "days", "hours", "holidays")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# No days: one of 24 hours is three of a desk that works eight.
_LIMIT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(m|h)")
_MINUTES_AN_HOUR = 60.0
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_MIDNIGHT = (24, 0)


def to_service_levels(settings: Settings) -> ServiceLevels | None:
    """Return the service levels that are set; None where there is no ``[sla]``.

    Raises
    ------
    SettingsError
        Names every key that cannot be used.
    """
    table = settings.sla
    if not table:
        return None
    problems = [
        Problem(f"is no key of [sla]; known are {', '.join(_KEYS)}", f"sla.{k}") for k in table if k not in _KEYS
    ]
    column = table.get("column", "priority")
    if not isinstance(column, str) or not column:
        problems.append(Problem("must be a column's name", "sla.column", got=str(column)))
    limits = _limits(table.get("limits"), problems)
    calendar = Calendar(
        _zone(table.get("zone", "UTC"), problems),
        _days(table.get("days", list(_DAYS)), problems),
        *_hours(table.get("hours", "00:00-24:00"), problems),
        _holidays(table.get("holidays", []), problems),
    )
    if problems:
        raise SettingsError("[sla] of triage.toml cannot be used.", problems)
    return ServiceLevels(str(column), limits, calendar)


def _limits(given: object, problems: list[Problem]) -> dict[str, float]:
    limits = {}
    for label, text in given.items() if isinstance(given, Mapping) else ():
        found = _LIMIT.fullmatch(str(text).strip())
        if found is None or not float(found[1]):
            message = "must be working hours or minutes above 0, such as '8h' or '90m'"
            problems.append(Problem(message, f"sla.limits.{label}", got=str(text)))
        else:
            limits[str(label)] = float(found[1]) / (_MINUTES_AN_HOUR if found[2] == "m" else 1.0)
    if not isinstance(given, Mapping) or not given:
        problems.append(Problem('must be a table of limits by label, such as "1" = "4h"', "sla.limits", got=str(given)))
    return limits


def _zone(given: object, problems: list[Problem]) -> str:
    try:
        return ZoneInfo(str(given)).key
    except (ZoneInfoNotFoundError, OSError, ValueError):
        problems.append(Problem("must be an IANA zone, such as 'Europe/Berlin'", "sla.zone", got=str(given)))
        return "UTC"


def _days(given: object, problems: list[Problem]) -> tuple[int, ...]:
    names = given if isinstance(given, list) else []
    unknown = [name for name in names if name not in _DAYS]
    if unknown or not names:
        problems.append(Problem(f"must be a list of {', '.join(_DAYS)}", "sla.days", got=str(given)))
        return ()
    return tuple(sorted({_DAYS.index(name) + 1 for name in names}))


def _hours(given: object, problems: list[Problem]) -> tuple[time, time]:
    found = _HOURS.fullmatch(str(given).strip())
    if found:
        begin, end = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
        if begin < end <= _MIDNIGHT and begin[1] < 60 and end[1] < 60:
            return time(*begin), time(*((0, 0) if end == _MIDNIGHT else end))
    problems.append(Problem("must be hours of one day, such as '08:00-18:00'", "sla.hours", got=str(given)))
    return time(0), time(0)


def _holidays(given: object, problems: list[Problem]) -> tuple[date, ...]:
    found = []
    for each in given if isinstance(given, list) else [given]:
        try:
            found.append(each if isinstance(each, date) else date.fromisoformat(str(each)))
        except ValueError:
            problems.append(Problem("must be days, such as 2026-12-25", "sla.holidays", got=str(each)))
    return tuple(sorted(found))
