"""Makes the answers of targets that follow each other agree: a category and its subcategory. Makes no arrays."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["Links", "agree"]

# Keeps logarithms and shares of impossible labels finite.
_LEAST = 1e-12
# Just below the likeliest label that goes with the parent's.
_BELOW = 1.0 - 1e-9


class Links(NamedTuple):
    """Which labels go with which of another target; targets and labels by their places in the network.

    Parameters
    ----------
    rules : ndarray of int64 of shape (n_rules, 3)
        A target, its parent, and which of the parent's children it is, counted from 1; a parent's own rule comes
        before its children's.
    starts : ndarray of int64 of shape (n_rules + 1,)
        Where the links of each rule begin, and where those of the last one end.
    labels : ndarray of int64 of shape (n_links, 2)
        A label and one that it occurs with of the parent, -1 where that is not known; a label's links stand together.
    shares : ndarray of float64 of shape (n_links,)
        How often the label occurs with that one, in (0, 1].
    """

    rules: NDArray[np.int64]
    starts: NDArray[np.int64]
    labels: NDArray[np.int64]
    shares: NDArray[np.float64]


@compiled
def agree(
    links: Links, borders: NDArray[np.int64], probabilities: NDArray[np.float64], scratch: NDArray[np.float64]
) -> None:
    """Change one row's probabilities so that every target goes with its parent.

    Parameters
    ----------
    links : Links
    borders : ndarray of int64 of shape (n_heads + 1,)
        The places where each target's labels begin, and where the last one's end.
    probabilities : ndarray of float64 of shape (n_labels,)
        Changed in place. Those of a target sum to 1 before; afterwards to less where the parent's label may be one
        that none of the target's labels goes with.
    scratch : ndarray of float64 of shape (n_labels,)
    """
    for rule in range(len(links.rules) - 1, -1, -1):
        _pool(links, rule, borders, probabilities, scratch)
    for rule in range(len(links.rules)):
        _follow(links, rule, borders, probabilities, scratch)


@compiled
def _pool(
    links: Links,
    rule: int,
    borders: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    implied: NDArray[np.float64],
) -> None:
    """Let the parent know what its child implies: each child's opinion counts as much as the parent's own."""
    parent, which = links.rules[rule, 1], links.rules[rule, 2]
    first, last = borders[parent], borders[parent + 1]
    if not _imply(links, rule, borders, probabilities, implied):
        return
    before = after = 0.0
    for label in range(first, last):
        # A label that none of the child's goes with keeps what it has.
        if implied[label] < 0.0:
            continue
        before += probabilities[label]
        own = which * math.log(max(probabilities[label], _LEAST))
        probabilities[label] = math.exp((own + math.log(max(implied[label], _LEAST))) / (which + 1))
        after += probabilities[label]
    for label in range(first, last):
        if implied[label] >= 0.0:
            probabilities[label] *= before / after


@compiled
def _follow(
    links: Links,
    rule: int,
    borders: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    scratch: NDArray[np.float64],
) -> None:
    """Give the labels that go with one of the parent's as much as that one has, and keep their shares in it."""
    child, parent = links.rules[rule, 0], links.rules[rule, 1]
    if not _imply(links, rule, borders, probabilities, scratch):
        return
    first, last = borders[child], borders[child + 1]
    # What a label is multiplied by.
    scratch[first:last] = 0.0
    for at in range(links.starts[rule], links.starts[rule + 1]):
        label, above = links.labels[at, 0], links.labels[at, 1]
        if above < 0:
            scratch[label] = 1.0
        else:
            scratch[label] += links.shares[at] * probabilities[above] / max(scratch[above], _LEAST)
    total = 0.0
    for label in range(first, last):
        probabilities[label] *= scratch[label]
        total += probabilities[label]
    likeliest = borders[parent]
    for label in range(borders[parent], borders[parent + 1]):
        if probabilities[label] > probabilities[likeliest]:
            likeliest = label
    left = _hold_back(links, (rule, likeliest), probabilities, scratch, (first, last))
    for label in range(first, last):
        probabilities[label] *= min(total, 1.0) / left


@compiled
def _imply(
    links: Links,
    rule: int,
    borders: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    implied: NDArray[np.float64],
) -> bool:
    """Write what the child says of the parent's labels, -1 where none of its own goes; return if it says anything."""
    parent = links.rules[rule, 1]
    first, last = borders[parent], borders[parent + 1]
    implied[first:last] = -1.0
    total = 0.0
    for at in range(links.starts[rule], links.starts[rule + 1]):
        label, above = links.labels[at, 0], links.labels[at, 1]
        if above >= 0:
            implied[above] = max(implied[above], 0.0) + links.shares[at] * probabilities[label]
            total += links.shares[at] * probabilities[label]
    return total > _LEAST


@compiled
def _hold_back(
    links: Links,
    place: tuple[int, int],
    probabilities: NDArray[np.float64],
    goes: NDArray[np.float64],
    labels: tuple[int, int],
) -> float:
    """Keep labels that do not go with the parent's likeliest one below the best of those that do; return the sum."""
    (rule, likeliest), (first, last) = place, labels
    goes[first:last] = 0.0
    for at in range(links.starts[rule], links.starts[rule + 1]):
        if links.labels[at, 1] == likeliest or links.labels[at, 1] < 0:
            goes[links.labels[at, 0]] = 1.0
    inside = outside = total = 0.0
    for label in range(first, last):
        if goes[label] > 0.0:
            inside = max(inside, probabilities[label])
        else:
            outside = max(outside, probabilities[label])
    factor = inside / outside * _BELOW if 0.0 < inside <= outside else 1.0
    for label in range(first, last):
        if goes[label] == 0.0:
            probabilities[label] *= factor
        total += probabilities[label]
    return total
