"""How names of columns are compared: without case, accents and punctuation, and by their words. Knows no names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["any_word", "canonical", "first_named", "without_prefix"]

# Exporters that put what they export in front of every name ("Ticket Subject"); the rest of the name is what counts.
_PREFIXES = ("ticket_", "incident_", "issue_", "case_", "request_")
# Korean, Chinese and Japanese put no space between an abbreviation in Latin letters and the words around it.
_UNSPACED = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
# Of kana, where they make another letter.
_VOICING = "\u3099\u309a"
_MEETS_LATIN = re.compile(f"(?<=[a-z0-9])(?={_UNSPACED})|(?<={_UNSPACED})(?=[a-z0-9])")


def canonical(column: str) -> str:
    """Return a column's name without case, accents, camel case and punctuation.

    Examples
    --------
    >>> canonical("Affects Version/s"), canonical("LastUpdated"), canonical("Lösung"), canonical("SLA違反")
    ('affects_version_s', 'last_updated', 'losung', 'sla_違反')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    # Some letters of mathematics have a case only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", spaced.casefold()).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char) or char in _VOICING)
    # Decomposing takes Korean syllables apart, too; only whole do they bear the names that people write.
    plain = _MEETS_LATIN.sub("_", unicodedata.normalize("NFC", plain))
    return re.sub(r"[\W_]+", "_", plain).strip("_")


def any_word(pattern: str) -> re.Pattern[str]:
    """Return a pattern that finds whole words of a canonical name (blanks and comments are layout)."""
    return re.compile(f"(?:^|_)(?:{pattern}\n)(?:_|$)", re.VERBOSE)


def first_named(columns: Iterable[str], names: Iterable[str]) -> str | None:
    """Return the column that bears the earliest of the canonical names, or None.

    Examples
    --------
    >>> first_named(["Ticket Subject", "Body"], ["summary", "subject", "body"])
    'Ticket Subject'
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(canonical(column), column)
    for name in list(by_name):
        by_name.setdefault(without_prefix(name), by_name[name])
    return next((by_name[name] for name in names if name in by_name), None)


def without_prefix(name: str) -> str:
    """Return a canonical name without the word that an exporter put in front of all of them.

    Examples
    --------
    >>> without_prefix("ticket_subject")
    'subject'
    """
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)
