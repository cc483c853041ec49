"""The features of a text in plain Python, by their names and by their numbers: what the kernels are held against."""

from __future__ import annotations

from itertools import pairwise

from triage.learn.text import SIGN, letters, words

__all__ = ["TAGS", "named_features", "number_of"]

Name = tuple[str, ...]
TAGS = (0x9E3779B97F4A7C15, 0x3C6EF372FE94F82A, 0xDAA66D2C7DDF743F, 0x78DDE6E5FD29F054)
_BITS = (1 << 64) - 1


def pieces(word: str) -> list[str]:
    """Return the pieces of a word, three to five long, its borders marked by spaces; a sign has none."""
    if letters()[ord(word[0])] >= SIGN:
        return []
    framed = f" {word} "
    return [framed[start : start + n] for start in range(len(framed)) for n in (3, 4, 5) if start + n <= len(framed)]


def named_features(text: str) -> list[list[Name]]:
    """Return the features of a text, view by view: words and pieces alone, loose pairs in order of their hashes."""
    in_order = words(text)
    paired = in_order[:400]
    near = [
        tuple(sorted((paired[at], paired[at + apart]), key=_of_word))
        for at in range(len(paired))
        for apart in range(1, min(5, len(paired) - at))
    ]
    return [
        [(word,) for word in in_order] + list(pairwise(in_order)),
        [(piece,) for word in in_order for piece in pieces(word)],
        [(word,) for word in in_order[:8]] + list(pairwise(in_order[:8])),
        near,
    ]


def number_of(view: int, name: Name) -> int:
    """Return a feature's hash."""
    tag = TAGS[view]
    if view == 1:
        return _stir(_fnv(name[0]) ^ tag)
    if len(name) == 1:
        return _stir(_of_word(name[0]) ^ tag)
    first, second = (_of_word(word) for word in name)
    return _stir((((first * 0x100000001B3) & _BITS) ^ second) + tag)


def _of_word(word: str) -> int:
    return _stir(_fnv(word))


def _fnv(text: str) -> int:
    number = 0xCBF29CE484222325
    for character in text:
        number = ((number ^ ord(character)) * 0x100000001B3) & _BITS
    return number


def _stir(number: int) -> int:
    number &= _BITS
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _BITS
    return number ^ (number >> 31)
