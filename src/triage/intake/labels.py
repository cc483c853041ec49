"""Nested JSON of foreign senders into flat labels. Nothing is refused: what is too long is cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from triage.exports import to_label
from triage.intake.checks import LONGEST_NAME

__all__ = ["LONGEST_VALUE", "flat_labels"]

# A mail of 50 pages, as for plain incidents.
LONGEST_VALUE = 100_000
# As for plain incidents. A monitor cannot send its alert again with fewer details, so the rest stays in the body only.
_MOST_LABELS = 500
# Deeper than any event known to us; a bound, so that nothing that walks a value can run out of stack.
_DEEPEST = 32
_OF_A_REFERENCE = frozenset({"display_value", "value", "link"})


def flat_labels(*parts: tuple[str, object]) -> dict[str, str]:
    """Return every scalar of nested values by its dotted path.

    Parameters
    ----------
    *parts : tuple of (str, object)
        A prefix, empty for none, and a value. Of two of the same name the first counts.

    Returns
    -------
    dict of str to str
        At most 500. A list of scalars is one label, its parts joined by commas; a ServiceNow reference is one too.

    Examples
    --------
    >>> flat_labels(("", {"host": "db-1", "disk": {"free": 0.02, "tags": ["a", "b"]}}), ("note", {"text": "?"}))
    {'host': 'db-1', 'disk.free': '0.02', 'disk.tags': 'a, b'}
    """
    found: dict[str, str] = {}
    for prefix, value in parts:
        for name, text in _scalars(prefix, value, 0):
            if len(found) == _MOST_LABELS:
                return found
            kept = text[:LONGEST_VALUE].replace("\0", "")
            if kept.strip():
                found.setdefault(name[:LONGEST_NAME].replace("\0", ""), kept)
    return found


def _scalars(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    label = _label(value)
    if label is not None:
        if name.strip():
            yield name, label
    elif depth >= _DEEPEST:
        return
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _scalars(f"{name}.{key}" if name else str(key), each, depth + 1)
    elif isinstance(value, list):
        texts = [text for each in value if (text := _label(each)) is not None]
        if texts and name.strip():
            yield name, ", ".join(texts)
        for at, each in enumerate(value):
            if isinstance(each, Mapping | list) and _label(each) is None:
                yield from _scalars(f"{name}.{at}" if name else str(at), each, depth + 1)


def _label(value: object) -> str | None:
    # Any record may have a "value" among others; only ServiceNow's references have nothing else.
    is_record = isinstance(value, Mapping) and not value.keys() <= _OF_A_REFERENCE
    return None if is_record else to_label(value)
