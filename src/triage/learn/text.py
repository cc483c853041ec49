"""Text to words, in any script. Decides nothing about which words matter."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LETTER",
    "MARKS",
    "MOST_CHARACTERS",
    "NO_LETTER",
    "SIGN",
    "SIGN_MARK",
    "SIGN_MARKS",
    "UNSPACED",
    "fold",
    "letters",
    "words",
]

# These three are insides of character classes. Scripts written without spaces (Japanese, Chinese, Thai, Lao, Burmese,
# Khmer): each sign with its marks is a word of its own, so that pairs of words are pairs of signs.
UNSPACED = (
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1050-\u109d\u1780-\u17d3\u17dc-\u17dd"
)
SIGN_MARKS = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060"
    r"\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd"
)
# Vowel signs and accents of spaced scripts (Latin, Cyrillic, Hebrew, Arabic, the scripts of India): to `re` they are no
# letters, but a word does not end at them.
MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
_WORD = re.compile(rf"[{UNSPACED}][{SIGN_MARKS}]*|(?:[^\W{UNSPACED}]|[{MARKS}])+")

# Longer runs are keys, hashes and encoded blobs: their tails say nothing and would cost the most.
MOST_CHARACTERS = 40

# What a code point is to a word. Letters stand together, a sign begins a word of its own, and its marks stay with it.
NO_LETTER, LETTER, SIGN, SIGN_MARK = 0, 1, 2, 3
# Unicode has assigned no letters beyond its fourth plane.
_CODE_POINTS = 0x40000


def words(text: str) -> list[str]:
    """Return the words of a text in order: compatibility-normalised, case-folded, cut at 40 characters.

    Examples
    --------
    >>> words("VPN-Fehler 809: Straße")
    ['vpn', 'fehler', '809', 'strasse']
    >>> words("网络断 हिन्दी")
    ['网', '络', '断', 'हिन्दी']
    """
    return [word[:MOST_CHARACTERS] for word in _WORD.findall(fold(text))]


def fold(text: str) -> str:
    """Return a text without differences of case, width and composition: what words are cut from.

    Examples
    --------
    >>> fold("VPN Straße")
    'vpn strasse'
    """
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


@cache
def letters() -> NDArray[np.uint8]:
    """Return what each code point is to a word, so that compiled code can cut a folded text as :func:`words` does.

    Returns
    -------
    ndarray of uint8 of shape (262144,)
        ``NO_LETTER``, ``LETTER``, ``SIGN`` or ``SIGN_MARK``; code points beyond its end are no letters.
    """
    everything = "".join(map(chr, range(_CODE_POINTS)))
    found = np.zeros(_CODE_POINTS, np.uint8)
    for pattern, kind in ((rf"[\w{MARKS}]+", LETTER), (rf"[{UNSPACED}]+", SIGN), (rf"[{SIGN_MARKS}]+", SIGN_MARK)):
        for run in re.finditer(pattern, everything):
            found[run.start() : run.end()] = kind
    return found
