"""How busy each service is: a day, a week, and what nobody planned. Entities share the load of their service."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from triage.simulate.dice import Dice

__all__ = ["STEPS_A_DAY", "STEP_S", "draw_load", "wander"]

STEP_S = 300
STEPS_A_DAY = 24 * 3600 // STEP_S
# Load by hour of the day in UTC, 1 at the busiest; between two hours it is linear.
_HOURS = (
    *(0.16, 0.12, 0.1, 0.1, 0.12, 0.2, 0.36, 0.58, 0.8, 0.93, 0.98, 0.94),
    *(0.88, 0.9, 0.96, 0.95, 0.88, 0.8, 0.76, 0.78, 0.74, 0.58, 0.38, 0.24),
)
_DAYS = (1.0, 0.98, 0.97, 1.0, 1.04, 0.68, 0.6)
# From one sample to the next a wander keeps this much: half of it is gone after two hours.
_KEPT = 0.97


def draw_load(start: datetime, steps: int, services: int, roughness: float, dice: Dice) -> NDArray[np.float64]:
    """Draw the load of each service.

    Parameters
    ----------
    start : datetime
        Of the first sample; UTC.
    steps, services : int
        How many samples, five minutes apart, and of how many services.
    roughness : float
        Relative deviation of the load from its daily and weekly course; half of it is common to all services.
    dice : Dice
        Where chance comes from.

    Returns
    -------
    ndarray of shape (steps, services)
        0 is at rest, 1 the usual peak.
    """
    course = np.array([_course(start + timedelta(seconds=STEP_S * step)) for step in range(steps)])
    # One column more, for what moves all services at once.
    drift = wander(dice.normals(steps, services + 1), _KEPT)
    own = 0.87 * roughness * drift[:, :-1]
    common = 0.5 * roughness * drift[:, -1:]
    return np.maximum(course[:, None] * (1.0 + common + own), 0.0)


def wander(shocks: NDArray[np.float64], kept: float) -> NDArray[np.float64]:
    """Turn independent draws into a wander along the first axis that keeps a share of itself at each step.

    Its deviation is that of the draws. Step by step, as any closed form would round differently elsewhere.
    """
    fresh = (1.0 - kept * kept) ** 0.5
    out = np.empty_like(shocks)
    state = shocks[0]
    out[0] = state
    for step in range(1, len(shocks)):
        state = kept * state + fresh * shocks[step]
        out[step] = state
    return out


def _course(at: datetime) -> float:
    share = (at.minute * 60 + at.second) / 3600
    here, after = _HOURS[at.hour], _HOURS[(at.hour + 1) % 24]
    today, tomorrow = _DAYS[at.weekday()], _DAYS[(at.weekday() + 1) % 7]
    # The last hour of a day leads over to the next one.
    day = today + (tomorrow - today) * share if at.hour == 23 else today
    return (here + (after - here) * share) * day
