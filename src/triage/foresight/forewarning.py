"""A watcher and an early-warning model as one that streams: files, evaluation and the service all use it. Fits nothing.

After every point the model says how likely an incident of the point's entity is, from what the watcher and all points
so far have shown. Where it has a threshold its warnings take the place of the watcher's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.domain import Cause, EarlyWarning, Forecast
from triage.errors import BundleRefused
from triage.foresight.model import Foresight
from triage.foresight.sentences import spelled
from triage.parts import JSON, Array, Part
from triage.watch.alerting import CLOSED, NOTHING
from triage.watch.budget import Budget
from triage.watch.calendar import Silence
from triage.watch.documents import to_document, warnings_in
from triage.watch.limits import Limits
from triage.watch.omens import Omens
from triage.watch.points import Points, Watched
from triage.watch.probabilities import follow_probabilities, steady_pace
from triage.watch.regimes import Regimes
from triage.watch.state import OPEN, PEAK, EntityState, empty_entities, grown
from triage.watch.storing import entities_of
from triage.watch.table import SeriesTable
from triage.watch.warnings import at, open_warning
from triage.watch.watcher import Watcher

__all__ = ["Forewarner", "StreamingWatcher", "load_kernels", "watcher_of"]

_CHUNK = 4096  # points whose features are there at a time; it cannot change an answer
_LEAST_ROOM = 16
_PREFIXES = ("foresight", "omens", "alerting")
_NEVER = 2.0  # a threshold that no probability reaches


class Forewarner:
    """A watcher that knows how likely incidents are.

    Parameters
    ----------
    watcher : Watcher
    foresight : Foresight
    omens : Omens or None, default=None
        What has been seen so far of the watcher's series; nothing if None.
    """

    def __init__(self, watcher: Watcher, foresight: Foresight, omens: Omens | None = None) -> None:
        self.watcher = watcher
        self.foresight = foresight
        self._omens = Omens(watcher.table, foresight.metrics) if omens is None else omens
        self._entities: EntityState = empty_entities(0, _NEVER)
        self._open: dict[str, EarlyWarning] = {}

    @property
    def budget(self) -> Budget:
        """The watcher's."""
        return self.watcher.budget

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Windows in which nothing is watched."""
        return self.watcher.silences

    @silences.setter
    def silences(self, silences: tuple[Silence, ...]) -> None:
        self.watcher.silences = silences

    @property
    def limits(self) -> Limits:
        """What metrics must not reach."""
        return self.watcher.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.watcher.limits = limits

    @property
    def regimes(self) -> Regimes | None:
        """In which the watcher knows entities to be run."""
        return self.watcher.regimes

    @property
    def threshold(self) -> float | None:
        """Evidence from which the watcher warns."""
        return self.watcher.threshold

    @property
    def table(self) -> SeriesTable:
        """The watcher's."""
        return self.watcher.table

    @property
    def open_warnings(self) -> tuple[EarlyWarning, ...]:
        """The warnings that are open, in the order of their opening, each with its highest score so far."""
        if self.foresight.threshold is None:
            scores = {warning.entity: warning.score for warning in self.watcher.open_warnings}
            return tuple(replace(one, score=scores[one.entity]) for one in self._open.values())
        peaks = dict(zip(self.table.entities, self._entities.numbers[:, PEAK].tolist(), strict=False))
        return tuple(replace(one, score=peaks[one.entity]) for one in self._open.values())

    @property
    def open_notes(self) -> tuple[EarlyWarning, ...]:
        """The watcher's warnings by rule that are open."""
        return self.watcher.open_notes

    def series_of(self, entity: Sequence[str], metric: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each series, adding those not seen before; see `Watcher.series_of`."""
        return self.watcher.series_of(entity, metric)

    def order_of(self, points: Points) -> NDArray[np.int64]:
        """Return the places of points in the order to be watched in; see `Watcher.order_of`."""
        return self.watcher.order_of(points)

    def handle(self, points: Points) -> Watched:
        """Answer and learn from points, in their order; see `Watcher.handle`."""
        if not len(points):
            return replace(self.watcher.handle(points), probability=np.zeros(0))
        return _joined([self._handle(points[begin : begin + _CHUNK]) for begin in range(0, len(points), _CHUNK)])

    def _handle(self, points: Points) -> Watched:
        watched = self.watcher.handle(points)
        has_threshold = self.foresight.threshold is not None
        local_ns = self.watcher.local_ns(points)
        heard = Points(points.series, points.time_ns, watched.value)
        omens, is_said = self._omens.describe(heard, watched, local_ns, at_alerts=not has_threshold)
        owners = self._omens.owners_of(points.series)
        self._make_room()
        likely = self.foresight.probabilities(omens)
        said = (likely, self.foresight.urgencies(omens, likely))
        probability, peak = np.zeros(len(points)), np.zeros(len(points))
        event, event_ns = np.zeros(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.int64)
        found = (probability, event, event_ns, peak)
        pace = steady_pace(self.budget, self._warns_from)
        follow_probabilities(self._entities, pace, (owners, points.time_ns, is_said), said, found)
        row_of_point = np.cumsum(is_said) - 1
        if not has_threshold:
            return self._with_forecasts(watched, omens[row_of_point[watched.alert]], probability)
        causes: dict[int, tuple[Cause, ...]] = {}
        opened, closed = [], []
        for place in np.flatnonzero(event != NOTHING).tolist():
            entity, row = self.table.entities[owners[place]], omens[row_of_point[place]]
            was = self._open.pop(entity, None)
            if was is not None:
                closed.append(replace(was, closed_at=at(int(event_ns[place])), score=float(peak[place])))
            if event[place] != CLOSED:
                causes[place] = self.foresight.causes(row)
                opened.append(_warning(entity, int(event_ns[place]), causes[place], self.foresight.forecast(row)))
                self._open[entity] = opened[-1]
        return replace(
            watched,
            alert=(event != NOTHING) & (event != CLOSED),
            causes=causes,
            opened=tuple(opened),
            closed=tuple(closed),
            probability=probability,
        )

    def _with_forecasts(
        self, watched: Watched, omens: NDArray[np.float64], probability: NDArray[np.float64]
    ) -> Watched:
        """Say of the watcher's own warnings what is to be expected."""
        told = [self.foresight.forecast(row) for row in omens]
        opened = tuple(
            replace(warning, forecast=each, why=f"{warning.why} {spelled(each)}")
            for each, warning in zip(told, watched.opened, strict=True)
        )
        known = {warning.id: warning for warning in (*self._open.values(), *opened)}
        closed = tuple(
            replace(known[one.id], closed_at=one.closed_at, score=one.score) if one.id in known else one
            for one in watched.closed
        )
        gone = {one.id for one in closed}
        self._open = {one.entity: one for one in known.values() if one.id not in gone}
        return replace(watched, opened=opened, closed=closed, probability=probability)

    def to_part(self) -> Part:
        """Return the whole state and the model: what `from_part` makes of it goes on with the same bits."""
        self._make_room()
        mine, m = self.watcher.to_part(), len(self.table.entities)
        alerting = {name: array[:m].copy() for name, array in self._entities._asdict().items()}
        opened: list[JSON] = [to_document(warning) for warning in self._open.values()]
        parts = (self.foresight.to_part(), self._omens.to_part(), Part(alerting, {"open": opened}))
        arrays: dict[str, Array] = dict(mine.arrays)
        document: dict[str, JSON] = dict(mine.document)
        for prefix, part in zip(_PREFIXES, parts, strict=True):
            arrays |= {f"{prefix}.{name}": array for name, array in part.arrays.items()}
            document[prefix] = dict(part.document)
        return Part(arrays, document)

    @classmethod
    def from_part(cls, part: Part) -> Forewarner:
        """Return what a part was made of.

        Raises
        ------
        BundleRefused
            When the part holds what nobody could have left.
        """
        watcher = Watcher.from_part(part)
        model, omens, alerting = (_inner(part, prefix) for prefix in _PREFIXES)
        foresight = Foresight.from_part(model)
        made = cls(watcher, foresight, Omens.from_part(omens, watcher.table))
        if made._omens.metrics != foresight.metrics:
            raise BundleRefused("The omens are of other metrics than the early-warning model. Train it again.")
        made._entities = entities_of(alerting.arrays, len(watcher.table.entities), "")
        made._open = {warning.entity: warning for warning in warnings_in(alerting.document, "open")}
        if foresight.threshold is not None and set(made._open) != made._entities_open():
            raise BundleRefused("The open warnings are not those of the entities. Train the model again.")
        return made

    def _entities_open(self) -> set[str]:
        return {self.table.entities[row] for row in np.flatnonzero(self._entities.clock[:, OPEN]).tolist()}

    @property
    def _warns_from(self) -> float:
        return _NEVER if self.foresight.threshold is None else self.foresight.threshold

    def _make_room(self) -> None:
        there, needed = len(self._entities.numbers), len(self.table.entities)
        if needed > there:
            more = empty_entities(max(needed, 2 * there, _LEAST_ROOM) - there, self._warns_from)
            self._entities = grown(self._entities, more)


StreamingWatcher = Watcher | Forewarner


def watcher_of(part: Part) -> StreamingWatcher:
    """Return the watcher, with its early-warning model if it has one, that a part was made of.

    Raises
    ------
    BundleRefused
        When the part holds what nobody could have left.
    """
    return Forewarner.from_part(part) if "foresight" in part.document else Watcher.from_part(part)


def load_kernels(watcher: StreamingWatcher) -> None:
    """Have everything compiled, or taken from where it is kept, that the first points would wait for.

    That is a third of a second, or twenty where nothing has been compiled before, and again in the same process, as
    at every model that takes over, a thousandth. The watcher is left as it is.
    """
    fresh = Watcher(watcher.budget, regimes=watcher.regimes)
    fresh.limits = Limits({"any": 1.0})
    stand_in = Forewarner(fresh, watcher.foresight) if isinstance(watcher, Forewarner) else fresh
    rows = stand_in.series_of(["any"] * 3, ["any"] * 3)
    stand_in.handle(Points(rows, np.arange(len(rows)) * 60_000_000_000, np.zeros(len(rows))))


def _inner(part: Part, prefix: str) -> Part:
    document = part.document.get(prefix)
    if not isinstance(document, Mapping):
        raise BundleRefused(f"The watcher's {prefix!r} is missing. Train the model again.")
    start = f"{prefix}."
    return Part(
        {name.removeprefix(start): each for name, each in part.arrays.items() if name.startswith(start)}, document
    )


def _joined(parts: Sequence[Watched]) -> Watched:
    """Return the answers to consecutive points as one."""
    if len(parts) == 1:
        return parts[0]
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("score", "entity_score", "alert", "evidence", "motion", "value", "probability")
    }
    opened = tuple(warning for part in parts for warning in part.opened)
    closed = tuple(warning for part in parts for warning in part.closed)
    begins = np.cumsum([0, *(len(part.score) for part in parts[:-1])]).tolist()
    placed = list(zip(begins, parts, strict=True))
    causes = {begin + place: found for begin, part in placed for place, found in part.causes.items()}
    notes = tuple(replace(note, place=begin + note.place) for begin, part in placed for note in part.notes)
    return Watched(causes=causes, opened=opened, closed=closed, notes=notes, **arrays)


def _warning(entity: str, opened_ns: int, causes: tuple[Cause, ...], told: Forecast) -> EarlyWarning:
    loudest = ", ".join(cause.metric for cause in causes[:3]) or "no single metric"
    warning = open_warning(entity, opened_ns, 0.0, causes)
    return replace(warning, score=told.probability, why=f"{spelled(told)} It shows in {loudest}.", forecast=told)
