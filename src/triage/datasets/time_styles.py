"""How people and programs spell a moment, and its parts as numbers. Never decides which of two is the day."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["NAT", "Parts", "Style", "from_zone", "style_of", "take_apart", "to_moments"]

# How numpy stores "not a time" among its nanoseconds.
NAT = np.iinfo(np.int64).min

_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?(?:\s*Uhr)?"
)
# Hours east of Greenwich of the zones that are known by letters: RFC 2822 (4.3) for North America, then Europe. What
# names several zones (IST: India, Ireland, Israel) is not among them.
_ZONE_HOURS = {"UT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONE_HOURS |= {"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3}
# A zone's name beside its offset, "(CET)" or "[Europe/Berlin]", says nothing more.
_ZONE = (
    rf"\s*(?P<zone>Z|UTC|GMT|[+-]\d{{2}}(?::?\d{{2}})?|{'|'.join(sorted(_ZONE_HOURS, key=len, reverse=True))})?"
    r"(?:\s*(?:\([A-Za-z ]+\)|\[[\w/+-]+\]))?"
)
_TIME = rf"(?:(?:[Tt]|,?\s+){_CLOCK}{_ZONE})?"
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_MONTH = r"(?P<name>[^\W\d_]{3,10})\.?"

# English, then what German, Spanish, Portuguese, French and Italian spell otherwise. The first three letters tell the
# months of all apart, but for the French June and July.
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
_MONTHS |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
_MONTHS |= {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
_MONTHS |= {"ene": 1, "abr": 4, "ago": 8, "dic": 12, "fev": 2, "set": 9, "out": 10, "fév": 2, "avr": 4, "aoû": 8}
_MONTHS |= {"déc": 12, "juin": 6, "juil": 7}
_MONTHS |= {"gen": 1, "mag": 5, "giu": 6, "lug": 7, "ott": 10}

# POSIX: a year of two digits up to 68 is of this century.
_LAST_SHORT_YEAR = 68
# Outside of this a year is a stand-in ("9999-12-31": never), not a moment of a help desk's life.
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_NS = {"day": 86_400_000_000_000, "hour": 3_600_000_000_000, "minute": 60_000_000_000, "second": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Style:
    """One way to spell a moment.

    Parameters
    ----------
    name : str
        By example.
    pattern : str
        Matches the whole text; its groups are the parts.
    plain_number : bool
        Whether any number of that many digits would pass, so that only a column's name can say it is a moment.
    epoch_ns : int
        Length of one count since 1970 in nanoseconds; 0 when the style is a date.
    """

    name: str
    pattern: str
    plain_number: bool = False
    epoch_ns: int = 0


_STYLES = (
    Style("2016-02-29 01:16", rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?{_TIME}"),
    Style("29/02/2016 01:16", rf"(?P<first>\d{{1,2}})[-/](?P<other>\d{{1,2}})[-/](?P<year>\d{{4}}|\d{{2}}){_TIME}"),
    # Nobody who writes dots puts the month first.
    Style("29.02.2016 01:16", rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}|\d{{2}}){_TIME}"),
    Style("29/Feb/16 01:16", rf"{_WEEKDAY}(?P<day>\d{{1,2}})[-/. ]+{_MONTH}[-/., ]+(?P<year>\d{{4}}|\d{{2}}){_TIME}"),
    Style("Feb 29, 2016 01:16", rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_TIME}"),
    Style(
        "Mon Feb 29 01:16:00 2016", rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})"
    ),
    Style(
        "20160229T011600Z",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
        rf"(?:[T ]?(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)?{_ZONE})?",
        plain_number=True,
    ),
    Style("1456708560", r"(?P<epoch>\d{9,10})(?:\.(?P<fraction>\d{1,9}))?", plain_number=True, epoch_ns=10**9),
    Style("1456708560000", r"(?P<epoch>\d{12,13})", plain_number=True, epoch_ns=10**6),
)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Texts of one style, taken apart. What is said of a text that did not match means nothing.

    Parameters
    ----------
    style : Style
    matched : ndarray of shape (n,)
        Whether a text is of the style at all.
    first, other : ndarray of shape (n,)
        Day and month, or month and day.
    is_open : bool
        Whether the style leaves open which of the two is the day; if not, it is ``first``.
    year : ndarray of shape (n,)
    clock_ns : ndarray of shape (n,)
        Since midnight; since 1970 for counts.
    clock_possible : ndarray of shape (n,)
        False for 24:00 and the like.
    offset_ns : ndarray of shape (n,)
        Of the zone that the text names, east of Greenwich positive.
    zone_named : ndarray of shape (n,)
    """

    style: Style
    matched: NDArray[np.bool_]
    first: NDArray[np.int64]
    other: NDArray[np.int64]
    is_open: bool
    year: NDArray[np.int64]
    clock_ns: NDArray[np.int64]
    clock_possible: NDArray[np.bool_]
    offset_ns: NDArray[np.int64]
    zone_named: NDArray[np.bool_]


