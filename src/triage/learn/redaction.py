"""Text → the same text without secrets: a typed word stands for each. Remembers nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate

import numpy as np

from triage.compiling import resolved
from triage.learn.account_numbers import cut_cards, cut_ibans, cut_phones
from triage.learn.caller_names import cut_names
from triage.learn.credentials import ALL_SIGNS, ANNOUNCING, cut_announced, cut_key_blocks, cut_tokens, cut_url_logins
from triage.learn.sign_kernel import (
    DIGITS,
    FEWEST_DIGITS,
    LONG_WORD,
    MOST_BETWEEN,
    Automaton,
    build_automaton,
    find_signs,
)

__all__ = ["redact", "redact_all"]

# One word each to the tokeniser, and no word of a language.
_MAIL, _PHONE, _CARD, _IBAN, _SECRET, _NAME = "xxmail", "xxphone", "xxcard", "xxiban", "xxsecret", "xxname"

# Possessive, behind a character that cannot be in it: each run of characters is read once.
_MAIL_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]++@(?:[\w-]+\.)+[^\W\d_]{2,}")
_FEW_DIGITS = re.compile(rf"\d(?:\D{{0,{MOST_BETWEEN}}}\d){{{FEWEST_DIGITS - 1}}}")
# Signs beside `DIGITS` and `LONG_WORD`: those of each announcer come first.
_ANNOUNCED = (1 << len(ANNOUNCING)) - 1
_BLOCK, _LOGIN, _AT = (1 << len(ANNOUNCING) + number for number in range(3))
_WORDS = {"begin ": _BLOCK, "://": _LOGIN, ":thin:": _LOGIN, "@": _AT}
# What one round makes visible the next one finds; a second round finds nothing in all texts seen.
_MOST_ROUNDS = 4


def redact(text: str, names: Sequence[str] = ()) -> str:
    """Return a text with what is secret or personal replaced by typed words.

    Parameters
    ----------
    text : str
    names : sequence of str, default=()
        Of the incident's callers, as their columns give them.

    Returns
    -------
    str
        ``xxmail``, ``xxphone``, ``xxcard``, ``xxiban``, ``xxsecret`` and ``xxname`` stand for what was there. A text
        without any of it is returned as it is; one with is also compatibility-normalised (NFKC).

    Notes
    -----
    Linear in the length of the text. Finds what has a shape, a check digit, an announcing word or a column that names
    it; a password that is given without saying so, or a name that no column gives, looks like any other word.

    Examples
    --------
    >>> redact("Anna (anna@example.org, +49 170 1234567) cannot log in, Passwort: Sommer", ["Anna Schmidt"])
    'xxname (xxmail, xxphone) cannot log in, Passwort: xxsecret'
    """
    return _redact(text, names, ALL_SIGNS)


def redact_all(texts: Sequence[str], names: Sequence[Sequence[str]] = ()) -> list[str]:
    """Return every text as `redact` does: most hold nothing to replace, which one look at all of them tells.

    Parameters
    ----------
    texts : sequence of str
    names : sequence of sequence of str, default=()
        One a text; empty where nobody is named in any.
    """
    found = _find_signs(texts)
    given = names or [()] * len(texts)
    return [
        _redact(text, of_text, signs) if signs or of_text else text
        for text, of_text, signs in zip(texts, given, found, strict=True)
    ]


def _find_signs(texts: Sequence[str]) -> list[int]:
    """Return what each text may hold: all where it is not in Latin-1, or is written otherwise than it is read."""
    coded = [_latin(text) for text in texts]
    ends = np.array(list(accumulate(map(len, coded))), np.int64)
    found = np.empty(len(texts), np.uint32)
    look, automaton = _look()
    look(np.frombuffer(b"".join(coded), np.uint8), ends, automaton, found)
    signs: list[int] = found.tolist()
    return [of_text if code or not text else ALL_SIGNS for of_text, code, text in zip(signs, coded, texts, strict=True)]


def _latin(text: str) -> bytes:
    if not (text.isascii() or unicodedata.is_normalized("NFKC", text)):
        return b""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b""


@cache
def _look() -> tuple[Callable[..., None], Automaton]:
    signs = Counter(_WORDS)
    for number, words in enumerate(ANNOUNCING):
        # A word may be of several; what is not in Latin-1 is not in such a text either.
        signs.update({word: 1 << number for word in words if _latin(word)})
    automaton = build_automaton(signs)
    empty = np.frombuffer(b"", np.uint8), np.empty(0, np.int64), automaton, np.empty(0, np.uint32)
    return resolved(find_signs, *empty), automaton


def _redact(text: str, names: Sequence[str], signs: int) -> str:
    # Digits, signs and letters of full width are read as what they mean, as the tokeniser does.
    plain = done = _normalised(text)
    for _ in range(_MOST_ROUNDS):
        before, done = done, _normalised(_redact_once(done, names, signs))
        if done == before:
            break
        signs = ALL_SIGNS
    return text if done == plain else done


def _normalised(text: str) -> str:
    return text if text.isascii() or unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def _redact_once(text: str, names: Sequence[str], signs: int) -> str:
    # What is cut out may bring together what was apart.
    for sign, cut in _CUTS:
        if signs & sign:
            before, text = text, cut(text, signs)
            signs = signs if text == before else ALL_SIGNS
    return cut_names(text, names, _NAME) if names else text


def _cut_blocks(text: str, _: int) -> str:
    return cut_key_blocks(text, _SECRET) if "BEGIN " in text else text


def _cut_logins(text: str, _: int) -> str:
    return cut_url_logins(text, _SECRET) if "://" in text or ":thin:" in text else text


def _cut_announced(text: str, signs: int) -> str:
    return cut_announced(text, _SECRET, signs)


def _cut_mail(text: str, _: int) -> str:
    return _MAIL_ADDRESS.sub(_MAIL, text) if "@" in text else text


def _cut_numbers(text: str, _: int) -> str:
    return cut_phones(cut_cards(cut_ibans(text, _IBAN), _CARD), _PHONE) if _FEW_DIGITS.search(text) else text


def _cut_tokens(text: str, _: int) -> str:
    return cut_tokens(text, _SECRET)


# Each where there is one of its signs: a look for these costs a fraction of the patterns, and most tickets have none.
_CUTS = (
    (_BLOCK, _cut_blocks),
    (_LOGIN, _cut_logins),
    (_ANNOUNCED, _cut_announced),
    (_AT, _cut_mail),
    (DIGITS, _cut_numbers),
    (LONG_WORD, _cut_tokens),
)
