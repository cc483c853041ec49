"""A watcher's state as numeric arrays, and back, exactly. Trusts no number: none may lead the kernel astray.

The kernel checks no index and no bound, so everything that it uses as one is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from triage.errors import BundleRefused
from triage.parts import Array
from triage.watch.counters import GAUGE
from triage.watch.course import MOST_VISITS
from triage.watch.documents import require
from triage.watch.joint_layout import JOINT_ROWS, JointState, empty_joint, is_packed, packed
from triage.watch.kernel import WatchState
from triage.watch.liveness_layout import LIVENESS_ROWS, LivenessState, empty_liveness, is_live
from triage.watch.novelty_layout import (
    NOVELTY_ROWS,
    NoveltyState,
    empty_novelty,
    is_remembered,
    roomy_novelty,
    taken_novelty,
)
from triage.watch.rows import Rows
from triage.watch.state import (
    COUNT,
    ENTITY_ROWS,
    KIND,
    OPEN,
    RAISED,
    SEASON,
    SEASON_ROWS,
    SERIES_ROWS,
    STEP,
    THRESHOLD,
    WEEK_ROWS,
    EntityState,
    Seasons,
    SeriesState,
    Weeks,
    empty_entities,
    empty_seasons,
    empty_series,
    empty_weeks,
)
from triage.watch.wear import WEAR_ROWS, WearState, empty_wear

__all__ = [
    "ROWS",
    "arrays_of",
    "entities_of",
    "joint_of",
    "liveness_of",
    "novelty_of",
    "seasons_of",
    "series_of",
    "wear_of",
    "weeks_of",
]

# Above what values up to 1e30 can leave in a state, and below overflow, of 32 bits as well.
_LARGEST = {4: 1e37, 8: 1e160}
_LARGEST_WHOLE = 2**62
_State = TypeVar("_State", SeriesState, Seasons, Weeks, EntityState, JointState, WearState, LivenessState, NoveltyState)

# What the rows of every array of a watcher are.
ROWS = {
    "series_entity": Rows.SERIES,
    **{
        f"{prefix}{name}": rows
        for prefix, layout in (
            ("series_", SERIES_ROWS),
            ("season_", SEASON_ROWS),
            ("week_", WEEK_ROWS),
            ("entity_", ENTITY_ROWS),
            ("wear_", WEAR_ROWS),
            ("liveness_", LIVENESS_ROWS),
            ("novelty_", NOVELTY_ROWS),
            ("joint_", JOINT_ROWS),
        )
        for name, rows in layout.items()
    },
}


def arrays_of(state: WatchState, size: tuple[int, int]) -> dict[str, Array]:
    """Return the first ``size`` series and entities as arrays; small whole numbers as int32."""
    series, seasons, weeks, entities, joint, wear, _, liveness, novelty = state
    n, m = size
    counts = {
        Rows.SERIES: n,
        Rows.ENTITIES: m,
        Rows.SEASONS: int(seasons.taken[0]),
        Rows.WEEKS: int(weeks.taken[0]),
    }
    parts = (
        ("series_", series),
        ("season_", seasons),
        ("week_", weeks),
        ("entity_", entities),
        ("wear_", wear),
        ("liveness_", liveness),
        ("novelty_", taken_novelty(novelty, m)),
        ("joint_", packed(joint, n, m)),
    )
    named = {f"{prefix}{name}": array for prefix, part in parts for name, array in part._asdict().items()}
    kept = {name: array[: counts.get(ROWS[name])] for name, array in named.items()}
    return {name: array.astype(np.int32) if array.itemsize < 4 else array.copy() for name, array in kept.items()}


def series_of(arrays: Mapping[str, Array], n: int) -> SeriesState:
    """Return the state of ``n`` series from their arrays.

    Raises
    ------
    BundleRefused
        When an array is missing, of another shape or type, or holds what no watcher could have left.
    """
    state = _filled(arrays, "series_", empty_series(n))
    require(bool((state.ages[:, COUNT] >= 0).all()), "series_ages", "a negative count")
    require(bool((state.ages[:, KIND] >= GAUGE).all()), "series_ages", "an unknown kind")
    is_falling = bool((state.tails[..., :-1] >= state.tails[..., 1:]).all())
    require(is_falling, "series_tails", "counts that rise from bin to bin")
    return state


def seasons_of(arrays: Mapping[str, Array], series: SeriesState) -> Seasons:
    """Return the seasons of series from their arrays.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    state = _filled(arrays, "season_", empty_seasons(len(arrays.get("season_base", ()))))
    taken = len(state.base)
    require(int(state.taken[0]) == taken, "season_taken", "another number than there are seasons")
    require(bool((state.visits <= MOST_VISITS).all()), "season_visits", "more points than are counted")
    held = np.sort(series.ages[:, SEASON])
    require(np.array_equal(held[held != 0], np.arange(1, taken + 1)), "series_ages", "seasons that are not there")
    return state


