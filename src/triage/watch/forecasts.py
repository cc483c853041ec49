"""Forecasts of incidents and of saturation as JSON values, and back. It predicts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from triage.domain import Forecast, Saturation
from triage.parts import JSON

__all__ = ["forecast_document", "saturation_document", "to_forecast", "to_saturation"]


def forecast_document(told: Forecast | None) -> dict[str, JSON] | None:
    """Return a forecast as JSON values; None of None.

    Examples
    --------
    >>> told = Forecast(0.5, ((900.0, 0.25), (1800.0, 0.5)), 900.0, 180.0, 1620.0)
    >>> to_forecast(forecast_document(told)) == told
    True
    """
    if told is None:
        return None
    return {
        "probability": told.probability,
        "within": [{"seconds": seconds, "probability": share} for seconds, share in told.within],
        "expected_s": told.expected_s,
        "earliest_s": told.earliest_s,
        "latest_s": told.latest_s,
    }


def to_forecast(document: JSON) -> Forecast | None:
    """Read a forecast; None of None.

    Raises
    ------
    KeyError, TypeError, ValueError
        When something else is there.
    """
    if document is None:
        return None
    if not isinstance(document, Mapping) or not isinstance(within := document["within"], list):
        raise TypeError("a forecast is an object with a list of spans")
    spans = tuple((_number(each, "seconds"), _number(each, "probability")) for each in within)
    expected_s, earliest_s, latest_s = (_number(document, name) for name in ("expected_s", "earliest_s", "latest_s"))
    return Forecast(_number(document, "probability"), spans, expected_s, earliest_s, latest_s)


def saturation_document(told: Saturation | None) -> dict[str, JSON] | None:
    """Return a saturation as JSON values; None of None.

    Examples
    --------
    >>> from datetime import UTC
    >>> full = datetime(2026, 11, 23, 18, tzinfo=UTC)
    >>> told = Saturation("disk_used_percent", 100.0, 85.0, 4.0, full, full, full)
    >>> to_saturation(saturation_document(told)) == told
    True
    """
    if told is None:
        return None
    return {
        "metric": told.metric,
        "limit": told.limit,
        "level": told.level,
        "slope": told.slope,
        "expected_at": told.expected_at.isoformat(),
        "earliest_at": told.earliest_at.isoformat(),
        "latest_at": told.latest_at.isoformat(),
    }


def to_saturation(document: JSON) -> Saturation | None:
    """Read a saturation; None of None.

    Raises
    ------
    KeyError, TypeError, ValueError
        When something else is there.
    """
    if document is None:
        return None
    if not isinstance(document, Mapping):
        raise TypeError("a saturation is an object")
    limit, level, slope = (_number(document, name) for name in ("limit", "level", "slope"))
    expected_at, earliest_at, latest_at = (
        datetime.fromisoformat(str(document[name])) for name in ("expected_at", "earliest_at", "latest_at")
    )
    return Saturation(str(document["metric"]), limit, level, slope, expected_at, earliest_at, latest_at)


def _number(document: JSON, name: str) -> float:
    if not isinstance(document, Mapping) or not isinstance(found := document[name], int | float):
        raise TypeError(f"{name!r} must be a number")
    return float(found)
