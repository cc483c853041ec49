"""Forecasts as JSON values, and back. It predicts nothing."""

from __future__ import annotations

from collections.abc import Mapping

from triage.domain import Forecast
from triage.parts import JSON

__all__ = ["forecast_document", "to_forecast"]


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


def _number(document: JSON, name: str) -> float:
    if not isinstance(document, Mapping) or not isinstance(found := document[name], int | float):
        raise TypeError(f"{name!r} must be a number")
    return float(found)
