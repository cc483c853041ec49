"""Bytes of a text file as UTF-8, with what could not be read marked in place. Says what it found."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from triage.datasets.alphabets import guess_encoding
from triage.errors import UsageError

__all__ = ["NOT_DECODED", "NUL", "Text", "decode"]

# Unicode noncharacters, which no interchanged text holds: they mark a place until the row it is in is known.
NOT_DECODED = "\ufdd0"
NUL = "\ufdd1"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TWO_BYTES = frozenset({"cp949", "cp932", "euc_jp", "gb18030", "big5"})
_SURROGATE = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file.

    Parameters
    ----------
    utf8 : bytes
        Without byte order mark; `NOT_DECODED` and `NUL` stand for what no text may hold.
    advice : str
        What to do about bytes that could not be decoded; empty when all could.
    nul_advice : str
        The same for NUL characters.
    found : str
        The encoding that the bytes themselves show, where nobody named it; empty for UTF-8 and where a mark says it.
    """

    utf8: bytes
    advice: str = ""
    nul_advice: str = ""
    found: str = ""


def decode(raw: bytes, encoding: str | None) -> Text:
    """Decode a file that is UTF-8, marked by a byte order mark, in the encoding that is named, or in one that is sure.

    Raises
    ------
    UsageError
        When the named encoding is not known.
    """
    for mark, marked in _MARKS:
        if raw.startswith(mark):
            return _utf8(raw[len(mark) :]) if marked == "utf-8" else _named(raw[len(mark) :], marked)
    if encoding:
        return _named(raw, _known(encoding))
    utf16 = _unmarked_utf16(raw)
    return _utf8(raw) if utf16 is None else _marked(raw.decode(utf16), found=utf16)


def _utf8(raw: bytes) -> Text:
    """Decode what should be UTF-8; in another encoding where it is the only one that makes sense of all of the file."""
    try:
        return _marked(raw.decode("utf-8"))
    except UnicodeDecodeError:
        escaped = raw.decode("utf-8", "surrogateescape")
    guess = guess_encoding(raw)
    if _is_mixed(escaped, guess.encoding):
        advice = (
            f"not UTF-8 (more like {guess.encoding}), while other rows are: the file mixes encodings; save all of it "
            "as UTF-8."
        )
    elif guess.is_sure:
        return _marked(raw.decode(guess.encoding), found=guess.encoding)
    else:
        advice = (
            f"not UTF-8, and which encoding it is cannot be told; most like {guess.encoding}: try --encoding "
            f"{guess.encoding}, or save it as UTF-8."
        )
    return _marked(_SURROGATE.sub(NOT_DECODED, escaped), advice)


def _named(raw: bytes, encoding: str) -> Text:
    try:
        return _marked(raw.decode(encoding))
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace").replace("\ufffd", NOT_DECODED)
        return _marked(text, f"not readable as {encoding}; name another encoding.")


def _marked(text: str, advice: str = "", found: str = "") -> Text:
    nul_advice = "holds NUL characters: no text file, or a damaged one; export it again." if "\0" in text else ""
    return Text(text.replace("\0", NUL).encode("utf-8", "replace"), advice, nul_advice, found)


def _unmarked_utf16(raw: bytes) -> str | None:
    """Return which UTF-16 a file is that lacks its mark: every other byte of western text in it is NUL."""
    if raw.count(0) * 3 <= len(raw):
        return None
    guess = "utf-16-le" if raw[1::2].count(0) > raw[::2].count(0) else "utf-16-be"
    try:
        text = raw.decode(guess)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else guess


def _known(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
    except LookupError as err:
        raise UsageError(
            f"encoding {encoding!r} is not known. Try one of utf-8, cp1252, utf-16, gb18030, shift_jis."
        ) from err
    return found.name


def _is_mixed(escaped: str, guess: str) -> bool:
    lines = [line for line in escaped.split("\n") if _NOT_ASCII.search(line)]
    broken = sum(1 for line in lines if _SURROGATE.search(line))
    # A line of one-byte text passes for UTF-8 by accident very rarely; of two-byte text, one short line in a few does.
    accidents = len(lines) // 5 if guess in _TWO_BYTES else 0
    return len(lines) - broken > accidents
