"""Tickets in any number for benchmarks of training: made of halves of real ones, with three labels each. Seeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["MadeTickets", "make_tickets", "topic_words"]

_KEY_WORDS, _SWAPS, _NOISE = 8, 4, 0.03
_LEVELS = (20, 35, 55, 90)


@dataclass(frozen=True, slots=True)
class MadeTickets:
    """Texts, and labels by target: ``topic`` (8), ``group`` (9 a topic) and ``urgency`` (5)."""

    texts: list[str]
    labels: dict[str, list[str | None]]


def topic_words(texts: Sequence[str], topics: Sequence[str]) -> dict[str, list[str]]:
    """Return for each topic the words that tell it best from the others, best first."""
    overall = Counter(word for text in texts for word in set(text.split()))
    found = {}
    for topic in sorted(set(topics)):
        own = Counter(
            word for text, other in zip(texts, topics, strict=True) if other == topic for word in set(text.split())
        )
        found[topic] = sorted(own, key=lambda word: (-(own[word] ** 2) / overall[word], word))[:_KEY_WORDS]
    return found


def make_tickets(
    texts: Sequence[str], topics: Sequence[str], words: dict[str, list[str]], n: int, seed: int
) -> MadeTickets:
    """Make tickets of the first half of one real ticket and the second half of another of its topic.

    Parameters
    ----------
    texts, topics : sequence of str
        Real tickets.
    words : dict of str to list of str
        By topic, as :func:`topic_words` finds them: the first that occurs decides the group.
    n : int
    seed : int

    Notes
    -----
    Four words of each are swapped for words of any ticket. Urgency follows the length of the first ticket. Three in a
    hundred labels are drawn blindly.
    """
    generator = np.random.default_rng(seed)
    split = [text.split() for text in texts]
    of_topic = {topic: [at for at, other in enumerate(topics) if other == topic] for topic in words}
    firsts, lots, blind = (
        generator.integers(0, len(texts), n),
        generator.random((n, 2 + 2 * _SWAPS)),
        generator.random((n, 3)),
    )
    made: list[str] = []
    labels: dict[str, list[str | None]] = {"topic": [], "group": [], "urgency": []}
    for first, lot, chance in zip(firsts.tolist(), lots.tolist(), blind.tolist(), strict=True):
        topic = topics[first]
        second = split[of_topic[topic][int(lot[0] * len(of_topic[topic]))]]
        ticket = split[first][: len(split[first]) // 2 + 1] + second[len(second) // 2 :]
        for at in range(_SWAPS):
            other = split[int(lot[2 + 2 * at] * len(split))]
            ticket[int(lot[3 + 2 * at] * len(ticket))] = other[int(lot[1] * len(other))]
        made.append(" ".join(ticket))
        held = set(ticket)
        key = next((word for word in words[topic] if word in held), "other")
        told = (topic, f"{topic}: {key}", str(int(np.searchsorted(_LEVELS, len(split[first])))))
        for so_far, label, drawn in zip(labels.values(), told, chance, strict=True):
            is_blind = drawn < _NOISE and len(so_far) > 0
            so_far.append(so_far[int(drawn / _NOISE * len(so_far))] if is_blind else label)
    return MadeTickets(made, labels)
