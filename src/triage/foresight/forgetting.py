"""Forgets entities that have been silent for long: hosts and pods come and go, and what watches them must not grow.

A returning one begins anew. Works on states, so that all that reading a state checks is checked here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.domain import EarlyWarning
from triage.foresight.forewarning import StreamingWatcher, watcher_of
from triage.parts import JSON, Array, Part
from triage.watch.joint_layout import JointState, packed
from triage.watch.liveness_layout import HEARD, LATEST_NS, NEXT, STREAM_NS, TURN
from triage.watch.novelty_layout import BY_MEMORY
from triage.watch.omens import OMEN_ROWS
from triage.watch.regimes import REGIME_ROWS
from triage.watch.rows import Rows
from triage.watch.state import ENTITY_ROWS, SEASON
from triage.watch.storing import ROWS
from triage.watch.warnings import at

__all__ = ["forget_silent", "without_entities"]

# A state of a million series takes seconds to make again: not for the sake of one entity among thousands.
_LEAST_SHARE = 1 / 100

_MODEL = "foresight."  # it knows metrics, and no entities
# Of all parts of the state of a watcher and its early-warning model. Limits are followed apart.
_ROWS = {
    **ROWS,
    **REGIME_ROWS,
    **{f"omens.{name}": rows for name, rows in OMEN_ROWS.items()},
    **{f"alerting.{name}": rows for name, rows in ENTITY_ROWS.items()},
    "saturation_series": Rows.OTHER,
    "saturation_trends": Rows.OTHER,
}


def forget_silent(watcher: StreamingWatcher, after_ns: int) -> tuple[StreamingWatcher, tuple[EarlyWarning, ...]]:
    """Return a watcher without the entities that have been silent for long, and their open warnings, closed.

    Parameters
    ----------
    watcher : StreamingWatcher
    after_ns : int
        How long, by the time in which anybody was heard: a stop of everybody lets nobody be forgotten, nor does a
        single clock that is ahead. 0 means never.

    Returns
    -------
    watcher : StreamingWatcher
        The same one if fewer than one in a hundred entities are silent.
    closed : tuple of EarlyWarning
    """
    if not after_ns:
        return watcher, ()
    part = watcher.to_part()
    clock, stream = part.arrays["liveness_clock"], part.arrays["liveness_stream"]
    # Whoever has no turn was not heard since time is told; its first point may be yet to come.
    is_silent = (clock[:, NEXT] > 0) & (stream[STREAM_NS] - clock[:, HEARD] > after_ns)
    if not is_silent.any() or is_silent.mean() < _LEAST_SHARE:
        return watcher, ()
    gone = {name for name, silent in zip(watcher.table.entities, is_silent.tolist(), strict=True) if silent}
    now = at(int(stream[LATEST_NS]))
    closed = tuple(
        replace(warning, closed_at=max(now, warning.opened_at))
        for warning in (*watcher.open_warnings, *watcher.open_notes)
        if warning.entity in gone
    )
    left = watcher_of(without_entities(part, is_silent))
    left.silences = watcher.silences
    return left, closed


def without_entities(part: Part, is_gone: NDArray[np.bool_]) -> Part:
    """Return the state of a watcher without some of its entities; that of the others keeps its bits.

    Parameters
    ----------
    part : Part
    is_gone : ndarray of bool, shape (m,)
    """
    arrays, entity_stays = part.arrays, ~is_gone
    owner = arrays["series_entity"]
    stays = entity_stays[owner]
    seasons = arrays["series_ages"][stays, SEASON]
    season_stays = np.zeros(len(arrays["season_base"]), dtype=np.bool_)
    season_stays[seasons[seasons > 0] - 1] = True
    weeks = arrays["season_week"][season_stays]
    week_stays = np.zeros(len(arrays["week_cells"]), dtype=np.bool_)
    week_stays[np.abs(weeks[weeks != 0]) - 1] = True
    stay = {Rows.SERIES: stays, Rows.ENTITIES: entity_stays, Rows.SEASONS: season_stays, Rows.WEEKS: week_stays}
    left: dict[str, Array] = {}
    for name, array in arrays.items():
        rows = Rows.OTHER if name.startswith(_MODEL) else _ROWS[name]
        # Where nothing is known to wear there is no wear of any series.
        left[name] = array[stay[rows]] if rows in stay and len(array) else array
    left["series_entity"] = _rows_left(entity_stays)[owner[stays]]
    left["series_ages"][:, SEASON] = _places_left(season_stays, seasons)
    left["season_week"] = (np.sign(weeks) * _places_left(week_stays, np.abs(weeks))).astype(np.int32)
    left["week_taken"] = np.array([week_stays.sum()], dtype=np.int64)
    left["season_taken"] = np.array([season_stays.sum()], dtype=np.int64)
    joint = JointState(*(left[f"joint_{name}"] for name in JointState._fields))  # type: ignore[arg-type]  # of these types
    left |= {
        f"joint_{name}": array for name, array in packed(joint, len(joint.member), len(joint.clock))._asdict().items()
    }
    if "saturation_series" in arrays:
        series = arrays["saturation_series"]
        left["saturation_series"] = _rows_left(stays)[series[stays[series]]]
        left["saturation_trends"] = arrays["saturation_trends"][stays[series]]
    left |= _memories_left(arrays, entity_stays, stays)
    left["liveness_clock"], left["liveness_stream"] = _turns_left(arrays, entity_stays)
    return Part(left, _document_left(part.document, entity_stays, stays))


def _rows_left(stays: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return of each row where it stands once those that do not stay are gone."""
    return np.cumsum(stays) - 1


