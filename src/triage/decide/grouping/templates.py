"""What a monitor's sentence says whatever it speaks about: numbers, names and times masked. Pure."""

from __future__ import annotations

import hashlib
import re

__all__ = ["fingerprint_of", "masked", "tokens_of"]

_LONGEST = 300
# Any token with a digit is of this occurrence: counts, times, addresses, hashes, numbered hosts. Words of hex letters
# alone, such as "dead" or "facade", are words.
_OF_THIS_ONE = re.compile(r"[^\W\d_]*\d[\w.:/%-]*")
_MASK = re.compile(r"<entity>|<n>")
_WORD = re.compile(r"[^\W_]+")


def masked(text: str, entity: str = "") -> str:
    """Return a sentence as every alert of its kind says it.

    Parameters
    ----------
    text : str
    entity : str, default=""
        What the alert is about, in lower case; its name is masked too.

    Examples
    --------
    >>> masked("CPU of web-1 at 97% since 10:04", "web-1")
    'cpu of <entity> at <n> since <n>'
    """
    lowered = text[:_LONGEST].replace("\0", "").lower()
    if entity:
        lowered = lowered.replace(entity, "<entity>")
    return " ".join(_OF_THIS_ONE.sub("<n>", lowered).split())


def tokens_of(template: str) -> frozenset[str]:
    """Return the words of a template, without what was masked.

    Examples
    --------
    >>> sorted(tokens_of("cpu of <entity> at <n>"))
    ['at', 'cpu', 'of']
    """
    return frozenset(_WORD.findall(_MASK.sub(" ", template)))


def fingerprint_of(template: str, entity: str) -> str:
    """Return what is the same for every occurrence of one alert at one entity, in 32 characters."""
    return hashlib.blake2b(f"{entity}\0{template}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