def style_of(texts: NDArray[np.object_], *, by_shape_alone: bool = False) -> tuple[Style, float] | None:
    """Return the style that most texts have, and their share; None when no text is of any style.

    Parameters
    ----------
    texts : ndarray of str
        A sample will do.
    by_shape_alone : bool, default=False
        Leave out what is a moment only if the column's name says so: plain numbers, and ``1.2.16``, maybe a version.
    """
    best: tuple[Style, float] | None = None
    for style in _STYLES:
        if by_shape_alone and style.plain_number:
            continue
        pattern = re.compile(style.pattern)
        matches = [match for match in map(pattern.fullmatch, texts) if match is not None]
        if by_shape_alone:
            matches = [match for match in matches if not _may_be_version(match)]
        share = len(matches) / max(len(texts), 1)
        if share > (best[1] if best else 0.0):
            best = style, share
    return best


def _may_be_version(match: re.Match[str]) -> bool:
    return len(match["year"]) < 4 and match["hour"] is None and "/" not in match[0]


def take_apart(texts: NDArray[np.object_], style: Style) -> Parts:
    """Take texts apart by a style's pattern."""
    groups = pd.Series(texts, dtype="str").str.extract(rf"^{style.pattern}$")
    clock_ns, clock_possible = _clock(groups, style)
    offset_ns, zone_named = _zone(groups)
    is_open = "first" in groups
    return Parts(
        style=style,
        matched=groups.notna().any(axis=1).to_numpy(),
        first=_numbers(groups, "first" if is_open else "day"),
        other=_numbers(groups, "other") if is_open else _month(groups),
        is_open=is_open,
        year=_year(groups),
        clock_ns=clock_ns,
        clock_possible=clock_possible,
        offset_ns=offset_ns,
        zone_named=zone_named,
    )


