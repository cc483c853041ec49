"""A desk's history in any size, made without data: natural in how often words and turns of phrase recur. Seeded.

What a server's speed depends on is how many of a ticket's words, pairs and pieces the model knows, and how many labels
there are. Real tickets would serve as well, but not everybody has them, and none at hand have three targets, an end and
a fix each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, islice
from random import Random

import pandas as pd

__all__ = ["LABELS", "WORDS", "make_history"]

# The targets, and how many labels each has.
LABELS = {"category": 50, "assignment_group": 67, "urgency": 5}
WORDS, _TITLE = 60, 8
# So that a model of 20,000 tickets knows as many features of one (772: 93 words and pairs, 514 pieces, 165 more) as a
# model of as many real 8-topic tickets knows of one of that length (781: 74, 567, 140).
_VOCABULARY, _TURNS, _OWN_TURNS = 30_000, 9_000, 30
# Zipf's law as Mandelbrot mended it.
_EXPONENT, _SHIFT = 1.07, 2.7
# What share of a ticket's turns is common to all, told by its labels, or new.
_SHARES = {"common": 0.40, "category": 0.15, "assignment_group": 0.15, "urgency": 0.05, "new": 0.25}
# fmt: off
_ONSETS = (
    "b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r", "s",
    "sh", "sl", "sp", "st", "t", "th", "tr", "v", "w",
)
# fmt: on
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ee", "ou")
_CODAS = ("", "", "", "l", "m", "n", "ng", "r", "rd", "rt", "s", "st", "t")
_BEGIN, _YEAR_S = datetime(2025, 11, 1, tzinfo=UTC), 365 * 86_400


class _Draw:
    """Draws by Zipf's law, the first oftenest."""

    def __init__(self, random: Random, things: Sequence[str]) -> None:
        self._random, self._things = random, things
        self._until = list(accumulate((rank + _SHIFT) ** -_EXPONENT for rank in range(1, len(things) + 1)))

    def __call__(self) -> str:
        [drawn] = self._random.choices(self._things, cum_weights=self._until)
        return drawn


def make_history(n: int, seed: int = 0) -> pd.DataFrame:
    """Return a year's tickets of 60 words, the oldest first: texts, labels, when each was resolved, and by what."""
    return pd.DataFrame(islice(_tickets(Random(seed), n), n))


def _tickets(random: Random, n: int) -> Iterator[dict[str, str]]:
    word = _Draw(random, _vocabulary(random))
    turns = {"common": _Draw(random, _turns(random, word, _TURNS))}
    labels = {}
    for target, n_labels in LABELS.items():
        names = [f"{target} {number:02d}" for number in range(n_labels)]
        labels[target] = _Draw(random, names)
        turns |= {name: _Draw(random, _turns(random, word, _OWN_TURNS)) for name in names}
    for number in range(n):
        told = {target: draw() for target, draw in labels.items()}
        kinds = iter(lambda: random.choices(list(_SHARES), list(_SHARES.values()))[0], None)
        drawn = (_turn(random, word) if kind == "new" else turns[told.get(kind, kind)]() for kind in kinds)
        text = list(islice(chain.from_iterable(turn.split() for turn in drawn), WORDS))
        opened_at = _BEGIN + timedelta(seconds=_YEAR_S * number // n)
        hours = random.lognormvariate(1.0 + int(told["assignment_group"][-2:]) % 7 / 3.0, 1.0)
        yield {
            "number": f"T{number:07d}",
            "opened_at": opened_at.isoformat(),
            "short_description": " ".join(text[:_TITLE]),
            "description": " ".join(text[_TITLE:]),
            **told,
            "resolved_at": (opened_at + timedelta(hours=hours)).isoformat(timespec="seconds"),
            "fix": f"{turns[told['category']]().capitalize()}.",
        }


def _turns(random: Random, word: _Draw, n: int) -> list[str]:
    return [_turn(random, word) for _ in range(n)]


def _turn(random: Random, word: _Draw) -> str:
    return " ".join(word() for _ in range(random.randint(2, 7)))


def _vocabulary(random: Random) -> list[str]:
    """Return words, the shortest first: what is said often is short."""
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        n_syllables = random.choices((1, 2, 3, 4), (1, 4, 6, 3))[0]
        syllables = (
            random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS) for _ in range(n_syllables)
        )
        found["".join(syllables)] = None
    return sorted(found, key=len)
