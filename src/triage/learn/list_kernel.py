"""Builds the lists of an inverted index: counts features of texts, turns rows into postings and back. Finds nothing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.precedent_kernel import COUNT_BITS, FIRST_REACH, MOST_COUNTED, count_stems
from triage.learn.slots import Slots, look_up
from triage.learn.text_kernel import Scratch

__all__ = ["collect_stems", "invert", "measure_rows", "number_features"]

_SHIFT, _COUNT_MASK = np.uint32(COUNT_BITS), np.uint32(MOST_COUNTED)


@compiled
def collect_stems(
    batch: tuple[NDArray[np.uint32], NDArray[np.int64]],
    letters: NDArray[np.uint8],
    scratch: Scratch,
    repeats: int,
    found: tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.int64]],
) -> int:
    """Write the different features of each text, their counts, and how many each text has; return how many in all.

    Parameters
    ----------
    batch : tuple of codes and ends
        As :func:`triage.learn.terms.encode` gives them.
    letters : ndarray of uint8
    scratch : Scratch
        For the longest of the texts.
    repeats : int
        How often the beginning of a text counts.
    found : tuple of ndarray of uint64, uint32 and int64
        Filled; room for every feature of every text, and a number a text.
    """
    codes, ends = batch
    keys, counts, sizes = found
    begin, n = np.int64(0), 0
    for text in range(len(ends)):
        distinct = count_stems(codes[begin : ends[text]], letters, scratch, repeats)
        for at in range(distinct):
            keys[n] = scratch.features[at]
            counts[n] = min(scratch.counts[at], MOST_COUNTED)
            n += 1
        sizes[text] = distinct
        begin = ends[text]
    return n


@compiled
def number_features(keys: NDArray[np.uint64], features: Slots, numbers: NDArray[np.int32]) -> None:
    """Write the number of each key; -1 where the table does not have it."""
    for at in range(len(keys)):
        numbers[at] = look_up(features, keys[at])


@compiled
def invert(
    starts: NDArray[np.int64],
    packed: NDArray[np.uint32],
    places: NDArray[np.int64],
    inverted: NDArray[np.uint32],
) -> None:
    """Turn lists of numbers with counts round: what lists each number, in ascending order, with the same counts.

    Parameters
    ----------
    starts : ndarray of int64 of shape (n + 1,)
        Where each list begins.
    packed : ndarray of uint32
        Number and count.
    places : ndarray of int64 of shape (n_numbers,)
        Where each number's inverted list begins; afterwards, where it ends.
    inverted : ndarray of uint32 of the same shape as ``packed``
        Filled.
    """
    for one in range(len(starts) - 1):
        for at in range(starts[one], starts[one + 1]):
            number = np.int64(packed[at] >> _SHIFT)
            inverted[places[number]] = (np.uint32(one) << _SHIFT) | (packed[at] & _COUNT_MASK)
            places[number] += 1


@compiled
def measure_rows(
    row_starts: NDArray[np.int64],
    entries: NDArray[np.uint32],
    weights: tuple[NDArray[np.float64], NDArray[np.float64]],
    scales: NDArray[np.float64],
    reach: NDArray[np.uint8],
) -> None:
    """Write one over each row's norm, and how much of the row lies within the commonest features.

    Parameters
    ----------
    row_starts : ndarray of int64 of shape (n_rows + 1,)
    entries : ndarray of uint32
        Feature and count, by feature.
    weights : tuple of ndarray of float64
        The features' idf, and what each count weighs.
    scales : ndarray of float64 of shape (n_rows,)
        Filled.
    reach : ndarray of uint8 of shape (n_sets, n_rows)
        Filled; see :func:`triage.learn.precedent_search.find_in_lists`.
    """
    idf, gains = weights
    for row in range(len(scales)):
        squares = 0.0
        for at in range(row_starts[row], row_starts[row + 1]):
            value = idf[np.int64(entries[at] >> _SHIFT)] * gains[entries[at] & _COUNT_MASK]
            squares += value * value
        scales[row] = 1.0 / math.sqrt(squares) if squares > 0.0 else 0.0
        _measure_reach(row, (row_starts, entries), weights, scales[row], reach)


@compiled
def _measure_reach(
    row: int,
    rows: tuple[NDArray[np.int64], NDArray[np.uint32]],
    weights: tuple[NDArray[np.float64], NDArray[np.float64]],
    scale: float,
    reach: NDArray[np.uint8],
) -> None:
    (row_starts, entries), (idf, gains) = rows, weights
    at, squares = row_starts[row], 0.0
    for which in range(len(reach)):
        while at < row_starts[row + 1] and np.int64(entries[at] >> _SHIFT) >> (FIRST_REACH + which) == 0:
            value = idf[np.int64(entries[at] >> _SHIFT)] * gains[entries[at] & _COUNT_MASK]
            squares += value * value
            at += 1
        reach[which, row] = np.uint8(min(math.ceil(255.0 * math.sqrt(squares) * scale), 255))
