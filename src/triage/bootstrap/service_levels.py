"""Reads the ``[sla]`` table of ``triage.toml``: limits by priority, in working hours."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, PlainValidator

from triage.decide.service_levels import Calendar, ServiceLevels
from triage.sections import Section
from triage.settings import Settings

__all__ = ["to_service_levels"]

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
    if not settings.sla:
        return None
    table = _ServiceLevels.read(settings.sla, "sla")
    calendar = Calendar(table.zone, table.days, *table.hours, tuple(sorted(table.holidays)))
    return ServiceLevels(table.column, table.limits, calendar)


def _to_column(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a column's name")
    return value


def _to_hours(value: object) -> float:
    found = _LIMIT.fullmatch(str(value).strip())
    if found is None or not float(found[1]):
        raise ValueError("must be working hours or minutes above 0, such as '8h' or '90m'")
    return float(found[1]) / (_MINUTES_AN_HOUR if found[2] == "m" else 1.0)


def _refuse_no_limits(value: object) -> object:
    if not isinstance(value, dict) or not value:
        raise ValueError('must be a table of limits by label, such as "1" = "4h"')
    return value


def _to_zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, OSError, ValueError) as err:
        raise ValueError("must be an IANA zone, such as 'Europe/Berlin'") from err


def _to_days(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or any(name not in _DAYS for name in value):
        raise ValueError(f"must be a list of {', '.join(_DAYS)}")
    return tuple(sorted({_DAYS.index(name) + 1 for name in value}))


def _to_span(value: object) -> tuple[time, time]:
    found = _HOURS.fullmatch(str(value).strip())
    if found:
        begin, end = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
        if begin < end <= _MIDNIGHT and begin[1] < 60 and end[1] < 60:
            return time(*begin), time(*((0, 0) if end == _MIDNIGHT else end))
    raise ValueError("must be hours of one day, such as '08:00-18:00'")


def _to_holiday(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as err:
        raise ValueError("must be days, such as 2026-12-25") from err


class _ServiceLevels(Section):
    """The ``[sla]`` table, as it is written."""

    column: Annotated[str, PlainValidator(_to_column)] = "priority"
    limits: Annotated[dict[str, Annotated[float, PlainValidator(_to_hours)]], BeforeValidator(_refuse_no_limits)]
    zone: Annotated[str, PlainValidator(_to_zone)] = "UTC"
    days: Annotated[tuple[int, ...], PlainValidator(_to_days)] = (1, 2, 3, 4, 5, 6, 7)
    hours: Annotated[tuple[time, time], PlainValidator(_to_span)] = (time(0), time(0))
    holidays: Annotated[
        list[Annotated[date, PlainValidator(_to_holiday)]],
        BeforeValidator(lambda value: value if isinstance(value, list) else [value]),
    ] = Field(default_factory=list)
