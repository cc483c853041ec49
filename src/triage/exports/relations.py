"""What the columns are called that link an incident to an earlier one, or keep it from being shown. Names only."""

from __future__ import annotations

from collections.abc import Mapping

from triage.exports.canonical import canonical, first_named

__all__ = ["DUPLICATE_NAMES", "RESTRICTED_NAMES", "is_restricted", "restricts"]

# Canonical (see `canonical`), commonest first.
DUPLICATE_NAMES = (
    "duplicate_of",
    "duplicates",
    "duplicated_by",
    "duplicate_id",
    "is_duplicate_of",
    "duplicate",
    "parent_incident",
    "parent",
    "parent_id",
    "merged_into",
    "duplikat_von",
)
RESTRICTED_NAMES = (
    "restricted",
    "is_restricted",
    "confidential",
    "is_confidential",
    "security",
    "security_level",
    "security_incident",
    "confidentiality",
    "sensitive",
    "is_sensitive",
    "private",
    "is_private",
    "vertraulich",
    "eingeschrankt",
)
# What a column of restrictions says of an incident that everybody may see. Any other word restricts: what should have
# been kept back cannot be taken back.
_OPEN = frozenset(
    {
        "",
        "0",
        "0_0",
        "false",
        "no",
        "n",
        "none",
        "null",
        "public",
        "open",
        "normal",
        "unrestricted",
        "nein",
        "non",
        "nao",
        "否",
    }
)


def is_restricted(labels: Mapping[str, str]) -> bool:
    """Return whether an incident says of itself that not everybody may see it.

    Examples
    --------
    >>> is_restricted({"Confidential": "yes"}), is_restricted({"security": "None"}), is_restricted({"title": "x"})
    (True, False, False)
    """
    column = first_named(labels, RESTRICTED_NAMES)
    return column is not None and restricts(labels[column])


def restricts(cell: str | None) -> bool:
    """Return whether a cell of a column of restrictions restricts."""
    return cell is not None and canonical(cell) not in _OPEN
