"""Names what the features of one text come from: words, and pairs of words. Knows no weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.text_kernel import MOST_APART, VIEWS, Scratch, count_distinct

__all__ = ["UNKNOWN", "Names", "empty_names", "name_features", "share_out"]

# Stands in the scratch for a feature that the vocabulary does not have.
UNKNOWN = np.uint64(0xFFFFFFFFFFFFFFFF)
# Odd, and without a pattern.
_PAIR, _NEAR, _APART = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Names(NamedTuple):
    """How the features of a text share out what they add among the words and pairs that they come from.

    Parameters
    ----------
    name, feature : ndarray of int32 of shape (n_occurrences,)
        The number of the name, and which of the row's features occurs there.
    share : ndarray of float64 of shape (n_occurrences,)
        One over the feature's occurrences.
    first, second : ndarray of int32 of shape (n_names,)
        The places of the name's words; the second is -1 for a single word.
    """

    name: NDArray[np.int32]
    feature: NDArray[np.int32]
    share: NDArray[np.float64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]


def empty_names(n_features: int) -> Names:
    """Return room for the names of so many occurrences of features."""
    integers = np.empty((4, n_features), np.int32)
    return Names(integers[0], integers[1], np.empty(n_features), integers[2], integers[3])


@compiled
def name_features(scratch: Scratch, names: Names) -> tuple[int, int]:
    """Find the names of every feature of a text's row; return how many occurrences and how many names there are.

    Parameters
    ----------
    scratch : Scratch
        As `triage.learn.term_kernel.weigh_text` leaves it; its words stay, its features do not.
    names : Names
        Filled, up to the numbers that are returned.
    """
    n_found = 0
    for view in range(VIEWS):
        begin, end = scratch.borders[view], scratch.borders[view + 1]
        for at in range(begin, end):
            feature = scratch.features[begin + scratch.which[at]]
            if feature != UNKNOWN:
                names.name[n_found] = scratch.origins[at]
                names.feature[n_found] = np.int32(feature)
                names.share[n_found] = 1.0 / scratch.counts[begin + scratch.which[at]]
                n_found += 1
    return n_found, _number_names(scratch, n_found, names)


@compiled
def share_out(names: Names, n_found: int, contributions: NDArray[np.float64], amounts: NDArray[np.float64]) -> None:
    """Add what a text's features add to what their names add; ``amounts`` has one a name."""
    for at in range(n_found):
        amounts[names.name[at]] += contributions[names.feature[at]] * names.share[at]


@compiled
def _number_names(scratch: Scratch, n_found: int, names: Names) -> int:
    """Turn origins into numbers of names: equal words, and equal pairs that are as near, are one."""
    for at in range(n_found):
        origin = names.name[at]
        word, apart = origin // (MOST_APART + 1), origin % (MOST_APART + 1)
        number = scratch.words[word]
        if apart:
            # The multipliers tell "a b" from "b a" and from "a … b", and all from the word.
            number = (number * _PAIR + scratch.words[word + apart]) * (_NEAR if apart == 1 else _APART)
        scratch.features[at] = number
        scratch.origins[at] = origin
    n_names = count_distinct(scratch, 0, n_found)
    for at in range(n_found - 1, -1, -1):
        name, origin = scratch.which[at], scratch.origins[at]
        word, apart = origin // (MOST_APART + 1), origin % (MOST_APART + 1)
        names.name[at] = name
        names.first[name] = word
        names.second[name] = word + apart if apart else -1
    return n_names
