"""Operating regimes: values as they would be in one regime, whichever the entity is run in. Finds none itself.

A machine that is run at one of a few loads, speeds or heights has metrics that jump with them. What wears out or goes
wrong is far smaller than these jumps, and shows only against what is usual in the same regime.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.errors import BundleRefused
from triage.parts import JSON, Array
from triage.watch.points import Points
from triage.watch.rows import Rows
from triage.watch.table import SeriesTable

__all__ = ["REGIME_ROWS", "RegimeFollower", "Regimes", "regimes_in"]

_LEAST_ROOM = 16
_NEVER = np.iinfo(np.int64).min
_SEEN, _SEEN_NS = "regime_seen", "regime_seen_ns"
REGIME_ROWS = {_SEEN: Rows.ENTITIES, _SEEN_NS: Rows.ENTITIES}

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Regimes:
    """What regimes there are, and how each metric stands in each; the commonest is the first.

    Parameters
    ----------
    conditions : tuple of str
        The metrics that tell the regime.
    centre : ndarray of float64 of shape (n_regimes, n_conditions)
        Their values in each.
    metrics : tuple of str
        Those that the regime moves.
    level, spread : ndarray of float64 of shape (n_regimes, n_metrics)
        Where each is in each regime and how far it usually is from there; above 0.
    """

    conditions: tuple[str, ...]
    centre: _Floats
    metrics: tuple[str, ...]
    level: _Floats
    spread: _Floats

    def __len__(self) -> int:
        return len(self.centre)

    def to_document(self) -> dict[str, JSON]:
        """Return them as JSON; `regimes_in` makes the same of it."""
        return {
            "conditions": list(self.conditions),
            "centre": self.centre.tolist(),
            "metrics": list(self.metrics),
            "level": self.level.tolist(),
            "spread": self.spread.tolist(),
        }


def regimes_in(document: JSON) -> Regimes | None:
    """Return the regimes that a document was made of; None of none.

    Raises
    ------
    BundleRefused
        When it holds what nobody could have found.
    """
    if document is None:
        return None
    if not isinstance(document, Mapping):
        raise BundleRefused(f"The watcher's regimes must be an object. Got {document!r}. Train the model again.")
    try:
        conditions, metrics = _names_in(document["conditions"]), _names_in(document["metrics"])
        centre, level, spread = (np.array(document[name], dtype=np.float64) for name in ("centre", "level", "spread"))
    except (KeyError, TypeError, ValueError) as err:
        raise BundleRefused(f"The watcher's regimes cannot be used: {err!r}. Train the model again.") from err
    shapes = centre.shape, level.shape, spread.shape
    n = len(centre)
    are_sound = n > 0 and shapes == ((n, len(conditions)), (n, len(metrics)), (n, len(metrics)))
    if not (are_sound and all(np.isfinite(each).all() for each in (centre, level, spread)) and (spread > 0.0).all()):
        raise BundleRefused(f"The watcher's regimes cannot be used: shapes {shapes}. Train the model again.")
    return Regimes(conditions, centre, metrics, level, spread)


class RegimeFollower:
    """Which regime every entity is in, and values as they would be in the commonest.

    Parameters
    ----------
    regimes : Regimes or None
        None: values stay as they are.
    table : SeriesTable
        Rows of points are its rows.

    Notes
    -----
    An entity's regime is the one nearest to the newest values of its conditions; of an entity that has sent none yet,
    each value says by itself to which it is nearest. A value is moved by how far its metric's level in the regime is
    from that in the commonest, and stretched by the ratio of the spreads.

    Examples
    --------
    >>> two = Regimes(("load",), np.array([[1.0], [2.0]]), ("heat",), np.array([[20.0], [60.0]]), np.ones((2, 1)))
    >>> table = SeriesTable()
    >>> rows = table.rows_of(["oven", "oven"], ["load", "heat"])
    >>> RegimeFollower(two, table).level(Points(rows, np.zeros(2), np.array([2.0, 61.0]))).tolist()
    [2.0, 21.0]
    """

    def __init__(self, regimes: Regimes | None, table: SeriesTable) -> None:
        self.regimes = regimes
        self._table = table
        self._known = 0
        n_conditions = 0 if regimes is None else len(regimes.conditions)
        self._links = _Links(*(np.zeros(0, dtype=np.int64) for _ in _Links._fields))
        self._seen = np.zeros((0, n_conditions))
        self._seen_ns = np.zeros((0, n_conditions), dtype=np.int64)

    def order_of(self, points: Points) -> _Ints:
        """Return the places of points by time; of one time as they came, but conditions first."""
        if self.regimes is None:
            return np.argsort(points.time_ns, kind="stable")
        self._make_room()
        return np.lexsort((self._links.condition[points.series] < 0, points.time_ns))

    def level(self, points: Points) -> _Floats:
        """Return the points' values as they would be in the commonest regime, and learn from them who is in which."""
        if self.regimes is None:
            return points.value
        self._make_room()
        found = points.value.copy()
        known = (self.regimes.centre, _reach_of(self.regimes.centre), self.regimes.level, self.regimes.spread)
        arrivals = (points.series, points.time_ns, points.value)
        _level_points(known, self._links, (self._seen, self._seen_ns), arrivals, found)
        return found

    def to_arrays(self) -> dict[str, Array]:
        """Return what has been seen of the conditions of each entity; `fill` goes on with it."""
        if self.regimes is None:
            return {}
        self._make_room()
        m = len(self._table.entities)
        return {_SEEN: self._seen[:m].copy(), _SEEN_NS: self._seen_ns[:m].copy()}

    def fill(self, arrays: Mapping[str, Array]) -> None:
        """Take over what has been seen.

        Raises
        ------
        BundleRefused
            When the arrays hold what nobody could have left.
        """
        if self.regimes is None:
            return
        self._make_room()
        seen, seen_ns, m = arrays.get(_SEEN), arrays.get(_SEEN_NS), len(self._table.entities)
        wanted = (m, len(self.regimes.conditions))
        if seen is None or seen_ns is None or seen.shape != wanted or seen_ns.shape != wanted:
            raise BundleRefused("The watcher's conditions are not those of its entities. Train the model again.")
        self._seen[:m], self._seen_ns[:m] = seen, seen_ns

    def _make_room(self) -> None:
        n, m = len(self._table), len(self._table.entities)
        if self.regimes is None or n == self._known:
            return
        conditions = {name: at for at, name in enumerate(self.regimes.conditions)}
        columns = {name: at for at, name in enumerate(self.regimes.metrics)}
        added = self._table.metrics[self._known : n]
        more = (
            self._table.owners[self._known : n],
            [conditions.get(metric, -1) for metric in added],
            [columns.get(metric, -1) for metric in added],
        )
        pairs = zip(self._links, more, strict=True)
        self._links = _Links(*(np.concatenate((old, np.array(new, dtype=np.int64))) for old, new in pairs))
        self._known = n
        room = max(m, 2 * len(self._seen), _LEAST_ROOM) - len(self._seen) if m > len(self._seen) else 0
        if room:
            self._seen = np.concatenate((self._seen, np.full((room, len(conditions)), np.nan)))
            self._seen_ns = np.concatenate((self._seen_ns, np.full((room, len(conditions)), _NEVER)))


