"""Any scalar of a file or a request → the one text that stands for it everywhere. Decides what counts as missing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from numbers import Integral, Real

from triage.exports.rich_text import to_issue_text

__all__ = ["to_label", "to_nested_label"]

# "NA" alone is not among them: it is a region and a country as well.
_MISSING = frozenset(
    {"", "?", "-", "--", "null", "none", "nan", "nat", "n/a", "#n/a", "<na>"}
    | {f"({word})" for word in ("null", "none", "blank", "empty", "leer")}
)
# As pandas and spreadsheets write truth; JSON and parquet hold it as such.
_TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}
# What a record in JSON is known by, the most telling first: ServiceNow's references, Jira's and GitHub's.
_NAMING = ("display_value", "name", "displayName", "login", "value", "key", "id")
_LONGEST_SHORT = max(map(len, _MISSING | _TRUTHS.keys()))
# An integer that was a float before it became text. Up to 15 digits, so that a float would have held it exactly.
_WHOLE = re.compile(r"(-?\d{1,15})\.0+", re.ASCII)
# Above 2**53 a float no longer tells neighbouring integers apart, so its digits would be made up.
_EXACT_FLOAT = float(2**53)


def to_label(value: object) -> str | None:
    """Return a scalar as the one text that stands for it everywhere, or None when it means "missing".

    Parameters
    ----------
    value : object
        What a file or a request gave. A ServiceNow reference is read by its display value, else its value.

    Returns
    -------
    str or None
        None for a missing value, a list, or a record that is no reference.

    Examples
    --------
    >>> to_label("N/A"), to_label("-"), to_label("(blank)"), to_label("NA")
    (None, None, None, 'NA')
    >>> to_label(" Network "), to_label(3.0), to_label("3.0"), to_label("TRUE"), to_label("?"), to_label("NULL")
    ('Network', '3', '3', 'true', None, None)
    >>> to_label({"display_value": "Service Desk", "value": "d625dccec0a8016700a222a0f7900d06"})
    'Service Desk'
    """
    if isinstance(value, str):
        return _to_text_label(value.strip())
    if isinstance(value, Mapping):
        return to_label(value.get("display_value")) or to_label(value.get("value"))
    if isinstance(value, date):
        # pandas' NaT is a date that does not equal itself.
        return value.isoformat() if value == value else None  # noqa: PLR0124
    return _to_number_label(float(value) if isinstance(value, Decimal) else value)


def to_nested_label(value: object) -> str | None:
    """Return any value of JSON as a label: a record's name, and of a list all of its parts.

    Parameters
    ----------
    value : object
        A record is known by the first of what it has of a display value, name, login, value, key and id; a document of
        Atlassian's by its text.

    Returns
    -------
    str or None
        None where there is nothing to know it by.

    Examples
    --------
    >>> to_nested_label({"id": 7, "name": "Ada"}), to_nested_label(["vpn", {"key": "NET-1"}]), to_nested_label([])
    ('Ada', 'vpn, NET-1', None)
    """
    if isinstance(value, list):
        parts = [label for each in value if not isinstance(each, list) and (label := to_nested_label(each)) is not None]
        return ", ".join(parts) or None
    if isinstance(value, Mapping):
        if value.get("type") == "doc":
            return to_label(to_issue_text(value))
        return next((label for name in _NAMING if (label := to_label(value.get(name))) is not None), None)
    return to_label(value)


def _to_text_label(text: str) -> str | None:
    if len(text) <= _LONGEST_SHORT:
        if text.lower() in _MISSING:
            return None
        text = _TRUTHS.get(text, text)
    # Every text of a ticket comes through here: a look at its end says that it is no number.
    whole = _WHOLE.fullmatch(text) if text.endswith("0") else None
    return str(int(whole[1])) if whole else text


def _to_number_label(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        number = float(value)
        if math.isnan(number):
            return None
        return str(int(number)) if number.is_integer() and abs(number) <= _EXACT_FLOAT else repr(number)
    return None