def _places_left(stays: NDArray[np.bool_], places: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return one more than a row for one more than it before; 0 for none."""
    return np.concatenate([[0], np.cumsum(stays)])[places]


def _memories_left(
    arrays: Mapping[str, Array], entity_stays: NDArray[np.bool_], stays: NDArray[np.bool_]
) -> dict[str, Array]:
    """Return what is remembered of the series that stay."""
    memories = arrays["novelty_of_entity"][entity_stays].astype(np.int32)
    memory_stays = np.zeros(len(arrays["novelty_series"]), dtype=np.bool_)
    memory_stays[memories[memories > 0] - 1] = True
    left = {name: arrays[f"novelty_{name}"][memory_stays] for name in BY_MEMORY}
    left["series"] = _rows_left(stays)[left["series"]]
    left["of_entity"] = _places_left(memory_stays, memories).astype(np.int32)
    left["taken"] = np.array([memory_stays.sum()], dtype=np.int64)
    return {f"novelty_{name}": array for name, array in left.items()}


def _turns_left(arrays: Mapping[str, Array], stays: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return the clocks of those that stay and the stream: they take turns in the same order as before."""
    clock, stream = arrays["liveness_clock"].copy(), arrays["liveness_stream"].copy()
    turns, turn = [], int(stream[TURN]) - 1
    for _ in range(np.count_nonzero(clock[:, NEXT])):
        turns.append(turn)
        turn = int(clock[turn, NEXT]) - 1
    following = [turn for turn in turns if stays[turn]]
    rows = _rows_left(stays)
    for turn, after in zip(following, following[1:] + following[:1], strict=True):
        clock[turn, NEXT] = rows[after] + 1
    stream[TURN] = rows[following[0]] + 1 if following else 0
    return clock[stays], stream


def _document_left(
    document: Mapping[str, JSON], entity_stays: NDArray[np.bool_], stays: NDArray[np.bool_]
) -> dict[str, JSON]:
    left = dict(document)
    names = _list_in(document, "entities")
    left["entities"] = kept = [name for name, is_kept in zip(names, entity_stays.tolist(), strict=True) if is_kept]
    metrics = _list_in(document, "metrics")
    left["metrics"] = [metric for metric, is_kept in zip(metrics, stays.tolist(), strict=True) if is_kept]
    rows = {name: row for row, name in enumerate(kept)}
    left["open"] = [each for each in _list_in(document, "open") if each["entity"] in rows]
    left["notes"] = [
        [rows[each["entity"]], kind, each] for _, kind, each in _list_in(document, "notes") if each["entity"] in rows
    ]
    limits = document.get("limits")
    if isinstance(limits, Mapping):
        at_series = _rows_left(stays)
        listed = [[int(at_series[row]), one] for row, one in _list_in(limits, "open") if one["entity"] in rows]
        left["limits"] = {**limits, "open": listed}
    alerting = document.get("alerting")
    if isinstance(alerting, Mapping):
        left["alerting"] = {"open": [each for each in _list_in(alerting, "open") if each["entity"] in rows]}
    return left


def _list_in(document: Mapping[str, JSON], key: str) -> list[Any]:
    found = document[key]
    return found if isinstance(found, list) else []