class _Links(NamedTuple):
    """By series: its entity, which condition it is and which column of levels it has; -1 for none."""

    entity: _Ints
    condition: _Ints
    column: _Ints


def _names_in(found: JSON) -> tuple[str, ...]:
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise TypeError("names are a list")
    return tuple(str(name) for name in found)


def _reach_of(centre: _Floats) -> _Floats:
    """Return in what each condition's distances are counted: how far its own values are apart."""
    return np.asarray(np.maximum(np.ptp(centre, axis=0), 1e-300), dtype=np.float64)


@compiled
def _level_points(
    known: tuple[_Floats, _Floats, _Floats, _Floats],
    links: _Links,
    state: tuple[_Floats, _Ints],
    points: tuple[_Ints, _Ints, _Floats],
    found: _Floats,
) -> None:
    """Take points in their order and set ``found`` to their values in the first regime.

    Parameters
    ----------
    known : tuple of ndarray
        Centres (R, C), reaches (C,), levels (R, M), spreads (R, M).
    links : _Links
    state : tuple of ndarray
        Newest values and their times of conditions by entity, (m, C) each; changed in place.
    points : tuple of ndarray
        Series, times, values. A value that is late, repeated or no number tells no regime.
    found : ndarray of float64 of shape (n_points,)
        Filled in place.
    """
    centre, reach, level, spread = known
    seen, seen_ns = state
    series, time_ns, value = points
    for point in range(len(series)):
        row = series[point]
        entity, condition, column = links.entity[row], links.condition[row], links.column[row]
        if condition >= 0 and np.isfinite(value[point]) and time_ns[point] > seen_ns[entity, condition]:
            seen[entity, condition], seen_ns[entity, condition] = value[point], time_ns[point]
        if column < 0:
            continue
        regime = _nearest(centre, reach, seen[entity])
        if regime < 0:
            regime = _likest(level, column, value[point])
        stretch = spread[0, column] / spread[regime, column]
        found[point] = level[0, column] + (value[point] - level[regime, column]) * stretch


@compiled
def _nearest(centre: _Floats, reach: _Floats, seen: _Floats) -> int:
    """Return the regime nearest to what is known of an entity's conditions; -1 where nothing is."""
    nearest, least = -1, np.inf
    for regime in range(len(centre)):
        far, n_known = 0.0, 0
        for condition in range(len(reach)):
            if not np.isnan(seen[condition]):
                far += ((seen[condition] - centre[regime, condition]) / reach[condition]) ** 2
                n_known += 1
        if n_known and far < least:
            nearest, least = regime, far
    return nearest


@compiled
def _likest(level: _Floats, column: int, value: float) -> int:
    """Return the regime in which a metric's level is nearest to a value of it."""
    likest = 0
    for regime in range(1, len(level)):
        if abs(level[regime, column] - value) < abs(level[likest, column] - value):
            likest = regime
    return likest
