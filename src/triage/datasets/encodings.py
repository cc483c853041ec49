"""Bytes of a text file as UTF-8, with what could not be read marked in place. Never guesses silently."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from triage.errors import DataError, UsageError

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
# Scripts with an encoding of their own, and the least share of their letters among what is not ASCII. Tried in this
# order, because text in one encoding often passes for text in a later one.
_SCRIPTS = (
    ("cp949", re.compile("[\uac00-\ud7a3]"), 0.9),
    ("shift_jis", re.compile("[\u3040-\u30ff]"), 0.2),
    ("cp1251", re.compile("[\u0401\u0410-\u0451]"), 0.9),
    ("gb18030", re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"), 0.8),
)
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
    """

    utf8: bytes
    advice: str = ""
    nul_advice: str = ""


def decode(raw: bytes, encoding: str | None) -> Text:
    """Decode a file that is UTF-8, marked by a byte order mark, or in the encoding that is named.

    Raises
    ------
    UsageError
        When the named encoding is not known.
    DataError
        When it is UTF-16 without a byte order mark, of which nothing can be told without knowing.
    """
    for mark, marked in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], marked)
    return _decoded(raw, _known(encoding) if encoding else "utf-8")


def _decoded(raw: bytes, encoding: str) -> Text:
    advice = ""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            escaped = raw.decode("utf-8", "surrogateescape")
            advice = _advice(raw, escaped)
            text = _SURROGATE.sub(NOT_DECODED, escaped)
        else:
            advice = f"not readable as {encoding}; name another encoding."
            text = raw.decode(encoding, "replace").replace("\ufffd", NOT_DECODED)
    if raw.count(0) * 3 > len(raw) and "\0" in text:
        # Every other byte of western text in UTF-16 is NUL.
        guess = "utf-16-le" if raw[1::2].count(0) > raw[::2].count(0) else "utf-16-be"
        raise DataError(f"Every other byte is NUL: the file looks like {guess}. Try --encoding {guess}.")
    nul_advice = "holds NUL characters: no text file, or a damaged one; export it again." if "\0" in text else ""
    return Text(text.replace("\0", NUL).encode("utf-8", "replace"), advice, nul_advice)


def _known(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
    except LookupError as err:
        raise UsageError(
            f"encoding {encoding!r} is not known. Try one of utf-8, cp1252, utf-16, gb18030, shift_jis."
        ) from err
    return found.name


def _advice(raw: bytes, escaped: str) -> str:
    lines = [line for line in escaped.split("\n") if _NOT_ASCII.search(line)]
    broken = sum(1 for line in lines if _SURROGATE.search(line))
    guess = _likely_encoding(raw)
    # A line of one-byte text passes for UTF-8 by accident very rarely; of two-byte text, one short line in a few does.
    accidents = 0 if guess == "cp1252" else len(lines) // 5
    if len(lines) - broken > accidents:
        return (
            f"not UTF-8 (more like {guess}), while other rows are: the file mixes encodings; save all of it as UTF-8."
        )
    return f"not UTF-8; the whole file looks like {guess}: try --encoding {guess}."


def _likely_encoding(raw: bytes) -> str:
    high = [match.group() for match in re.finditer(rb"[\x80-\xff]+", raw[:1_000_000])] or [b""]
    # Western text has single accented letters between plain ones; other scripts come in runs.
    if sum(map(len, high)) < 2 * len(high):
        return "cp1252"
    for candidate, script, least in _SCRIPTS:
        try:
            other = _NOT_ASCII.findall(raw.decode(candidate))
        except UnicodeDecodeError:
            continue
        if sum(1 for char in other if script.match(char)) >= least * len(other):
            return candidate
    return "cp1252"
