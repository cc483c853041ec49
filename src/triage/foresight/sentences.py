"""Forecasts as sentences for a person. It predicts nothing."""

from __future__ import annotations

from triage.domain import Forecast

__all__ = ["spelled"]


def spelled(told: Forecast) -> str:
    """Return what is to be expected, for a person.

    Examples
    --------
    >>> spelled(Forecast(0.64, ((3600.0, 0.64),), 1200.0, 240.0, 3000.0))[:69]
    'By past incidents, one begins within 60 min with a probability of 64%'
    """
    horizon, expected = _length(told.within[-1][0]), _length(told.expected_s)
    return (
        f"By past incidents, one begins within {horizon} with a probability of {told.probability:.0%}; if so, most "
        f"likely in about {expected} ({_length(told.earliest_s)} to {_length(told.latest_s)})."
    )


def _length(seconds: float) -> str:
    """Spell a span in the unit that suits it."""
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 72 * 3600 else f"{seconds / 86_400:.0f} days"
