"""Names what the features of one text come from: words, and pairs of words. Knows no weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, unsigned
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
    of_origin : ndarray of int32 of shape (n_words * (MOST_APART + 1),)
        Room to number the origins that occur.
    """

    name: NDArray[np.int32]
    feature: NDArray[np.int32]
    share: NDArray[np.float64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    of_origin: NDArray[np.int32]


def empty_names(n_features: int, n_words: int) -> Names:
    """Return room for the names of so many occurrences of features, in a text of so many words."""
    integers = np.empty((4, n_features), np.int32)
    of_origin = np.empty(n_words * (MOST_APART + 1), np.int32)
    return Names(integers[0], integers[1], np.empty(n_features), integers[2], integers[3], of_origin)


@compiled
def name_features(scratch: Scratch, names: Names) -> tuple[int, int]:
    """Find the names of every feature of a text's row; return how many occurrences and how many names there are.

    Parameters
    ----------
    scratch : Scratch
        As `triage.learn.term_kernel.weigh_ticket` leaves it; its words stay, its features do not.
    names : Names
        Filled, up to the numbers that are returned.
    """
    # The first view is every word and every pair of neighbours.
    n_words = (scratch.borders[1] + 1) // 2
    of_origin = names.of_origin[: n_words * (MOST_APART + 1)]
    of_origin[:] = -1
    n_found = n_origins = 0
    for view in range(VIEWS):
        begin, end = scratch.borders[view], scratch.borders[view + 1]
        for at in range(begin, end):
            distinct = begin + scratch.which[at]
            feature = scratch.features[distinct]
            if feature != UNKNOWN:
                origin = scratch.origins[at]
                if of_origin[origin] < 0:
                    of_origin[origin] = n_origins
                    # What stood there has been read: no more origins than occurrences came before.
                    scratch.origins[n_origins] = origin
                    n_origins += 1
                names.name[n_found] = of_origin[origin]
                names.feature[n_found] = np.int32(feature)
                names.share[n_found] = 1.0 / scratch.counts[distinct]
                n_found += 1
    n_names = _number_names(scratch, n_origins, names)
    for at in range(n_found):
        names.name[at] = scratch.which[names.name[at]]
    return n_found, n_names


@compiled
def share_out(names: Names, n_found: int, contributions: NDArray[np.float64], amounts: NDArray[np.float64]) -> None:
    """Add what a text's features add to what their names add; ``amounts`` has one a name."""
    for at in range(n_found):
        amounts[unsigned(names.name[at])] += contributions[unsigned(names.feature[at])] * names.share[at]


@compiled
def _number_names(scratch: Scratch, n_origins: int, names: Names) -> int:
    """Give each origin the number of its name: equal words, and equal pairs that are as near, are one."""
    for at in range(n_origins):
        word, apart = scratch.origins[at] // (MOST_APART + 1), scratch.origins[at] % (MOST_APART + 1)
        number = scratch.words[word]
        if apart:
            # The multipliers tell "a b" from "b a" and from "a … b", and all from the word.
            number = (number * _PAIR + scratch.words[word + apart]) * (_NEAR if apart == 1 else _APART)
        scratch.features[at] = number
    n_names = count_distinct(scratch, 0, n_origins)
    for at in range(n_origins - 1, -1, -1):
        word, apart = scratch.origins[at] // (MOST_APART + 1), scratch.origins[at] % (MOST_APART + 1)
        names.first[scratch.which[at]] = word
        names.second[scratch.which[at]] = word + apart if apart else -1
    return n_names
