"""What clocks and people say of times: local hours, and windows in which nothing is watched. No clock, no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from triage.errors import UsageError

__all__ = ["Silence", "local_ns", "silenced", "zone_of"]

# Clocks have been put forward and back at whole quarters of an hour everywhere since 1972.
_QUARTER_NS = 900_000_000_000
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Silence:
    """A window in which nothing of an entity is warned of or learnt: maintenance, a holiday, a move.

    Parameters
    ----------
    entity : str or None
        None for every entity.
    from_ns, until_ns : int
        Event time, ns since the epoch; the end is not part of it.

    Raises
    ------
    UsageError
        It ends before it begins.
    """

    entity: str | None
    from_ns: int
    until_ns: int

    def __post_init__(self) -> None:
        if self.from_ns > self.until_ns:
            raise UsageError(f"A silence must end after it begins. Got {self.from_ns} to {self.until_ns} ns.")


def silenced(
    silences: Sequence[Silence], entities: Sequence[str], entity_of_point: NDArray[np.int64], time_ns: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which points fall into a silence.

    Parameters
    ----------
    silences : sequence of Silence
    entities : sequence of str
        Names by row.
    entity_of_point : ndarray of int64, shape (n,)
        Rows of ``entities``.
    time_ns : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> silenced([Silence("db", 10, 20)], ["web", "db"], np.array([0, 1, 1]), np.array([15, 15, 20])).tolist()
    [False, True, False]
    """
    found = np.zeros(len(time_ns), dtype=np.bool_)
    if not len(time_ns):
        return found
    first, last = time_ns.min(), time_ns.max()
    overlapping = [silence for silence in silences if silence.until_ns > first and silence.from_ns <= last]
    is_named = any(silence.entity is not None for silence in overlapping)
    rows = {name: row for row, name in enumerate(entities)} if is_named else {}
    for silence in overlapping:
        inside = (time_ns >= silence.from_ns) & (time_ns < silence.until_ns)
        if silence.entity is not None:
            inside &= entity_of_point == rows.get(silence.entity, -1)
        found |= inside
    return found


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises
    ------
    UsageError
        There is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise UsageError(f"A time zone must be an IANA zone such as 'Europe/Berlin'. Got {name!r}.") from err


def local_ns(time_ns: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Return what clocks in a zone show, as if they were UTC; of UTC the array itself.

    Examples
    --------
    >>> hour = 3_600_000_000_000
    >>> (local_ns(np.array([0, 4000 * hour]), ZoneInfo("Europe/Berlin")) // hour).tolist()  # winter, and summer
    [1, 4001]
    """
    if zone.key == "UTC" or not len(time_ns):
        return time_ns
    quarters, place = np.unique(time_ns // _QUARTER_NS, return_inverse=True)
    offsets = np.array([_offset_ns(int(quarter) * _QUARTER_NS, zone) for quarter in quarters], dtype=np.int64)
    return time_ns + offsets[place]


def _offset_ns(moment_ns: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(moment_ns // _SECOND_NS, UTC).astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * _SECOND_NS
