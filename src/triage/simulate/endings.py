"""How a simulated ticket ends: its outcome, the fix in the solver's words, and the hours it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from triage.simulate.dice import Dice
from triage.simulate.phrases import Words

__all__ = ["OUTCOMES", "draw_ending", "draw_hours"]

# By how it ended, the use of the common words that tell of it; a solved one has words of its own.
OUTCOMES: Mapping[str, str] = {
    "Solved": "fixes",
    "Workaround": "workaround",
    "No fault found": "no_fault",
    "Cancelled": "cancelled",
    "Duplicate": "duplicate",
}
_WEIGHTS = (86, 5, 5, 3, 1)
# Solvers write the requester's language half of the time, English otherwise.
_IN_THE_LANGUAGE = 0.5
# Hours to resolve by priority: evenly spaced quantiles from the quickest to the slowest.
_HOURS_TO_RESOLVE: Mapping[int, Sequence[float]] = {
    1: (0.2, 0.8, 1.6, 3.0, 6.0, 18.0),
    2: (0.3, 1.8, 4.0, 9.0, 22.0, 80.0),
    3: (0.3, 4.0, 12.0, 28.0, 60.0, 240.0),
    4: (0.5, 9.0, 30.0, 70.0, 140.0, 460.0),
    5: (2.0, 24.0, 70.0, 130.0, 240.0, 700.0),
}


def draw_hours(priority: int, dice: Dice) -> float:
    """Draw how long a ticket of a priority, from 1 to 5, takes to resolve."""
    return dice.along(_HOURS_TO_RESOLVE[priority])


def draw_ending(
    fixes: Mapping[str, Words], common: Mapping[str, Words], language: str, dice: Dice, outcome: str | None = None
) -> tuple[str, str]:
    """Draw an outcome and the text of the fix.

    Parameters
    ----------
    fixes : mapping of str to Words
        By language; the use ``fixes`` says what mends this trouble.
    common : mapping of str to Words
        By language, the words for every other outcome.
    language : str
        The requester's, en or de.
    dice : Dice
        Where chance comes from.
    outcome : str or None, default=None
        Drawn where it is None.

    Returns
    -------
    tuple of str
        The outcome, a key of `OUTCOMES`, and the text, whose slots are still to be filled.
    """
    drawn = dice.pick_weighted(tuple(OUTCOMES), _WEIGHTS)
    outcome = drawn if outcome is None else outcome
    written = language if dice.chance(_IN_THE_LANGUAGE) else "en"
    words = fixes if outcome == "Solved" else common
    return outcome, dice.pick(words[written][OUTCOMES[outcome]])
