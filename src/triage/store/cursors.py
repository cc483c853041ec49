"""Where a page of the journal starts, as a text that callers hand back unread."""

from __future__ import annotations

import base64
import binascii

from triage.errors import UsageError

__all__ = ["from_cursor", "to_cursor"]

_PREFIX = b"1:"  # the version of the layout
_LARGEST = 2**63  # beyond what a database numbers rows by


def to_cursor(seq: int) -> str:
    """Write the number of a page's last row as a cursor.

    Examples
    --------
    >>> from_cursor(to_cursor(41))
    41
    """
    return base64.urlsafe_b64encode(_PREFIX + str(seq).encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> int:
    """Read a cursor.

    Raises
    ------
    UsageError
        It is none of ours.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
        digits = content.removeprefix(_PREFIX)
        # isdigit first: int() also takes signs, blanks and underscores, and is slow on long texts.
        if content.startswith(_PREFIX) and len(digits) < 20 and digits.isdigit() and int(digits) < _LARGEST:
            return int(digits)
    except (ValueError, binascii.Error):
        pass
    raise UsageError(f"cursor must be the `next` of a page, unchanged. Got {cursor[:100]!r}.")
