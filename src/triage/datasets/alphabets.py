"""Which encoding turns bytes into the letters of some language, where that can be told. Decodes nothing for good."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Guess", "guess_encoding"]

# Letters beyond ASCII, in lower case, of the languages that are written in an encoding.
_WEST = (
    "äöüß",  # German
    "àâæçèéêëîïôœùûüÿ",  # French
    "áéíñóúü",  # Spanish
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìíòóùú",  # Italian
    "àçèéíïòóúü",  # Catalan
    "áèéëïóöüú",  # Dutch
    "æøåéö",  # Danish, Norwegian
    "åäöé",  # Swedish, Finnish
    "áðéíóúýþæö",  # Icelandic
)
_CENTRE = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíľňóôšťúýž",  # Slovak, but for ĺ and ŕ: rare, and bytes of French where they are common
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovene
    "ăâîșşțţ",  # Romanian
)
_TURKISH = ("çğ\u0131öşü",)
# The likelier of two that give the same text comes first.
_LATIN = (
    ("cp1252", _WEST),
    ("cp1250", _CENTRE),
    ("cp1254", _TURKISH),
    ("iso8859_2", _CENTRE),
    ("mac_roman", _WEST),
    ("cp850", _WEST),
)
# Hardly anybody writes them today: a few lines are a slip rather.
_SELDOM, _LEAST_OF_SELDOM = frozenset({"iso8859_2", "mac_roman", "cp850"}), 10
# Marks that any text may hold, between words.
_MARKS = re.compile("[\u00a0\u2010-\u2027\u2030-\u203a\u20ac\u2122§°«»¿¡£©®·±²³€№…]")
_WORD_MARK = re.compile(r"(?<=\w)[\u00bf\u00b2\u00b3\u00b9](?=\w)")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_RUN = re.compile(rb"[\x80-\xff]+")
# Scripts with letters of upper and lower case: the letters, their vowels, and the least share of vowels. A wrong
# encoding of the same script, or another script read as this one, has other letters in their places.
_CASED = (
    ("cp1251", re.compile("[\u0400-\u045f\u0490\u0491]"), re.compile("[аеёиоуыэюяіїє]"), 0.33),
    ("koi8_r", re.compile("[\u0400-\u045f\u0490\u0491]"), re.compile("[аеёиоуыэюяіїє]"), 0.33),
    ("cp866", re.compile("[\u0400-\u045f\u0490\u0491]"), re.compile("[аеёиоуыэюяіїє]"), 0.33),
    ("cp1253", re.compile("[\u0386-\u03ce]"), re.compile("[αεηιουωάέήίόύώ]"), 0.4),
)
_UNCASED = (
    ("cp1255", re.compile("[\u05d0-\u05ea]")),
    ("cp1256", re.compile("[\u060c-\u0652]")),
    ("cp874", re.compile("[\u0e01-\u0e5b]")),
)
# A capital after a small letter, in Greek and Cyrillic.
_INNER = re.compile("[\u03ac-\u03ce\u0430-\u045f][\u0386-\u03ab\u0401-\u042f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KANA = re.compile("[\u3040-\u30ff]")
_WIDE_MARK = re.compile("[\u3000-\u303f\uff00-\uffef]")
# Shares of what is not ASCII. A Japanese text has a third of kana at least, a Chinese one none but in quotations.
_NEARLY_ALL, _SOME_KANA = 0.9, 0.2
# Of the lines that two encodings read differently: how many of the letters must belong to one language, and how much
# fewer may in the other reading.
_FITS, _AHEAD = 0.95, 0.05
_SHORTEST_RUNS = 2.0
# Of letters: capitals after small ones, as names of products have them.
_MOST_INNER_CAPITALS = 0.02
_SAMPLE_BYTES, _MOST_LINES = 1_000_000, 2_000


@dataclass(frozen=True, slots=True)
class Guess:
    """A likely encoding.

    Parameters
    ----------
    encoding : str
    is_sure : bool
        Whether no other reading of the bytes makes sense, so that nobody needs to be asked.
    """

    encoding: str
    is_sure: bool


def guess_encoding(raw: bytes) -> Guess:
    """Return the likeliest encoding of a text that is not UTF-8.

    Parameters
    ----------
    raw : bytes

    Notes
    -----
    Scripts of their own are told by their share of what is not ASCII, where needed by how common their characters or
    vowels are; encodings of Latin letters by how many of the letters in a line belong to one language. Texts of many
    capitals and of languages that are not listed are not sure. Reads the first megabyte.

    Examples
    --------
    >>> guess_encoding("Störung im Büro, schöne Grüße".encode("cp1252"))
    Guess(encoding='cp1252', is_sure=True)
    """
    cut = raw[:_SAMPLE_BYTES]
    lines = [line for line in cut.split(b"\n") if any(byte > 127 for byte in line)][:_MOST_LINES]
    if len(cut) < len(raw):
        lines = lines[:-1] or lines
    sample = b"\n".join(lines)
    # Of Latin text single letters are no ASCII, between others that are; words of other scripts come in runs.
    for encoding, fits in _SCRIPTS if _run_length(sample) >= _SHORTEST_RUNS else ():
        text = _decoded(sample, encoding)
        if text is not None and fits(text):
            return Guess(encoding, _decoded(raw, encoding) is not None)
    return _latin(raw, lines)


def _run_length(sample: bytes) -> float:
    runs = _RUN.findall(sample)
    return sum(map(len, runs)) / max(len(runs), 1)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _share(pattern: re.Pattern[str], chars: Sequence[str]) -> float:
    return sum(1 for char in chars if pattern.match(char)) / max(len(chars), 1)


def _is_korean(text: str) -> bool:
    return _share(_HANGUL, _NOT_ASCII.findall(text)) >= _NEARLY_ALL


def _is_japanese(text: str) -> bool:
    return _share(_KANA, _NOT_ASCII.findall(text)) >= _SOME_KANA


def _is_chinese(standard: str, first: int, last: int) -> Callable[[str], bool]:
    """Return a test for texts of common characters: those of the standard's first level, by their leading bytes."""

    def is_common(char: str) -> bool:
        code = char.encode(standard, "ignore")
        return _WIDE_MARK.match(char) is not None or (len(code) > 1 and first <= code[0] <= last)

    def fits(text: str) -> bool:
        chars = [char for char in _NOT_ASCII.findall(text) if not _MARKS.match(char)]
        return sum(map(is_common, chars)) >= _NEARLY_ALL * max(len(chars), 1)

    return fits