def to_moments(parts: Parts, *, month_first: bool, zone: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Turn parts into moments.

    Parameters
    ----------
    parts : Parts
    month_first : bool
        How to read ``first`` and ``other`` where the style leaves it open.
    zone : str
        IANA zone of texts that name none. An hour that the zone skips in spring is moved to the first moment after it;
        of an hour that it has twice in autumn the first is taken.

    Returns
    -------
    moments : ndarray of shape (n,)
        Nanoseconds since 1970 UTC, or `NAT`.
    possible : ndarray of shape (n,)
        False where the text is no moment at all (31 February); a year before 1970 or after 2199 is possible, yet `NAT`.
    """
    if parts.style.epoch_ns:
        return np.where(parts.matched, parts.clock_ns, NAT), parts.matched
    day, month = (parts.other, parts.first) if parts.is_open and month_first else (parts.first, parts.other)
    months = ((parts.year - _FIRST_YEAR) * 12 + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1)
    in_month = (month >= 1) & (month <= 12) & (dates.astype("datetime64[M]") == months)
    possible = parts.matched & parts.clock_possible & in_month
    known = possible & (parts.year >= _FIRST_YEAR) & (parts.year <= _LAST_YEAR)
    local = np.where(known, dates.astype(np.int64), 0) * _NS["day"] + parts.clock_ns
    utc = local - parts.offset_ns
    if zone != "UTC":
        utc[~parts.zone_named] = from_zone(local[~parts.zone_named], zone)
    return np.where(known, utc, NAT), possible


def from_zone(local: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return the moments (ns since 1970 UTC) of a local clock's readings; see `to_moments` for its changes."""
    wall = pd.DatetimeIndex(local.view("datetime64[ns]"))
    zoned = wall.tz_localize(zone, ambiguous=np.ones(len(wall), dtype=bool), nonexistent="shift_forward")
    utc: NDArray[np.int64] = zoned.tz_convert("UTC").as_unit("ns").asi8
    return utc


def _year(groups: pd.DataFrame) -> NDArray[np.int64]:
    year = _numbers(groups, "year")
    if "year" not in groups:
        return year
    is_short = groups["year"].str.len().eq(2).to_numpy()
    return np.where(is_short, year + np.where(year <= _LAST_SHORT_YEAR, 2000, 1900), year)


def _month(groups: pd.DataFrame) -> NDArray[np.int64]:
    if "name" not in groups:
        return _numbers(groups, "month")
    names = groups["name"].str.lower()
    months = names.str[:4].map(_MONTHS).fillna(names.str[:3].map(_MONTHS))
    return np.asarray(months.fillna(0), dtype=np.int64)


def _clock(groups: pd.DataFrame, style: Style) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    if style.epoch_ns:
        return _numbers(groups, "epoch") * style.epoch_ns + _fraction_ns(groups), np.ones(len(groups), dtype=bool)
    hour, minute, second = (_numbers(groups, name) for name in ("hour", "minute", "second"))
    possible = (hour < 24) & (minute < 60) & (second < 60)
    if "half" in groups and groups["half"].notna().any():
        halved = groups["half"].notna().to_numpy()
        afternoon = groups["half"].str.lower().str.startswith("p").fillna(value=False).to_numpy(dtype=bool)
        possible &= ~halved | ((hour >= 1) & (hour <= 12))
        hour = np.where(halved, hour % 12 + np.where(afternoon, 12, 0), hour)
    return hour * _NS["hour"] + minute * _NS["minute"] + second * _NS["second"] + _fraction_ns(groups), possible


def _fraction_ns(groups: pd.DataFrame) -> NDArray[np.int64]:
    if "fraction" not in groups or groups["fraction"].isna().all():
        return np.zeros(len(groups), dtype=np.int64)
    return _numbers(pd.DataFrame({"fraction": groups["fraction"].str.ljust(9, "0")}), "fraction")


def _zone(groups: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    if "zone" not in groups or groups["zone"].isna().all():
        return np.zeros(len(groups), dtype=np.int64), np.zeros(len(groups), dtype=bool)
    zone = groups["zone"]
    # "+0530", "+05:30" and "+05" are hours and minutes; "Z" and its like have no digits and are 0.
    digits = _numbers(pd.DataFrame({"zone": zone.str.replace(r"\D", "", regex=True).str.ljust(4, "0")}), "zone")
    offset_ns = digits // 100 * _NS["hour"] + digits % 100 * _NS["minute"]
    westward = zone.str.startswith("-").fillna(value=False).to_numpy(dtype=bool)
    by_letters = np.asarray(zone.map(_ZONE_HOURS).fillna(0), dtype=np.int64) * _NS["hour"]
    return np.where(westward, -offset_ns, offset_ns) + by_letters, zone.notna().to_numpy()


def _numbers(groups: pd.DataFrame, group: str) -> NDArray[np.int64]:
    if group not in groups:
        return np.zeros(len(groups), dtype=np.int64)
    numbers: NDArray[np.int64] = pd.to_numeric(groups[group]).fillna(0).to_numpy(np.int64)
    return numbers
