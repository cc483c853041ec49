"""Tables of text for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["csv"]


def csv(header: str, rows: Iterable[Sequence[object]]) -> str:
    """Join cells that need no quoting into a csv file."""
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"
