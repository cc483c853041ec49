"""Looks hashed features up in a learnt vocabulary and weighs them. Learns nothing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.text_kernel import MOST_APART, VIEWS, Scratch, count_distinct, cut_features

__all__ = ["Names", "Table", "Tickets", "build_table", "empty_names", "name_features", "share_out", "weigh_texts"]


_UNKNOWN = np.uint64(0xFFFFFFFFFFFFFFFF)
# Odd, and without a pattern.
_PAIR, _NEAR, _APART = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Table(NamedTuple):
    """A vocabulary as an open-addressing table, and what its features weigh.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n_slots,)
    ids : ndarray of int32 of shape (n_slots,)
        The feature number of each key; -1 for an empty slot. At most half of the slots are taken.
    idf : ndarray of float64 of shape (n_features,)
    weights : ndarray of float64 of shape (VIEWS,)
        The length of each view's part of a row.
    """

    keys: NDArray[np.uint64]
    ids: NDArray[np.int32]
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


def build_table(keys: NDArray[np.uint64], idf: NDArray[np.float64], weights: NDArray[np.float64]) -> Table:
    """Return the table of a vocabulary whose feature numbers are the positions of their keys."""
    n_slots = 2 << len(keys).bit_length()
    table = Table(np.zeros(n_slots, np.uint64), np.full(n_slots, -1, np.int32), idf, weights)
    _fill_table(keys, table.keys, table.ids)
    return table


def empty_names(n_features: int) -> Names:
    """Return room for the names of so many occurrences of features."""
    integers = np.empty((4, n_features), np.int32)
    return Names(integers[0], integers[1], np.empty(n_features), integers[2], integers[3])


@compiled
def weigh_texts(
    tickets: Tickets,
    letters: NDArray[np.uint8],
    table: Table,
    scratch: Scratch,
    starts: NDArray[np.int64],
    rows: tuple[NDArray[np.int32], NDArray[np.float64]],
) -> None:
    """Write the rows of texts: ``(1 + log count) * idf``, each view scaled to its weight, then the fields.

    Parameters
    ----------
    tickets : Tickets
    letters : ndarray of uint8
    table : Table
    scratch : Scratch
        For the longest of the texts.
    starts : ndarray of int64 of shape (n + 1,)
        Filled: where each row begins, and where the last one ends.
    rows : tuple of ndarray of int32 and of float64
        Filled: feature numbers and values; room for every feature of every text, and the fields.
    """
    ids, values = rows
    begin = at = 0
    starts[0] = 0
    for text in range(len(tickets.ends)):
        end = tickets.ends[text]
        cut_features(tickets.codes[begin:end], letters, scratch)
        for view in range(VIEWS):
            at = _weigh_view(table, view, scratch, ids, values, at)
        for field in range(tickets.fields.shape[1]):
            ids[at], values[at] = tickets.fields[text, field], 1.0
            at += 1
        starts[text + 1] = at
        begin = end


@compiled
def name_features(
    codes: NDArray[np.uint32], letters: NDArray[np.uint8], table: Table, scratch: Scratch, names: Names
) -> tuple[int, int]:
    """Find the names of every feature of a text's row; return how many occurrences and how many names there are.

    Parameters
    ----------
    codes : ndarray of uint32 of shape (n,)
        The folded text.
    letters : ndarray of uint8
    table : Table
    scratch : Scratch
        ``begins`` and ``ends`` say where the words of the names are.
    names : Names
        Filled, up to the numbers that are returned.
    """
    cut_features(codes, letters, scratch)
    n_found = n_known = 0
    for view in range(VIEWS):
        begin, end = scratch.borders[view], scratch.borders[view + 1]
        distinct = count_distinct(scratch, begin, end)
        for at in range(begin, begin + distinct):
            # From here on, its place in the row.
            known = _look_up(table, scratch.features[at]) >= 0
            scratch.features[at] = np.uint64(n_known) if known else _UNKNOWN
            n_known += known
        for at in range(begin, end):
            feature = scratch.features[begin + scratch.which[at]]
            if feature != _UNKNOWN:
                names.name[n_found] = scratch.origins[at]
                names.feature[n_found] = np.int32(feature)
                names.share[n_found] = 1.0 / scratch.counts[begin + scratch.which[at]]
                n_found += 1
    return n_found, _number_names(scratch, n_found, names)


@compiled
def share_out(names: Names, contributions: NDArray[np.float64], amounts: NDArray[np.float64]) -> None:
    """Add what a text's features add to what their names add; ``amounts`` has one a name."""
    for at in range(len(names.name)):
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


@compiled
def _weigh_view(
    table: Table, view: int, scratch: Scratch, ids: NDArray[np.int32], values: NDArray[np.float64], at: int
) -> int:
    begin = scratch.borders[view]
    distinct = count_distinct(scratch, begin, scratch.borders[view + 1])
    first, squares = at, 0.0
    for found in range(begin, begin + distinct):
        number = _look_up(table, scratch.features[found])
        if number >= 0:
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


@compiled
def _look_up(table: Table, key: np.uint64) -> int:
    mask = len(table.ids) - 1
    slot = np.int64(key & np.uint64(mask))
    while table.ids[slot] >= 0:
        if table.keys[slot] == key:
            return int(table.ids[slot])
        slot = (slot + 1) & mask
    return -1


@compiled
def _fill_table(keys: NDArray[np.uint64], table_keys: NDArray[np.uint64], table_ids: NDArray[np.int32]) -> None:
    mask = len(table_ids) - 1
    for number in range(len(keys)):
        slot = np.int64(keys[number] & np.uint64(mask))
        while table_ids[slot] >= 0:
            slot = (slot + 1) & mask
        table_keys[slot], table_ids[slot] = keys[number], number
