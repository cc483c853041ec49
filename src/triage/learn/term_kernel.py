"""Looks hashed features up in a learnt vocabulary and weighs them. Learns nothing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.name_kernel import UNKNOWN
from triage.learn.pair_kernel import Pairs, write_fields
from triage.learn.slots import Slots, build_slots, fetch_slots, look_up
from triage.learn.text_kernel import VIEWS, Scratch, count_distinct, cut_features

__all__ = ["Table", "Tickets", "build_table", "weigh_ticket", "weigh_tickets"]


class Table(NamedTuple):
    """A vocabulary, and what its features weigh.

    Parameters
    ----------
    slots : Slots
        The feature number of each hash.
    idf : ndarray of float64 of shape (n_features,)
    weights : ndarray of float64 of shape (VIEWS,)
        The length of each view's part of a row.
    """

    slots: Slots
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]


class Tickets(NamedTuple):
    """Folded texts, one after the other, and the features that each row ends with.

    Parameters
    ----------
    codes : ndarray of uint32 of shape (n_code_points,)
    ends : ndarray of int64 of shape (n,)
        Where each text ends.
    fields : ndarray of int32 of shape (n, n_fields)
        Feature numbers of value 1.
    """

    codes: NDArray[np.uint32]
    ends: NDArray[np.int64]
    fields: NDArray[np.int32]


def build_table(keys: NDArray[np.uint64], idf: NDArray[np.float64], weights: NDArray[np.float64]) -> Table:
    """Return the table of a vocabulary whose feature numbers are the positions of their keys."""
    return Table(build_slots(keys, np.arange(len(keys), dtype=np.int32)), idf, weights)


@compiled
def weigh_tickets(
    tickets: Tickets,
    letters: NDArray[np.uint8],
    learnt: tuple[Table, Pairs],
    scratch: Scratch,
    starts: NDArray[np.int64],
    rows: tuple[NDArray[np.int32], NDArray[np.float64]],
) -> None:
    """Write the rows of tickets, one after the other.

    Parameters
    ----------
    tickets : Tickets
    letters : ndarray of uint8
    learnt : tuple of Table and Pairs
    scratch : Scratch
        For the longest of the texts.
    starts : ndarray of int64 of shape (n + 1,)
        Filled: where each row begins, and where the last one ends.
    rows : tuple of ndarray of int32 and of float64
        Filled: feature numbers and values; room for every feature of every text, the fields and the pairs.
    """
    starts[0] = 0
    for ticket in range(len(tickets.ends)):
        starts[ticket + 1] = weigh_ticket((tickets, ticket), letters, learnt, scratch, rows, starts[ticket])


@compiled
def weigh_ticket(
    place: tuple[Tickets, int],
    letters: NDArray[np.uint8],
    learnt: tuple[Table, Pairs],
    scratch: Scratch,
    rows: tuple[NDArray[np.int32], NDArray[np.float64]],
    at: int,
) -> int:
    """Write one row: ``(1 + log count) * idf``, each view scaled to its weight, then fields and pairs; return its end.

    Parameters
    ----------
    place : tuple of Tickets and int
        Which ticket of which.
    letters : ndarray of uint8
    learnt : tuple of Table and Pairs
    scratch : Scratch
        Filled, for `triage.learn.name_kernel`: at each different feature's place stands its place in the row.
    rows : tuple of ndarray of int32 and of float64
        Written to from ``at`` on.
    at : int
    """
    tickets, ticket = place
    begin = tickets.ends[ticket - 1] if ticket else 0
    cut_features(tickets.codes[begin : tickets.ends[ticket]], letters, scratch)
    first = at
    for view in range(VIEWS):
        at = _weigh_view((learnt[0], view), scratch, rows, first, at)
    return write_fields(tickets.fields[ticket], learnt[1], rows, at)


@compiled
def _weigh_view(
    of: tuple[Table, int], scratch: Scratch, rows: tuple[NDArray[np.int32], NDArray[np.float64]], row: int, at: int
) -> int:
    (table, view), (ids, values) = of, rows
    begin = scratch.borders[view]
    distinct = count_distinct(scratch, begin, scratch.borders[view + 1])
    fetch_slots(table.slots, scratch.features, begin, begin + distinct)
    first, squares = at, 0.0
    for found in range(begin, begin + distinct):
        number = look_up(table.slots, scratch.features[found])
        if number < 0:
            scratch.features[found] = UNKNOWN
            continue
        scratch.features[found] = np.uint64(at - row)
        count = scratch.counts[found]
        value = table.idf[number] if count == 1 else (1.0 + math.log(count)) * table.idf[number]
        ids[at], values[at] = number, value
        squares += value * value
        at += 1
    if at > first:
        scale = table.weights[view] / math.sqrt(squares)
        for found in range(first, at):
            values[found] *= scale
    return at
