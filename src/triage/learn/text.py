"""Text to words, in any script. Decides nothing about which words matter."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["pieces", "words"]

# Scripts written without spaces: each sign is a word of its own, so that pairs of words are pairs of signs.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_SIGN = re.compile(rf"[{_UNSPACED}]")

# Longer runs are keys, hashes and encoded blobs: their tails say nothing and would cost the most.
_MOST_CHARACTERS = 40

# Pieces of three to five characters, across word borders marked by a space: the usual `char_wb` choice.
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5


def words(text: str) -> list[str]:
    """Return the words of a text in order: compatibility-normalised, case-folded, cut at 40 characters.

    Examples
    --------
    >>> words("VPN-Fehler 809: Straße")
    ['vpn', 'fehler', '809', 'strasse']
    >>> words("网络断 ok")
    ['网', '络', '断', 'ok']
    """
    folded = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return [word[:_MOST_CHARACTERS] for word in _WORD.findall(folded)]


def pieces(word: str) -> list[str]:
    """Return the character n-grams of a word, three to five long, its borders marked by spaces.

    Examples
    --------
    >>> pieces("vpn")
    [' vp', 'vpn', 'pn ', ' vpn', 'vpn ', ' vpn ']
    >>> pieces("网")
    []
    """
    if _SIGN.match(word):
        return []
    framed = f" {word} "
    lengths = range(_SHORTEST_PIECE, min(_LONGEST_PIECE, len(framed)) + 1)
    return [framed[start : start + n] for n in lengths for start in range(len(framed) - n + 1)]
