"""What the kernels of answers read and fill: a network, room to work in, and what is found. Calculates nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.learn.lineage_kernel import Links
from triage.learn.lines import empty_in_lines
from triage.learn.name_kernel import Names, empty_names
from triage.learn.text_kernel import Scratch, empty_scratch, most_features
from triage.learn.unit_kernel import Layer

__all__ = ["APART", "FIELD", "MOST_TIED", "NEAR", "WORD", "Found", "Network", "Room", "empty_room"]

# What a reason names: a word; two words next to each other; two words with others between; the field, or pair of
# fields, of a number counted from FIELD on.
WORD, NEAR, APART, FIELD = 0, 1, 2, 3

# Reasons of the same size are told apart by their names, which kernels do not know. Only texts that say nothing have
# many, all 0.
MOST_TIED = 58


class Network(NamedTuple):
    """The numbers of all heads side by side, and of the hidden units that they share.

    Parameters
    ----------
    weights : ndarray of float32 of shape (n_features, n_labels)
    means : ndarray of float64 of shape (n_features, n_heads)
        The mean of each head's weights.
    intercepts : ndarray of float64 of shape (n_labels,)
    borders : ndarray of int64 of shape (n_heads + 1,)
        The columns where each head's labels begin, and where the last one's end.
    scales : ndarray of float64 of shape (n_heads,)
        What margins are multiplied by to be log-odds.
    layer : Layer
        The hidden units.
    outputs : ndarray of float32 of shape (n_units, n_labels)
        What a unit's level adds to each label.
    centred : ndarray of float32 of shape (n_labels, n_units)
        The same less its mean over the head's labels: of one label at a time.
    links : Links
        Which heads follow which.
    """

    weights: NDArray[np.float32]
    means: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    borders: NDArray[np.int64]
    scales: NDArray[np.float64]
    layer: Layer
    outputs: NDArray[np.float32]
    centred: NDArray[np.float32]
    links: Links


class Room(NamedTuple):
    """Room that the kernel writes to, large enough for the longest ticket at hand.

    Parameters
    ----------
    scratch : Scratch
    names : Names
    ids, values
        A row.
    added, amounts, sizes : ndarray of float64
        What each feature, and each name and field, adds to a label, and how much that is either way.
    picked : ndarray of int32
        Which of these amounts are given as reasons.
    steps : ndarray of float64
        What a step of each feature's embedding weighs.
    levels : ndarray of float64 of shape (n_units,)
    through : ndarray of float32 of shape (n_units,)
    largest : ndarray of float64
    """

    scratch: Scratch
    names: Names
    ids: NDArray[np.int32]
    values: NDArray[np.float64]
    added: NDArray[np.float64]
    amounts: NDArray[np.float64]
    sizes: NDArray[np.float64]
    picked: NDArray[np.int32]
    steps: NDArray[np.float64]
    levels: NDArray[np.float64]
    through: NDArray[np.float32]
    largest: NDArray[np.float64]


class Found(NamedTuple):
    """What is found about tickets.

    Parameters
    ----------
    starts : ndarray of int64 of shape (n + 1,)
        Where each row of features begins, and where the last one ends.
    ids, values
        The rows, with room for every feature of every ticket.
    probabilities : ndarray of float64 of shape (n, n_labels)
    apart : ndarray of float64 of shape (n, n_labels)
        The same as each head says alone. Not filled, and of any size, where no head follows another.
    scratch : ndarray of float64 of shape (n_labels,)
    best : ndarray of int32 of shape (n, n_heads, n_best)
        Positions among the head's labels, likeliest first, of equal ones the first; -1 where there are no more.
    chances : ndarray of float64 of shape (n, n_heads, n_best)
        Their probabilities.
    most_reasons : int
        How many reasons a head; 0 for none.
    ends : ndarray of int64 of shape (n, n_heads)
        Where the reasons for each head's likeliest label end; they begin where those before it end.
    is_tied : ndarray of bool of shape (n, n_heads)
        Whether two of these reasons are of the same size.
    spans : ndarray of int32 of shape (n * n_heads * (most_reasons + MOST_TIED), 5)
        What each reason names, and where in the folded text its words begin and end.
    amounts : ndarray of float64 of shape (len(spans),)
        What each reason adds to the label's log-odds against the mean of all labels.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    values: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    apart: NDArray[np.float64]
    scratch: NDArray[np.float64]
    best: NDArray[np.int32]
    chances: NDArray[np.float64]
    most_reasons: int
    ends: NDArray[np.int64]
    is_tied: NDArray[np.bool_]
    spans: NDArray[np.int32]
    amounts: NDArray[np.float64]


def empty_room(n_code_points: int, n_fields: int, n_units: int) -> Room:
    """Return room for tickets of up to so many code points."""
    most = most_features(n_code_points) + n_fields
    return Room(
        scratch=empty_scratch(n_code_points),
        names=empty_names(most, n_code_points),
        ids=np.empty(most, np.int32),
        values=np.empty(most),
        added=np.empty(most),
        amounts=np.empty(most),
        sizes=np.empty(most),
        picked=np.empty(most, np.int32),
        steps=np.empty(most),
        levels=np.empty(n_units),
        # Read with every feature of every head: across lines, a ticket with reasons takes 1.3 us longer.
        through=empty_in_lines((n_units,), np.float32),
        largest=np.empty(most),
    )
