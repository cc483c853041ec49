"""Answers tickets: features, margins of all heads, probabilities, likeliest labels and reasons, in one pass each."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.lineage_kernel import Links, agree
from triage.learn.name_kernel import Names, empty_names, name_features, share_out
from triage.learn.pair_kernel import Pairs
from triage.learn.row_kernel import add_weighted, weigh_label
from triage.learn.term_kernel import Table, Tickets, weigh_ticket
from triage.learn.text_kernel import Scratch, empty_scratch, most_features
from triage.learn.unit_kernel import add_through_units, fill_levels

__all__ = ["APART", "FIELD", "MOST_TIED", "NEAR", "WORD", "Found", "Network", "Room", "answer_tickets", "empty_room"]

# What a reason names: a word; two words next to each other; two words with others between; the field, or pair of
# fields, of a number counted from FIELD on.
WORD, NEAR, APART, FIELD = 0, 1, 2, 3

# Reasons of the same size are told apart by their names, which kernels do not know. Only texts that say nothing have
# many, all 0.
MOST_TIED = 58

_Row = tuple[NDArray[np.int32], NDArray[np.float64]]


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
    embeddings : ndarray of uint16 of shape (n_features, n_units)
        The bits of numbers in half precision.
    bias : ndarray of float32 of shape (n_units,)
    outputs, centred : ndarray of float32 of shape (n_units, n_labels)
        What a unit's level adds to each label, and the same less its mean over the head's labels.
    links : Links
        Which heads follow which.
    """

    weights: NDArray[np.float32]
    means: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    borders: NDArray[np.int64]
    scales: NDArray[np.float64]
    embeddings: NDArray[np.uint16]
    bias: NDArray[np.float32]
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
    levels : ndarray of float64 of shape (n_units,)
    through, products : ndarray of float32 of shape (n_units,)
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
    levels: NDArray[np.float64]
    through: NDArray[np.float32]
    products: NDArray[np.float32]
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
        names=empty_names(most),
        ids=np.empty(most, np.int32),
        values=np.empty(most),
        added=np.empty(most),
        amounts=np.empty(most),
        sizes=np.empty(most),
        picked=np.empty(most, np.int32),
        levels=np.empty(n_units),
        through=np.empty(n_units, np.float32),
        products=np.empty(n_units, np.float32),
        largest=np.empty(most),
    )


@compiled
def answer_tickets(
    tickets: Tickets,
    letters: NDArray[np.uint8],
    learnt: tuple[Table, Pairs],
    network: Network,
    room: Room,
    found: Found,
) -> None:
    """Fill in what is found; an answer depends on nothing but its own ticket.

    Parameters
    ----------
    tickets : Tickets
    letters : ndarray of uint8
    learnt : tuple of Table and Pairs
    network : Network
    room : Room
        With no room for reasons, none are given.
    found : Found
        Filled. Reasons come largest first; where some are of the same size, up to `MOST_TIED` more come, in no order.
    """
    rows = found.ids, found.values
    found.starts[0] = n_reasons = 0
    n_pairs = len(learnt[1].members)
    for at in range(len(tickets.ends)):
        begin = found.starts[at]
        end = weigh_ticket((tickets, at), letters, learnt, room.scratch, rows, begin)
        found.starts[at + 1] = end
        row = found.ids[begin:end], found.values[begin:end]
        _fill_margins(network, row, room, found.probabilities[at])
        for head in range(len(network.scales)):
            labels = found.probabilities[at, network.borders[head] : network.borders[head + 1]]
            _to_probabilities(labels, network.scales[head])
        if len(network.links.rules):
            for label in range(len(network.intercepts)):
                found.apart[at, label] = found.probabilities[at, label]
            agree(network.links, network.borders, found.probabilities[at], found.scratch)
        for head in range(len(network.scales)):
            labels = found.probabilities[at, network.borders[head] : network.borders[head + 1]]
            _rank(labels, found.best[at, head], found.chances[at, head])
        if found.most_reasons:
            n_reasons = _explain(network, row, tickets.fields.shape[1] + n_pairs, room, (found, at), n_reasons)


@compiled
def _fill_margins(network: Network, row: _Row, room: Room, margins: NDArray[np.float64]) -> None:
    for label in range(len(margins)):
        margins[label] = network.intercepts[label]
    add_weighted(network.weights, row[0], row[1], margins)
    levels = room.levels
    fill_levels((network.embeddings, network.bias), row, levels)
    for unit in range(len(levels)):
        if levels[unit] > 0.0:
            for label in range(len(margins)):
                margins[label] += levels[unit] * network.outputs[unit, label]


