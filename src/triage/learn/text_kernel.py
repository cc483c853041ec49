"""Cuts folded texts into hashed features: words, pairs, pieces. Knows no vocabulary and no weights.

A feature is a 64-bit number. A word's is FNV-1a over its code points; a pair mixes those of its words, a piece is
FNV-1a over its characters; each is stirred with a tag of its view by the last steps of splitmix64. Two of a million
features are the same number with a chance of 3e-8.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, unsigned
from triage.learn.text import LETTER, MOST_CHARACTERS, NO_LETTER, SIGN_MARK

__all__ = [
    "HEAD_WORDS",
    "MOST_APART",
    "VIEWS",
    "Scratch",
    "count_distinct",
    "cut_features",
    "cut_stems",
    "empty_scratch",
    "most_features",
    "most_stems",
    "stir",
]

# The views, in feature order: words and pairs; pieces of words; words and pairs of the beginning; pairs in either order
# with up to three words between.
VIEWS = 4
# Titles come first, and what comes first says most.
HEAD_WORDS = 8
# Pairs at a distance are the dearest view, and a ticket's tail is its log.
_PAIRED_WORDS, MOST_APART = 400, 4
# Pieces of three to five characters, across word borders marked by a space: the usual `char_wb` choice.
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5

# What is looked for among past incidents: a word and its stem, the first five characters, which German compounds and
# English endings share. The tail of a long ticket is its log.
_STEM, _STEMMED_WORDS = 5, 400

_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_STIR_1, _STIR_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_STIR_30, _STIR_27, _STIR_31 = np.uint64(30), np.uint64(27), np.uint64(31)
# The golden ratio of splitmix64, times 1 to 5: any five different numbers would do.
_WORDS, _PIECES = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x3C6EF372FE94F82A)
_HEAD, _PAIRS = np.uint64(0xDAA66D2C7DDF743F), np.uint64(0x78DDE6E5FD29F054)
_STEMS = np.uint64(0x1715609F7C746C69)
_SPACE = np.uint64(ord(" "))


class Scratch(NamedTuple):
    """Room that the kernels write to; large enough for the longest text at hand.

    Parameters
    ----------
    begins, ends : ndarray of int32 of shape (n_code_points,)
        Where each word lies in the text.
    words : ndarray of uint64 of shape (n_code_points,)
        Each word's number.
    features : ndarray of uint64 of shape (most_features,)
        Each feature's number, view by view.
    origins : ndarray of int32 of shape (most_features,)
        Where each is from: the place of its first word times ``MOST_APART + 1``, plus how far its second word is
        behind the first, 0 for a single word.
    borders : ndarray of int64 of shape (VIEWS + 1,)
        Where each view's features begin, and where the last ones end.
    which, counts : ndarray of int32 of shape (most_features,)
    slots : ndarray of int32 of shape (a power of two above twice most_features,)
    """

    begins: NDArray[np.int32]
    ends: NDArray[np.int32]
    words: NDArray[np.uint64]
    features: NDArray[np.uint64]
    origins: NDArray[np.int32]
    borders: NDArray[np.int64]
    which: NDArray[np.int32]
    counts: NDArray[np.int32]
    slots: NDArray[np.int32]


def most_features(n_code_points: int) -> int:
    """Return the most features that a text of so many code points can have, each occurrence counted."""
    pairs = min(n_code_points, _PAIRED_WORDS) * MOST_APART
    return 5 * n_code_points + 2 * HEAD_WORDS + pairs


def most_stems(n_code_points: int) -> int:
    """Return the most features that `cut_stems` makes of a text of so many code points, each occurrence counted."""
    return 2 * (min(n_code_points, _STEMMED_WORDS) + 2 * HEAD_WORDS)


def empty_scratch(n_code_points: int) -> Scratch:
    """Return room for texts of up to so many code points."""
    most = most_features(n_code_points)
    return Scratch(
        begins=np.empty(n_code_points, np.int32),
        ends=np.empty(n_code_points, np.int32),
        words=np.empty(n_code_points, np.uint64),
        features=np.empty(most, np.uint64),
        origins=np.empty(most, np.int32),
        borders=np.empty(VIEWS + 1, np.int64),
        which=np.empty(most, np.int32),
        counts=np.empty(most, np.int32),
        slots=np.empty(2 << most.bit_length(), np.int32),
    )


@compiled
def cut_features(codes: NDArray[np.uint32], letters: NDArray[np.uint8], scratch: Scratch) -> int:
    """Cut one folded text into words and write all its features, as often as they occur; return the number of words.

    Parameters
    ----------
    codes : ndarray of uint32 of shape (n,)
        The text's code points.
    letters : ndarray of uint8
        :func:`triage.learn.text.letters`.
    scratch : Scratch
        For at least ``n`` code points; all but ``which``, ``counts`` and ``slots`` is filled.
    """
    n = _cut_words(codes, letters, scratch)
    scratch.borders[0] = 0
    scratch.borders[1] = _write_words(scratch, n, _WORDS, 0)
    scratch.borders[2] = _write_pieces(codes, letters, scratch, n, scratch.borders[1])
    scratch.borders[3] = _write_words(scratch, min(n, HEAD_WORDS), _HEAD, scratch.borders[2])
    scratch.borders[4] = _write_pairs(scratch, min(n, _PAIRED_WORDS), scratch.borders[3])
    return n


@compiled
def cut_stems(codes: NDArray[np.uint32], letters: NDArray[np.uint8], scratch: Scratch, repeats: int) -> int:
    """Cut one folded text into words and write each word and its stem; return how many features that are.

    A sign of an unspaced script has no stem: the pair of it and the next sign stands in.

    Parameters
    ----------
    codes : ndarray of uint32 of shape (n,)
    letters : ndarray of uint8
    scratch : Scratch
        For at least ``n`` code points; ``begins``, ``ends``, ``words`` and ``features`` are filled.
    repeats : int
        How often the first ``HEAD_WORDS`` are written, at most 3.
    """
    n_words = min(_cut_words(codes, letters, scratch), _STEMMED_WORDS)
    words, features = scratch.words, scratch.features
    at = 0
    for word in range(n_words):
        begin = scratch.begins[word]
        if _kind(codes[begin], letters) == LETTER:
            number = _FNV_OFFSET
            for place in range(begin, min(begin + _STEM, scratch.ends[word])):
                number = (number ^ np.uint64(codes[place])) * _FNV_PRIME
        else:
            number = words[word] * _FNV_PRIME
            if word + 1 < n_words:
                number ^= words[word + 1]
        for _ in range(repeats if word < HEAD_WORDS else 1):
            features[at] = words[word]
            features[at + 1] = stir(number ^ _STEMS)
            at += 2
    return at


@compiled
def count_distinct(scratch: Scratch, begin: int, end: int) -> int:
    """Count the features from ``begin`` to ``end`` and return how many different ones there are.

    They are moved to the front, each once, in order of their first occurrence, with their ``counts``; ``which`` says
    for each occurrence (in the order before) which of them it was.
    """
    features, counts, slots = scratch.features, scratch.counts, scratch.slots
    size = 4
    while size < 2 * (end - begin):
        size *= 2
    slots[:size] = -1
    mask, distinct = unsigned(size - 1), 0
    for at in range(begin, end):
        feature = features[unsigned(at)]
        slot = feature & mask
        while slots[slot] >= 0 and features[unsigned(begin + slots[slot])] != feature:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] < 0:
            slots[slot] = distinct
            features[unsigned(begin + distinct)] = feature
            counts[unsigned(begin + distinct)] = 0
            distinct += 1
        counts[unsigned(begin + slots[slot])] += 1
        scratch.which[unsigned(at)] = slots[slot]
    return distinct


@compiled
def _cut_words(codes: NDArray[np.uint32], letters: NDArray[np.uint8], scratch: Scratch) -> int:
    n_words, at, n = 0, 0, len(codes)
    while at < n:
        kind = _kind(codes[at], letters)
        if kind == NO_LETTER:
            at += 1
            continue
        begin, going_on = at, LETTER if kind == LETTER else SIGN_MARK
        number = _FNV_OFFSET
        while True:
            if at - begin < MOST_CHARACTERS:
                number = (number ^ np.uint64(codes[at])) * _FNV_PRIME
            at += 1
            if at == n or _kind(codes[at], letters) != going_on:
                break
        scratch.begins[n_words] = begin
        scratch.ends[n_words] = min(at, begin + MOST_CHARACTERS)
        scratch.words[n_words] = stir(number)
        n_words += 1
    return n_words


@compiled
def _kind(code: np.uint32, letters: NDArray[np.uint8]) -> int:
    return int(letters[code]) if code < len(letters) else NO_LETTER


@compiled
def _write_words(scratch: Scratch, n_words: int, tag: np.uint64, at: int) -> int:
    words, features, origins = scratch.words, scratch.features, scratch.origins
    for word in range(n_words):
        features[at] = stir(words[word] ^ tag)
        origins[at] = word * (MOST_APART + 1)
        at += 1
    for word in range(n_words - 1):
        # The product tells the first word from the second.
        features[at] = stir(((words[word] * _FNV_PRIME) ^ words[word + 1]) + tag)
        origins[at] = word * (MOST_APART + 1) + 1
        at += 1
    return at


@compiled
def _write_pieces(
    codes: NDArray[np.uint32], letters: NDArray[np.uint8], scratch: Scratch, n_words: int, at: int
) -> int:
    features, origins = scratch.features, scratch.origins
    for word in range(n_words):
        begin, end = scratch.begins[word], scratch.ends[word]
        if _kind(codes[begin], letters) != LETTER:
            continue  # a sign of an unspaced script has no pieces
        for start in range(begin - 1, end - 1):
            number = _FNV_OFFSET
            for length in range(1, min(_LONGEST_PIECE, end + 1 - start) + 1):
                place = start + length - 1
                code = np.uint64(codes[place]) if begin <= place < end else _SPACE
                number = (number ^ code) * _FNV_PRIME
                if length >= _SHORTEST_PIECE:
                    features[at] = stir(number ^ _PIECES)
                    origins[at] = word * (MOST_APART + 1)
                    at += 1
    return at


@compiled
def _write_pairs(scratch: Scratch, n_words: int, at: int) -> int:
    words, features, origins = scratch.words, scratch.features, scratch.origins
    for word in range(n_words):
        for apart in range(1, min(MOST_APART, n_words - 1 - word) + 1):
            one, other = words[word], words[word + apart]
            features[at] = stir(((min(one, other) * _FNV_PRIME) ^ max(one, other)) + _PAIRS)
            origins[at] = word * (MOST_APART + 1) + apart
            at += 1
    return at


@compiled
def stir(number: np.uint64) -> np.uint64:
    """Spread a number over all 64 bits, by the last steps of splitmix64."""
    number = (number ^ (number >> _STIR_30)) * _STIR_1
    number = (number ^ (number >> _STIR_27)) * _STIR_2
    return number ^ (number >> _STIR_31)