def weeks_of(arrays: Mapping[str, Array], seasons: Seasons) -> Weeks:
    """Return the weeks of seasons from their arrays.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    state = _filled(arrays, "week_", empty_weeks(len(arrays.get("week_cells", ()))))
    taken = len(state.cells)
    require(int(state.taken[0]) == taken, "week_taken", "another number than there are weeks")
    require(bool((state.numbers[:, STEP] > 0.0).all()), "week_numbers", "a step that is not above 0")
    held = np.sort(np.abs(seasons.week))
    require(np.array_equal(held[held != 0], np.arange(1, taken + 1)), "season_week", "weeks that are not there")
    return state


def wear_of(arrays: Mapping[str, Array], weight: NDArray[np.float64]) -> WearState:
    """Return the wear of series of these weights from their arrays.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    state = _filled(arrays, "wear_", empty_wear(np.zeros(len(weight))))
    require(np.array_equal(state.weight, weight), "wear_weight", "other weights than the metrics have")
    return state


def entities_of(arrays: Mapping[str, Array], m: int, prefix: str = "entity_") -> EntityState:
    """Return the state of ``m`` entities from their arrays, whose names begin with a prefix.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    state = _filled(arrays, prefix, empty_entities(m, 0.0))
    require(bool((state.clock[:, RAISED] >= 0).all()), f"{prefix}clock", "a negative count")
    require(bool(np.isin(state.clock[:, OPEN], (0, 1)).all()), f"{prefix}clock", "a warning neither open nor closed")
    require(bool((state.numbers[:, THRESHOLD] > 0.0).all()), f"{prefix}numbers", "a threshold that is not above 0")
    return state


def joint_of(arrays: Mapping[str, Array], owner: NDArray[np.int64], m: int) -> JointState:
    """Return the joint state of ``m`` entities from its arrays.

    Parameters
    ----------
    owner : ndarray of int64, shape (n,)
        The entity of each series.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    empty = empty_joint(len(owner), m)
    state = _filled(arrays, "joint_", empty._replace(heap=np.zeros(len(arrays.get("joint_heap", ())))))
    require(is_packed(state, owner), "joint_heap", "members that the other arrays do not tell of")
    return state


def liveness_of(arrays: Mapping[str, Array], n: int, m: int) -> LivenessState:
    """Return the liveness of ``n`` series of ``m`` entities from its arrays.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    state = _filled(arrays, "liveness_", empty_liveness(n, m))
    require(is_live(state), "liveness_clock", "turns of entities that are not there")
    return state


def novelty_of(arrays: Mapping[str, Array], owner: NDArray[np.int64], m: int) -> NoveltyState:
    """Return what is remembered of series of ``m`` entities from its arrays, with room for more.

    Parameters
    ----------
    owner : ndarray of int64, shape (n,)
        The entity of each series.

    Raises
    ------
    BundleRefused
        As `series_of`.
    """
    state = _filled(arrays, "novelty_", empty_novelty(m, len(arrays.get("novelty_series", ()))))
    require(is_remembered(state, owner), "novelty_series", "rows of series that are not there")
    return roomy_novelty(state)


def _filled(arrays: Mapping[str, Array], prefix: str, state: _State) -> _State:
    """Fill an empty state, in place, with the arrays of its names."""
    for name, room in state._asdict().items():
        found = arrays.get(prefix + name)
        if found is None:
            raise BundleRefused(f"The watcher's {prefix + name!r} is missing. Train the model again.")
        stored = np.dtype(np.int32) if room.itemsize < 4 else room.dtype
        got = f"{found.dtype} of shape {found.shape} instead of {stored} of shape {room.shape}"
        require(found.shape == room.shape and found.dtype == stored, prefix + name, got)
        most = _LARGEST[room.itemsize] if room.dtype.kind == "f" else min(int(np.iinfo(room.dtype).max), _LARGEST_WHOLE)
        least = 0 if room.dtype.kind == "u" else -most
        require(bool(((found >= least) & (found <= most)).all()), prefix + name, "numbers out of range")
        room[...] = found
    return state
