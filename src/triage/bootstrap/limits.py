"""Reads what metrics must not reach: the ``[limits]`` table of ``triage.toml``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, PlainValidator

from triage.sections import Section
from triage.settings import Settings
from triage.watch.limits import Limits

__all__ = ["to_limits"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


def to_limits(settings: Settings) -> Limits:
    """Return the limits of metrics, and how far ahead they are looked for.

    Raises
    ------
    SettingsError
        Naming everything of ``[limits]`` that cannot be used.
    """
    table = _Limits.read(settings.limits, "limits")
    return Limits(table.metrics, table.horizon, table.recognise)


def _to_seconds(value: object) -> float:
    spelled = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if spelled is None:
        raise ValueError("must be a duration such as 4h, 90m or 0s")
    return float(spelled[1]) * _SECONDS[spelled[2]]


def _to_limit(value: object) -> float | None:
    if value is False:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30:
        return float(value)
    raise ValueError("must be a number or false")


class _Limits(Section):
    """The ``[limits]`` table, as it is written."""

    horizon: Annotated[float, PlainValidator(_to_seconds)] = Limits().horizon_s
    recognise: bool = Limits().are_recognised
    metrics: dict[str, Annotated[float | None, PlainValidator(_to_limit)]] = Field(default_factory=dict)
