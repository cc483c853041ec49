"""How bad senders say that something is, in the four words that cores know. Pure."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SEVERITIES", "severity_of", "worse_of"]

# Best first.
SEVERITIES = ("info", "warning", "error", "critical")

# The first words of what monitors call it, worst first; what is not known is an error, as nobody reports good news.
_WORDS = {
    "critical": ("critical", "disaster", "fatal", "emergency", "1", "p1", "s1"),
    "error": ("error", "major", "high", "2", "p2", "s2"),
    "warning": ("warning", "minor", "average", "moderate", "medium", "3", "p3", "s3"),
    "info": ("info", "low", "ok", "4", "5", "p4", "p5", "s4"),
}
_BY_WORD = {word: severity for severity, words in reversed(_WORDS.items()) for word in words}
_LABELS = ("severity", "priority")


def severity_of(labels: Mapping[str, str]) -> str:
    """Return how bad it is by what the sender says: critical, error, warning or info.

    Examples
    --------
    >>> severity_of({"severity": "Disaster"}), severity_of({"priority": "3 - Moderate"}), severity_of({})
    ('critical', 'warning', 'error')
    """
    for name in _LABELS:
        word = labels.get(name, "").lower().split(maxsplit=1)
        if word and word[0] in _BY_WORD:
            return _BY_WORD[word[0]]
    return "error"


def worse_of(one: str, other: str) -> str:
    """Return the worse of two severities.

    Examples
    --------
    >>> worse_of("warning", "critical")
    'critical'
    """
    return max(one, other, key=SEVERITIES.index)
