"""Text → the same text without secrets: a typed word stands for each. Sees one text at a time and remembers nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from triage.learn.account_numbers import cut_cards, cut_ibans, cut_phones
from triage.learn.caller_names import cut_names
from triage.learn.credentials import cut_announced, cut_key_blocks, cut_tokens, cut_url_logins

__all__ = ["redact"]

# One word each to the tokeniser, and no word of a language.
_MAIL, _PHONE, _CARD, _IBAN, _SECRET, _NAME = "xxmail", "xxphone", "xxcard", "xxiban", "xxsecret", "xxname"

# Possessive, behind a character that cannot be in it: each run of characters is read once.
_MAIL_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]++@(?:[\w-]+\.)+[^\W\d_]{2,}")
_FEW_DIGITS = re.compile(r"\d(?:\D{0,3}\d){5}")
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
    # Digits, signs and letters of full width are read as what they mean, as the tokeniser does.
    plain = done = _normalised(text)
    for _ in range(_MOST_ROUNDS):
        before, done = done, _normalised(_redact_once(done, names))
        if done == before:
            break
    return text if done == plain else done


def _normalised(text: str) -> str:
    return text if text.isascii() or unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def _redact_once(text: str, names: Sequence[str]) -> str:
    # Each look for a trigger costs a fraction of the patterns behind it, and most tickets have none.
    if "BEGIN " in text:
        text = cut_key_blocks(text, _SECRET)
    if "://" in text or ":thin:" in text:
        text = cut_url_logins(text, _SECRET)
    text = cut_announced(text, _SECRET)
    if "@" in text:
        text = _MAIL_ADDRESS.sub(_MAIL, text)
    if _FEW_DIGITS.search(text):
        text = cut_phones(cut_cards(cut_ibans(text, _IBAN), _CARD), _PHONE)
    text = cut_tokens(text, _SECRET)
    return cut_names(text, names, _NAME) if names else text
