"""Looks through texts for what may give a secret away, all of it in one pass. Cuts nothing and decides nothing.

An automaton after Aho and Corasick reads every character once, whatever the number of words it looks for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = [
    "DIGITS",
    "FEWEST_DIGITS",
    "LONG_WORD",
    "MOST_BETWEEN",
    "SHORTEST_OF_LETTERS",
    "SHORTEST_WORD",
    "Automaton",
    "build_automaton",
    "find_signs",
]

# What is found besides words: digits with few characters between them, and a run without spaces that is long enough for
# a token, or for one of letters alone.
DIGITS, LONG_WORD = 1 << 30, 1 << 31
FEWEST_DIGITS, MOST_BETWEEN = 6, 3
SHORTEST_WORD, SHORTEST_OF_LETTERS = 11, 20

_SIZE = 256
_SPACE, _DIGIT, _LETTER, _OTHER = 0, 1, 2, 3
_LONG, _DIGITS = np.uint32(LONG_WORD), np.uint32(DIGITS)


class Automaton(NamedTuple):
    """What is looked for.

    Parameters
    ----------
    steps : ndarray of uint16 of shape (n_states, 256)
        The state after a character of Latin-1, letter case aside.
    told : ndarray of uint32 of shape (n_states,)
        The signs of all words that end in a state.
    kinds : ndarray of uint8 of shape (256,)
        Whether a character is a space, a digit, a letter or another.
    """

    steps: NDArray[np.uint16]
    told: NDArray[np.uint32]
    kinds: NDArray[np.uint8]


def build_automaton(words: Mapping[str, int]) -> Automaton:
    """Return the automaton of words in small letters of Latin-1, each with its sign: a power of two below `DIGITS`."""
    children: list[dict[int, int]] = [{}]
    told = [0]
    for word, sign in words.items():
        state = 0
        for code in word.encode("latin-1"):
            if code not in children[state]:
                children[state][code] = len(children)
                children.append({})
                told.append(0)
            state = children[state][code]
        told[state] |= sign
    steps = np.zeros((len(children), _SIZE), np.uint16)
    # From the shorter beginnings of words to the longer: where a word does not go on, its longest end that begins
    # another one does.
    waiting = deque([(0, 0)])
    while waiting:
        state, end = waiting.popleft()
        told[state] |= told[end]
        steps[state] = steps[end] if state else 0
        for code, child in children[state].items():
            waiting.append((child, int(steps[end, code]) if state else 0))
            steps[state, code] = child
    for code in range(ord("A"), ord("Z") + 1):
        steps[:, code] = steps[:, code + ord("a") - ord("A")]
    return Automaton(steps, np.array(told, np.uint32), np.array([_kind(code) for code in range(_SIZE)], np.uint8))


@compiled
def find_signs(
    codes: NDArray[np.uint8], ends: NDArray[np.int64], automaton: Automaton, found: NDArray[np.uint32]
) -> None:
    """Write the signs of each text.

    Parameters
    ----------
    codes : ndarray of uint8 of shape (n_characters,)
        Texts in Latin-1, one after the other.
    ends : ndarray of int64 of shape (n,)
        Where each ends.
    automaton : Automaton
    found : ndarray of uint32 of shape (n,)
        Filled: the signs of the words that occur, `DIGITS` and `LONG_WORD`.
    """
    begin = np.int64(0)
    for text in range(len(ends)):
        found[text] = _signs_of(codes[begin : ends[text]], automaton)
        begin = ends[text]


@compiled
def _signs_of(codes: NDArray[np.uint8], automaton: Automaton) -> np.uint32:
    signs, state = np.uint32(0), np.uint16(0)
    length, are_letters = 0, True
    n_digits, since_digit = 0, MOST_BETWEEN + 1
    for code in codes:
        state = automaton.steps[state, code]
        signs |= automaton.told[state]
        kind = automaton.kinds[code]
        if kind == _SPACE:
            if length >= (SHORTEST_OF_LETTERS if are_letters else SHORTEST_WORD):
                signs |= _LONG
            length, are_letters = 0, True
        else:
            length += 1
            are_letters &= kind == _LETTER
        if kind == _DIGIT:
            n_digits = n_digits + 1 if since_digit <= MOST_BETWEEN else 1
            since_digit = 0
            if n_digits == FEWEST_DIGITS:
                signs |= _DIGITS
        else:
            since_digit += 1
    if length >= (SHORTEST_OF_LETTERS if are_letters else SHORTEST_WORD):
        signs |= _LONG
    return signs


def _kind(code: int) -> int:
    # As regular expressions see them.
    character = chr(code)
    if character.isspace():
        return _SPACE
    return _DIGIT if character.isdecimal() else _LETTER if character.isalpha() else _OTHER
