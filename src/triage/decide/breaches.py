"""The risk of a breach from limits and hours, where no model of it was learnt. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from triage.decide.service_levels import ServiceLevels
from triage.domain import Duration, Prediction, Risk

__all__ = ["BREACH", "breach_risk"]

BREACH = "breach"


def breach_risk(
    levels: ServiceLevels,
    given: Mapping[str, str],
    predictions: Mapping[str, Prediction],
    opened_at: datetime,
    duration: Duration,
) -> Risk | None:
    """Return how likely an incident breaches its limit.

    Parameters
    ----------
    levels : ServiceLevels
    given : mapping of str to str
        What the incident says, by column.
    predictions : mapping of str to Prediction
        By target; asked where the incident does not give a label that has a limit.
    opened_at : datetime
        Aware.
    duration : Duration
        How long it will take.

    Returns
    -------
    Risk or None
        Without reasons. None where no label with a limit is given or predicted.
    """
    column = levels.column.casefold()
    said = next((label for name, label in given.items() if name.casefold() == column), None)
    predicted = next((each for name, each in predictions.items() if name.casefold() == column), None)
    chances: list[tuple[str, float]] = []
    if said is not None and said in levels.limits:
        chances = [(said, 1.0)]
    elif predicted is not None:
        chances = [(each.label, each.probability) for each in predicted.ranked]
    probability = levels.chance_of_breach(chances, opened_at, duration.quantiles)
    return None if probability is None else Risk(BREACH, probability, duration.model)
