"""Answers tickets: features, margins of all heads, probabilities, likeliest labels and reasons, in one pass each."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.answer_arrays import Found, Network, Room
from triage.learn.lineage_kernel import agree
from triage.learn.pair_kernel import Pairs
from triage.learn.rank_kernel import rank
from triage.learn.reason_kernel import explain
from triage.learn.row_kernel import add_weighted
from triage.learn.term_kernel import Table, Tickets, weigh_ticket
from triage.learn.unit_kernel import fill_levels, weigh_steps

__all__ = ["answer_tickets"]

_Row = tuple[NDArray[np.int32], NDArray[np.float64]]


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
            rank(labels, found.best[at, head], found.chances[at, head])
        if found.most_reasons:
            n_reasons = explain(network, row, tickets.fields.shape[1] + n_pairs, room, (found, at), n_reasons)


@compiled
def _fill_margins(network: Network, row: _Row, room: Room, margins: NDArray[np.float64]) -> None:
    for label in range(len(margins)):
        margins[label] = network.intercepts[label]
    add_weighted(network.weights, row[0], row[1], margins)
    levels = room.levels
    weigh_steps(network.layer, row, room.steps)
    fill_levels(network.layer, (row[0], room.steps), levels)
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
