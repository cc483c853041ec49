from __future__ import annotations

import pytest

from triage.simulate.dice import Dice
from triage.simulate.endings import OUTCOMES, draw_ending, draw_hours
from triage.simulate.phrases import load_phrases

BOOK = load_phrases()


@pytest.mark.parametrize("outcome", [None, *OUTCOMES])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_outcome_has_words(outcome: str | None, language: str) -> None:
    fixes = BOOK.kinds["printer"].words
    drawn, text = draw_ending(fixes, BOOK.common, language, Dice(7), outcome)
    assert drawn == (outcome or drawn)
    assert drawn in OUTCOMES
    assert text


def test_english_tickets_are_never_closed_in_german() -> None:
    dice = Dice(7)
    fixes = BOOK.kinds["printer"].words
    texts = {draw_ending(fixes, BOOK.common, "en", dice, "Solved")[1] for _ in range(50)}
    assert texts <= set(fixes["en"]["fixes"])


def test_grave_tickets_are_solved_sooner() -> None:
    dice = Dice(7)
    means = [sum(draw_hours(priority, dice) for _ in range(400)) for priority in range(1, 6)]
    assert means == sorted(means)
