"""How long something takes, as people say it."""

from __future__ import annotations

__all__ = ["spoken"]

_UNITS = (("h", 3600), ("min", 60), ("s", 1))


def spoken(duration_s: float) -> str:
    """Return a time of at least a second in hours, minutes and seconds.

    Examples
    --------
    >>> spoken(600.0), spoken(3805.0)
    ('10 min', '1 h 3 min 25 s')
    """
    left, parts = round(duration_s), []
    for unit, size_s in _UNITS:
        count, left = divmod(left, size_s)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts)