def _is_cased(script: re.Pattern[str], vowels: re.Pattern[str], least: float) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        chars = [char for char in _NOT_ASCII.findall(text) if not _MARKS.match(char)]
        letters = [char for char in chars if script.match(char)]
        small = sum(1 for char in letters if char.islower())
        of_script = len(letters) >= _NEARLY_ALL * len(chars) and small * 2 >= len(letters)
        inner = len(_INNER.findall(text))
        is_written_so = inner <= _MOST_INNER_CAPITALS * len(letters)
        return of_script and is_written_so and _share(vowels, [char.lower() for char in letters]) >= least

    return fits


def _is_uncased(script: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: _share(script, [c for c in _NOT_ASCII.findall(text) if not _MARKS.match(c)]) >= _NEARLY_ALL


# Tried in this order, because text in one encoding often passes for text in a later one.
_SCRIPTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("cp949", _is_korean),
    ("cp932", _is_japanese),
    ("euc_jp", _is_japanese),
    ("gb18030", _is_chinese("gb2312", 0xB0, 0xD7)),
    ("big5", _is_chinese("big5", 0xA4, 0xC6)),
    *((encoding, _is_cased(script, vowels, least)) for encoding, script, vowels, least in _CASED),
    *((encoding, _is_uncased(script)) for encoding, script in _UNCASED),
)


def _enough(encoding: str, lines: Sequence[bytes]) -> bool:
    return encoding not in _SELDOM or len(lines) >= _LEAST_OF_SELDOM


def _latin(raw: bytes, lines: Sequence[bytes]) -> Guess:
    """Return the encoding in which the most letters belong to one language a line; sure where no other comes near."""
    found = []
    for encoding, languages in _LATIN:
        texts = [_decoded(line, encoding) for line in lines]
        if all(text is not None for text in texts) and _decoded(raw, encoding) is not None:
            told = [str(text) for text in texts]
            found.append((encoding, told, [_fit(text, languages) for text in told]))
    if not found or not lines:
        return Guess("cp1252", is_sure=False)
    best = max(found, key=lambda each: sum(each[2]))
    others = [each for each in found if each[1] != best[1]]
    is_sure = sum(best[2]) >= _FITS * len(lines) and all(_is_ahead(best, each) for each in others)
    return Guess(best[0], is_sure and _enough(best[0], lines))


_Reading = tuple[str, list[str], list[float]]


def _is_ahead(best: _Reading, other: _Reading) -> bool:
    differ = [at for at, text in enumerate(best[1]) if text != other[1][at]]
    ahead = sum(best[2][at] - other[2][at] for at in differ)
    return ahead >= _AHEAD * len(differ)


def _fit(text: str, languages: Sequence[str]) -> float:
    """Return the largest share of a line's letters beyond ASCII that one language has, capitals within words not."""
    chars = [char for char in _NOT_ASCII.findall(text) if not _MARKS.match(char)]
    wrong = len(_WORD_MARK.findall(text))
    if not chars and not wrong:
        return 1.0
    letters = [char.lower() for at, char in _letters(text) if not _is_inner_capital(text, at)]
    most = max(sum(1 for char in letters if char in language) for language in languages)
    return most / (len(chars) + wrong)


def _letters(text: str) -> list[tuple[int, str]]:
    return [(match.start(), match.group()) for match in _NOT_ASCII.finditer(text) if match.group().isalpha()]


def _is_inner_capital(text: str, at: int) -> bool:
    return text[at].isupper() and at > 0 and text[at - 1].islower()
