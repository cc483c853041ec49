"""Pairs of fields read as fields of their own: what two values say together and neither says alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

__all__ = ["PAIR_WEIGHT", "choose_pairs", "cross", "split_known"]

# How much the feature of a pair weighs against that of a value: pairs are many and rare, and are to be learnt more
# slowly. On an older slice of the event log, linear heads lost 2.5 points of accuracy by a weight of 1 and gained .4 by
# .3; with hidden units 1 gained .9 and .3 gained .5.
PAIR_WEIGHT = 0.5
# A field with nearly one value alone crosses with nothing.
_MOST_OF_ONE = 0.995
# Bounds a bundle and the time of an answer: 13 fields make 78 pairs.
_MOST_PAIRS = 80
_JOINED = " + "


def choose_pairs(fields: Mapping[str, Sequence[str | None]]) -> tuple[tuple[str, str], ...]:
    """Choose which fields are crossed: those whose pairs of values come up again the most.

    Parameters
    ----------
    fields : mapping of str to sequence of (str or None)
        The training rows.

    Returns
    -------
    tuple of (str, str)
        At most 80, in feature order. A pair whose name a field or an earlier pair has already is left out.

    Examples
    --------
    >>> choose_pairs({"site": ["a", "b", "a"], "queue": ["x", "y", "x"], "all": ["1", "1", "1"]})
    (('site', 'queue'),)
    """
    varying = [name for name, column in fields.items() if _varies(column)]
    pairs = _with_names_of_their_own(combinations(varying, 2), fields)
    if len(pairs) <= _MOST_PAIRS:
        return tuple(pairs)
    again = {pair: _share_seen_again(zip(*(fields[name] for name in pair), strict=True)) for pair in pairs}
    kept = sorted(pairs, key=lambda pair: -again[pair])[:_MOST_PAIRS]
    return tuple(pair for pair in pairs if pair in set(kept))


def cross(
    fields: Mapping[str, Sequence[str | None]], pairs: Sequence[tuple[str, str]]
) -> dict[str, Sequence[str | None]]:
    """Return the fields and, after them, one more for each pair; missing where either value is.

    Examples
    --------
    >>> cross({"site": ["a", None], "queue": ["x", "y"]}, [("site", "queue")])["site + queue"]
    ['a + x', None]
    """
    crossed: dict[str, Sequence[str | None]] = dict(fields)
    for first, second in pairs:
        crossed[_JOINED.join((first, second))] = [
            None if one is None or other is None else f"{one}{_JOINED}{other}"
            for one, other in zip(fields[first], fields[second], strict=True)
        ]
    return crossed


def split_known(pair: tuple[str, str], values: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield the features of a pair's known values: those of its two fields' values, and its own.

    Parameters
    ----------
    pair : tuple of (str, str)
    values : mapping of str to mapping of str to int
        The feature of each known value of each field, the crossed ones included.

    Notes
    -----
    A pair of values that is known consists of known values, as they occur at least as often as it does. Where a value
    itself holds what joins pairs, one joined value may stand for several pairs.

    Examples
    --------
    >>> list(split_known(("site", "queue"), {"site": {"a": 2}, "queue": {"x": 5}, "site + queue": {"a + x": 8}}))
    [(2, 5, 8)]
    """
    first, second = pair
    for joined, own in values[_JOINED.join(pair)].items():
        at = joined.find(_JOINED)
        while at >= 0:
            one, other = values[first].get(joined[:at]), values[second].get(joined[at + len(_JOINED) :])
            if one is not None and other is not None:
                yield one, other, own
            at = joined.find(_JOINED, at + 1)


def _with_names_of_their_own(pairs: Iterable[tuple[str, str]], fields: Iterable[str]) -> list[tuple[str, str]]:
    taken, found = set(fields), []
    for pair in pairs:
        name = _JOINED.join(pair)
        # Features are found by their field's name: two of one name would be one.
        if name not in taken:
            taken.add(name)
            found.append(pair)
    return found


def _varies(column: Sequence[str | None]) -> bool:
    counts = Counter(column)
    return bool(counts) and max(counts.values()) <= _MOST_OF_ONE * len(column)


def _share_seen_again(values: Iterable[tuple[str | None, ...]]) -> float:
    counts = Counter(values)
    total = sum(counts.values())
    return sum(count for count in counts.values() if count > 1) / total if total else 0.0
