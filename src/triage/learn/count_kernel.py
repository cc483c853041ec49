"""Counts in how many texts each hashed feature is. Two passes, so that what occurs once needs no memory of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.text_kernel import VIEWS, Scratch, count_distinct, cut_features

__all__ = ["COUNTED", "collect_features", "sketch_texts"]

# The sketch counts to three, in two bits: enough to drop what is in one or two texts only.
COUNTED = 3
_TWO = np.uint64(2)
_THREE = np.uint64(3)
# The table's slots come from the low bits of a number; cells of the sketch from the others.
_HIGH = np.uint64(20)


@compiled
def sketch_texts(
    codes: NDArray[np.uint32],
    ends: NDArray[np.int64],
    letters: NDArray[np.uint8],
    scratch: Scratch,
    sketch: NDArray[np.uint8],
) -> None:
    """Count the texts that each feature is in, once a text; features that share a cell are counted together.

    Parameters
    ----------
    codes, ends
        As :func:`triage.learn.terms.encode` gives them.
    letters : ndarray of uint8
    scratch : Scratch
        For the longest of the texts.
    sketch : ndarray of uint8 of shape (a power of two,)
        Changed in place: four cells a byte, each up to ``COUNTED``.
    """
    begin = 0
    for text in range(len(ends)):
        cut_features(codes[begin : ends[text]], letters, scratch)
        for view in range(VIEWS):
            first = scratch.borders[view]
            for at in range(first, first + count_distinct(scratch, first, scratch.borders[view + 1])):
                byte, shift = _cell(scratch.features[at], sketch)
                if (sketch[byte] >> shift) & 3 < COUNTED:
                    sketch[byte] += np.uint8(1 << shift)
        begin = ends[text]


@compiled
def collect_features(
    batch: tuple[NDArray[np.uint32], NDArray[np.int64]],
    letters: NDArray[np.uint8],
    scratch: Scratch,
    sketch: NDArray[np.uint8],
    least: NDArray[np.int64],
    found: tuple[NDArray[np.uint64], NDArray[np.uint8]],
) -> int:
    """Write the features, once a text, whose cell was counted often enough; return how many there are.

    Parameters
    ----------
    batch : tuple of codes and ends
    letters : ndarray of uint8
    scratch : Scratch
    sketch : ndarray of uint8
        Of all texts.
    least : ndarray of int64 of shape (VIEWS,)
        In how many texts a feature of each view must be; at most ``COUNTED``.
    found : tuple of ndarray of uint64 and of uint8
        Filled: features and their views; room for every feature of every text.
    """
    codes, ends = batch
    features, views = found
    begin = n = 0
    for text in range(len(ends)):
        cut_features(codes[begin : ends[text]], letters, scratch)
        for view in range(VIEWS):
            first = scratch.borders[view]
            for at in range(first, first + count_distinct(scratch, first, scratch.borders[view + 1])):
                byte, shift = _cell(scratch.features[at], sketch)
                if (sketch[byte] >> shift) & 3 >= least[view]:
                    features[n], views[n] = scratch.features[at], view
                    n += 1
        begin = ends[text]
    return n


@compiled
def _cell(feature: np.uint64, sketch: NDArray[np.uint8]) -> tuple[int, int]:
    cell = feature >> _HIGH
    return int((cell >> _TWO) & np.uint64(len(sketch) - 1)), int((cell & _THREE) << np.uint64(1))
