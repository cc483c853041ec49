"""Everything that streams: points in, scores and early warnings out. No clock: time is the points' own event time.

The rules for single points, which hold in any batch:

- A value that is NaN, infinite or beyond 1e30 counts as absent: score 0, nothing is changed.
- A repeat of a series' newest time gets the first one's score; the first value stays, nothing is changed.
- A point older than its series' newest is too late to say anything about now: score 0, nothing is changed.
- The first eight points of a series set its level and scale and score 0. A constant series scores 0 until it moves.
- Of a counter, by its name (``_total``), the rate since its reading before is watched. The first reading, and one lower
  than the one before, give none: score 0. A counter that falls three times before its level is known is a gauge.
- A value of an entity that is run in regimes is watched as it would be in the commonest one (``regimes``); limits are
  judged by the values as they came.
- A point in a silence counts as absent. Days go by the clocks of one zone, summer time included.
- A series whose days differ by weekday is judged by the hour of the week, from its fourth week on.
- A series or entity without points has no state to speak of, and does not change any other's answers.
- A series that used to vary and stays the same, and a series or entity that no longer comes, each far longer than ever
  before, are warned of by rule, outside the budget (``liveness``). A stale marker ends a series as planned.
- So is a series whose trend reaches its limit within a horizon (``saturation``).
- An entity's time is the latest of its points; its warnings open and close at that time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from triage.domain import Cause, EarlyWarning
from triage.errors import BundleRefused, UsageError
from triage.parts import JSON, Part
from triage.watch.alerting import CLOSED, LEAST_THRESHOLD, NOTHING, OPENED, Pace
from triage.watch.bank import Bank
from triage.watch.budget import Budget
from triage.watch.calendar import Silence, local_ns, silenced, zone_of
from triage.watch.documents import notes_in, number_in, texts_in, to_document, weights_in
from triage.watch.kernel import Answers, empty_answers, watch_points
from triage.watch.lanes import empty_lanes
from triage.watch.limits import Limits
from triage.watch.liveness_layout import NOTE_ENTITY, NOTE_NS, NOTE_OPEN, NOTE_POINT
from triage.watch.notes import OpenNotes
from triage.watch.open_warnings import OpenWarnings
from triage.watch.points import Arrivals, Note, Points, Watched
from triage.watch.regimes import RegimeFollower, Regimes, regimes_in
from triage.watch.saturation import Saturations
from triage.watch.table import SeriesTable

__all__ = ["Watcher"]

_CHUNK = 4096  # points a kernel call: room for answers that stays in the cache; it cannot change them


class Watcher:
    """Detectors of all series, evidence of all entities, and the warnings that a budget allows.

    Parameters
    ----------
    budget : Budget
        A cap for each entity, and what each entity's threshold moves to keep to.
    threshold : float, default=LEAST_THRESHOLD
        Evidence, -log10 of the tail probability, from which an entity is warned about at first; `fit_watcher` finds it.
    wear : mapping of str to float, optional
        What it is worth, by metric, how far a series has moved from its early life; `find_wear` finds it.
    zone : str, default="UTC"
        IANA name of the zone by whose clocks days go: the season moves with them when they are put forward or back.
    silences : sequence of Silence, default=()
        Points that fall into them count as absent. They may be replaced at any time, and are not part of the state.
    regimes : Regimes or None, default=None
        In which entities are run; `find_regimes` finds them. Values are watched as they would be in the commonest.

    Raises
    ------
    UsageError
        When the threshold is not above 0, or there is no such zone.

    Notes
    -----
    A series costs 396 bytes and its name, 132 more once it has earned a season, by an hour of points that are not all
    alike, and 272 more once it has earned a week, by a week of ebb and flow. An entity costs 364 bytes, and the joint
    state of its first d series, up to 40, 72 d (d + 2) bytes. The first 512 entities of one series that send 32 points,
    not all alike, cost 36 kB more each.

    Examples
    --------
    >>> watcher = Watcher(Budget.parse("1/day"))
    >>> series = watcher.series_of(["web"] * 3, ["cpu"] * 3)
    >>> watcher.handle(Points(series, np.arange(3) * 60_000_000_000, np.array([1.0, np.nan, 2.0]))).score
    array([0., 0., 0.])
    """

    def __init__(
        self,
        budget: Budget,
        threshold: float = LEAST_THRESHOLD,
        wear: Mapping[str, float] | None = None,
        zone: str = "UTC",
        silences: Sequence[Silence] = (),
        regimes: Regimes | None = None,
    ) -> None:
        self.budget = budget
        self.silences = tuple(silences)
        self._zone = zone_of(zone)
        self._bank = Bank(threshold, wear or {})
        self._regimes = RegimeFollower(regimes, self._bank.table)
        self._lanes = empty_lanes()
        self._open = OpenWarnings(self._bank)
        self._notes = OpenNotes(self._bank.table)
        self._saturations = Saturations(self._bank.table, Limits(), self._zone)
        self.set_threshold(threshold)

    @property
    def table(self) -> SeriesTable:
        """The names of series and entities by row."""
        return self._bank.table

    @property
    def threshold(self) -> float:
        """Evidence from which a new entity is warned about."""
        return self._bank.threshold

    @property
    def wear(self) -> dict[str, float]:
        """What it is worth, by metric, how far a series has moved from its early life."""
        return self._bank.wear

    @property
    def regimes(self) -> Regimes | None:
        """In which entities are run; None where there is one."""
        return self._regimes.regimes

    @property
    def limits(self) -> Limits:
        """What metrics must not reach. Replaced, they count from the next point on: what is known of trends goes on.

        What is open stays open as long as its series has the same limit, and closes by the horizon in force.
        """
        return self._saturations.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        before = self._saturations
        self._saturations = Saturations(self.table, limits, self._zone)
        self._saturations.make_room()
        self._saturations.go_on(before)

    @property
    def open_warnings(self) -> tuple[EarlyWarning, ...]:
        """The warnings that are open, by entity in order of appearance, each with its highest score so far."""
        return self._open.listed

    @property
    def open_notes(self) -> tuple[EarlyWarning, ...]:
        """The warnings by rule that are open, by entity and kind, and then those of limits by series."""
        of_limits = (self._saturations.held[row] for row in sorted(self._saturations.held))
        return (*(self._notes.held[key] for key in sorted(self._notes.held)), *of_limits)

    def series_of(self, entity: Sequence[str], metric: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each series, adding those not seen before.

        Parameters
        ----------
        entity, metric : sequence of str
            Of one length.

        Returns
        -------
        ndarray of int64, shape (n,)

        Raises
        ------
        UsageError
            When they are not of one length.
        """
        rows = self.table.rows_of(entity, metric)
        self._bank.make_room()
        self._saturations.make_room()
        return rows

    def order_of(self, points: Points) -> NDArray[np.int64]:
        """Return the places of points in the order to be watched in: by time; of one time as they came.

        Where entities are run in regimes, what tells them comes first of each time.
        """
        return self._regimes.order_of(points)

    def handle(self, points: Points) -> Watched:
        """Answer and learn from points, in their order.

        Parameters
        ----------
        points : Points

        Returns
        -------
        Watched
            The same for the same points in the same order, however they are cut into batches.

        Raises
        ------
        UsageError
            When a point's series is not in the table; nothing is learnt then.
        """
        if len(points) and not 0 <= points.series.min() <= points.series.max() < len(self.table):
            raise UsageError(
                f"Points must name series by their rows, 0 to {len(self.table) - 1}. "
                f"Got {points.series.min()} to {points.series.max()}; series_of gives the rows."
            )
        pace = Pace.of(self.budget)
        score, entity_score = np.zeros(len(points)), np.zeros(len(points))
        evidence, motion = np.zeros((len(points), 2)), np.zeros((len(points), 2))
        alert = np.zeros(len(points), dtype=np.bool_)
        causes: dict[int, tuple[Cause, ...]] = {}
        opened: list[EarlyWarning] = []
        closed: list[EarlyWarning] = []
        notes: list[Note] = []
        answers = empty_answers(min(len(points), _CHUNK))
        heard = self._unsilenced(points)
        value = self._regimes.level(heard)
        for begin in range(0, len(points), _CHUNK):
            there = slice(begin, min(begin + _CHUNK, len(points)))
            part = Arrivals(
                points.series[there],
                points.time_ns[there],
                local_ns(points.time_ns[there], self._zone),
                value[there],
            )
            watch_points(self._bank.state_for(len(part.series)), pace, part, answers, self._lanes)
            event = answers.event[: len(part.series)]
            score[there], entity_score[there] = answers.score[: len(event)], answers.entity_score[: len(event)]
            evidence[there], motion[there] = answers.evidence[: len(event)], answers.motion[: len(event)]
            alert[there] = event == OPENED
            for place in np.flatnonzero(event != NOTHING).tolist():
                warning = self._open.follow(int(part.series[place]), answers, place)
                (closed if event[place] == CLOSED else opened).append(warning)
                if event[place] == OPENED:
                    causes[begin + place] = warning.causes
            noted = [*self._noted(answers, begin)]
            noted += self._saturations.follow(part.series, part.time_ns, heard.value[there], begin)
            notes += sorted(noted, key=lambda note: note.place)
        return Watched(
            score,
            entity_score,
            alert,
            causes,
            tuple(opened),
            tuple(closed),
            evidence,
            motion,
            value,
            notes=tuple(notes),
        )

    def _unsilenced(self, points: Points) -> Points:
        """Return the points, those that fall into a silence without a value."""
        if not self.silences:
            return points
        owners = self._bank.owners(points.series)
        is_silent = silenced(self.silences, self.table.entities, owners, points.time_ns)
        return Points(points.series, points.time_ns, np.where(is_silent, np.nan, points.value))

    def local_ns(self, points: Points) -> NDArray[np.int64]:
        """Return the points' times by the clocks of the watcher's zone."""
        return local_ns(points.time_ns, self._zone)

    def set_threshold(self, threshold: float) -> None:
        """Warn from this evidence on, at every entity, those to come included; each moves on from there.

        Parameters
        ----------
        threshold : float
            Above 0.

        Raises
        ------
        UsageError
            Out of range.
        """
        if not threshold > 0.0:
            raise UsageError(f"A threshold must be above 0. Got {threshold}.")
        self._bank.set_threshold(threshold)

    def settle(self) -> None:
        """Take what has been watched so far for usual, at every entity; what follows changes that only a little.

        Warnings by rule that are open are forgotten: whoever trains knows of what stood still in his history.
        """
        self._bank.settle()
        self._notes.held.clear()
        self._saturations.settle()

    def to_part(self) -> Part:
        """Return the whole state: what `from_part` makes of it answers all that follows with the same bits."""
        table = self.table
        document: dict[str, JSON] = {
            "alerts": self.budget.alerts,
            "period_ns": self.budget.period_ns,
            "threshold": self.threshold,
            "wear": dict(self.wear),
            "zone": self._zone.key,
            "entities": list(table.entities),
            "metrics": list(table.metrics),
            "notes": [[*key, to_document(self._notes.held[key])] for key in sorted(self._notes.held)],
            "open": self._open.to_document(),
            "limits": self._saturations.to_document(),
            "regimes": None if self.regimes is None else self.regimes.to_document(),
        }
        arrays = {**self._bank.to_arrays(), **self._saturations.to_arrays(), **self._regimes.to_arrays()}
        return Part(arrays, document)

    @classmethod
    def from_part(cls, part: Part) -> Watcher:
        """Return the watcher that a part was made of.

        Raises
        ------
        BundleRefused
            When the part holds what no watcher could have left.
        """
        arrays, document = part.arrays, part.document
        entities, metrics = texts_in(document, "entities"), texts_in(document, "metrics")
        owners = np.asarray(arrays.get("series_entity", ())).tolist()
        try:
            budget = Budget(int(number_in(document, "alerts")), int(number_in(document, "period_ns")))
            watcher = cls(
                budget,
                number_in(document, "threshold"),
                weights_in(document, "wear"),
                str(document.get("zone")),
                regimes=regimes_in(document.get("regimes")),
            )
            watcher.series_of([entities[owner] for owner in owners], metrics)
        except (UsageError, IndexError, TypeError) as err:
            raise BundleRefused(f"The watcher's table or budget cannot be used: {err}. Train the model again.") from err
        if watcher.table.owners != owners or watcher.table.entities != entities:
            raise BundleRefused(
                "The watcher's table names a series twice or an entity without series. Train the model again."
            )
        watcher._bank.fill(arrays)
        watcher._regimes.fill(arrays)
        watcher._open.take_up(document, "open")
        watcher._notes.held = notes_in(document, "notes", entities)
        if not watcher._notes.held.keys() <= watcher._bank.noted():
            raise BundleRefused("The watcher's notes are not those of its entities. Train the model again.")
        watcher._saturations = Saturations.from_part(part, watcher.table, watcher._zone)
        return watcher

    def _noted(self, answers: Answers, begin: int) -> Iterator[Note]:
        said = answers.notes.said[: answers.notes.at[0]]
        is_silent = silenced(self.silences, self.table.entities, said[:, NOTE_ENTITY], said[:, NOTE_NS])
        for note, is_kept_back in zip(said.tolist(), is_silent.tolist(), strict=True):
            warning = None if note[NOTE_OPEN] and is_kept_back else self._notes.follow(note)
            if warning is not None:
                yield Note(begin + note[NOTE_POINT], warning)