@compiled
def _to_probabilities(margins: NDArray[np.float64], scale: float) -> None:
    highest = -np.inf
    for label in range(len(margins)):
        margins[label] *= scale
        highest = max(highest, margins[label])
    total = 0.0
    for label in range(len(margins)):
        margins[label] = math.exp(margins[label] - highest)
        total += margins[label]
    for label in range(len(margins)):
        margins[label] /= total


@compiled
def _rank(numbers: NDArray[np.float64], best: NDArray[np.int32], largest: NDArray[np.float64]) -> None:
    """Write the positions of the largest numbers, none of which is negative, and themselves; first ones first."""
    best[:], largest[:] = -1, -1.0
    last = len(best) - 1
    for position in range(len(numbers)):
        number = numbers[position]
        if number <= largest[last]:
            continue
        place = last
        while place > 0 and number > largest[place - 1]:
            best[place], largest[place] = best[place - 1], largest[place - 1]
            place -= 1
        best[place], largest[place] = position, number


@compiled
def _explain(network: Network, row: _Row, n_fields: int, room: Room, place: tuple[Found, int], n_reasons: int) -> int:
    """Write the reasons for each head's likeliest label; return how many there are by now."""
    found, at = place
    n_found, n_names = name_features(room.scratch, room.names)
    n_amounts = n_names + n_fields
    for head in range(len(network.scales)):
        label = network.borders[head] + found.best[at, head, 0]
        _contribute(network, row, (label, head), room)
        amounts = room.amounts[:n_amounts]
        amounts[:n_names] = 0.0
        share_out(room.names, n_found, room.added, amounts)
        for field in range(n_fields):
            # A row ends with one feature a field.
            amounts[n_names + field] = room.added[len(row[0]) - n_fields + field]
        n_picked, found.is_tied[at, head] = _pick(amounts, room, found.most_reasons)
        for picked in range(n_picked):
            number = room.picked[picked]
            _write_span(room, number, n_names, found.spans[n_reasons])
            found.amounts[n_reasons] = amounts[number]
            n_reasons += 1
        found.ends[at, head] = n_reasons
    return n_reasons


@compiled
def _contribute(network: Network, row: _Row, label: tuple[int, int], room: Room) -> None:
    """Fill in what each feature of the row adds: by itself, and through the units that are above 0.

    As long as the same units are above 0, the levels are linear in the features. What the units' biases add belongs to
    no feature.
    """
    column, head = label
    weigh_label((network.weights, network.means), row, label, network.scales[head], room.added)
    n_active = 0
    for unit in range(len(room.levels)):
        through = network.centred[unit, column] if room.levels[unit] > 0.0 else np.float32(0.0)
        room.through[unit] = through * network.scales[head]
        n_active += through != 0.0
    # A head without outputs of units is linear.
    if n_active:
        add_through_units(network.embeddings, row, room.through, room.products, room.added)


@compiled
def _pick(amounts: NDArray[np.float64], room: Room, most: int) -> tuple[int, bool]:
    """Pick the largest amounts by size, largest first; return how many, and whether some are of the same size.

    If so, all that are as large as the last one are picked, in no order, as far as there is room for them.
    """
    kept = min(most, len(amounts))
    if kept == 0:
        return 0, False
    sizes, largest = room.sizes[: len(amounts)], room.largest[:kept]
    for number in range(len(amounts)):
        sizes[number] = abs(amounts[number])
    _rank(sizes, room.picked[:kept], largest)
    n_large = 0
    for number in range(len(amounts)):
        n_large += sizes[number] >= largest[kept - 1]
    is_tied = n_large > kept
    for place in range(1, kept):
        is_tied |= largest[place] == largest[place - 1]
    if not is_tied:
        return kept, False
    n_large = 0
    for number in range(len(amounts)):
        if sizes[number] >= largest[kept - 1] and n_large < most + MOST_TIED:
            room.picked[n_large] = number
            n_large += 1
    return n_large, True


@compiled
def _write_span(room: Room, number: int, n_names: int, span: NDArray[np.int32]) -> None:
    if number >= n_names:
        span[0] = FIELD + number - n_names
        return
    first, second = room.names.first[number], room.names.second[number]
    span[0] = WORD if second < 0 else NEAR if second == first + 1 else APART
    span[1], span[2] = room.scratch.begins[first], room.scratch.ends[first]
    if second >= 0:
        span[3], span[4] = room.scratch.begins[second], room.scratch.ends[second]
