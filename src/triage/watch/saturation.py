"""Warnings of series that are about to reach their limit: which series have one, their words, which are open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from triage.domain import Cause, EarlyWarning, Saturation
from triage.errors import BundleRefused, UsageError
from triage.parts import JSON, Array, Part
from triage.watch.documents import to_document, warnings_in
from triage.watch.limits import Limit, Limits
from triage.watch.points import Note
from triage.watch.saturation_kernel import (
    COLUMNS,
    EVENT,
    LIMIT,
    PLACE,
    SCRATCH,
    SIGN,
    adapted_trend,
    empty_trends,
    follow_limits,
)
from triage.watch.table import SeriesTable
from triage.watch.warnings import at

__all__ = ["Saturations"]

_SCORE = 0.99  # as of all warnings by rule
_SECOND_NS = 1_000_000_000


class Saturations:
    """The trends of all series with a limit, and the warnings of those that are about to reach it.

    Parameters
    ----------
    table : SeriesTable
        The watcher's.
    limits : Limits
    zone : tzinfo
        By whose clocks moments are spelled.

    Notes
    -----
    A series with a limit costs 864 bytes; one without costs 8.
    """

    def __init__(self, table: SeriesTable, limits: Limits, zone: tzinfo) -> None:
        self.limits = limits
        self.held: dict[int, EarlyWarning] = {}
        self._table = table
        self._zone = zone
        self._slots = np.empty(0, dtype=np.int64)
        self._series: list[int] = []
        self._trends = np.zeros((0, COLUMNS))
        self._scratch = np.empty(SCRATCH)

    def make_room(self) -> None:
        """Look the limits of new series up."""
        known = len(self._slots)
        if known == len(self._table):
            return
        added: list[Limit] = []
        slots = np.full(len(self._table) - known, -1, dtype=np.int64)
        for place, metric in enumerate(self._table.metrics[known:]):
            limit = self.limits.of(metric)
            if limit is not None:
                slots[place] = len(self._series)
                self._series.append(known + place)
                added.append(limit)
        self._slots = np.concatenate((self._slots, slots))
        if added:
            signs = np.array([-1.0 if one.is_floor else 1.0 for one in added])
            self._trends = np.concatenate((self._trends, empty_trends(np.array([one.value for one in added]), signs)))

    def follow(
        self, series: NDArray[np.int64], time_ns: NDArray[np.int64], value: NDArray[np.float64], begin: int
    ) -> Iterator[Note]:
        """Take points; yield what is opened and what is over, in order, placed from ``begin`` on."""
        if not self._series:
            return
        events = np.empty((len(series), EVENT))
        found = follow_limits(
            self._trends, self._slots, (series, time_ns, value), self.limits.horizon_s, self._scratch, events
        )
        for event in events[:found].tolist():
            place = int(event[PLACE])
            row = self._series[int(event[1])]
            if event[2]:
                self.held[row] = self._opened(row, int(time_ns[place]), event[4:])
                yield Note(begin + place, self.held[row])
            elif row in self.held:
                was = self.held.pop(row)
                yield Note(begin + place, replace(was, closed_at=max(at(int(time_ns[place])), was.opened_at)))

    def go_on(self, before: Saturations) -> None:
        """Take over what is known of series that run the same way as before, and the warnings of limits that stay."""
        for row in before._series:
            if row < len(self._slots) and self._slots[row] >= 0:
                was, now = before._trends[before._slots[row]], self._trends[self._slots[row]]
                if was[SIGN] == now[SIGN]:
                    now[:] = adapted_trend(was, float(now[LIMIT]), self.limits.horizon_s)
                    if was[LIMIT] == now[LIMIT] and row in before.held:
                        self.held[row] = before.held[row]

    def to_arrays(self) -> dict[str, Array]:
        """Return the trends: `from_part` goes on with them."""
        return {"saturation_series": np.array(self._series, dtype=np.int64), "saturation_trends": self._trends.copy()}

    def to_document(self) -> dict[str, JSON]:
        """Return the limits and what is open: `from_part` goes on with them."""
        return {
            "declared": dict(self.limits.declared),
            "horizon_s": self.limits.horizon_s,
            "are_recognised": self.limits.are_recognised,
            "open": [[row, to_document(self.held[row])] for row in sorted(self.held)],
        }

    @classmethod
    def from_part(cls, part: Part, table: SeriesTable, zone: tzinfo) -> Saturations:
        """Return what a watcher's part holds, or, written before limits were looked for, a beginning.

        Raises
        ------
        BundleRefused
            When the part holds what nobody could have left.
        """
        document = part.document.get("limits")
        if document is None:
            made = cls(table, Limits(), zone)
            made.make_room()
            return made
        try:
            made = cls(table, _limits_in(document), zone)
            made.make_room()
            series, trends = part.arrays["saturation_series"], part.arrays["saturation_trends"]
            made.held = _open_in(document)
            is_theirs = all(table.entities[table.owners[row]] == one.entity for row, one in made.held.items())
        except (KeyError, IndexError, TypeError, ValueError, UsageError) as err:
            raise BundleRefused(f"The watcher's limits cannot be used: {err!r}. Train the model again.") from err
        are_sound = series.tolist() == made._series and trends.shape == made._trends.shape
        if not are_sound or not np.isfinite(trends).all():
            raise BundleRefused("The watcher's trends to limits are not of its series. Train the model again.")
        made._trends = np.array(trends, dtype=np.float64)
        if not is_theirs:
            raise BundleRefused("The watcher's open trends to limits are of other entities. Train the model again.")
        return made

    def settle(self) -> None:
        """Forget what is open; what is usual of each series stays known."""
        self.held.clear()

    def _opened(self, row: int, opened_ns: int, told: list[float]) -> EarlyWarning:
        entity, metric = self._table.entities[self._table.owners[row]], self._table.metrics[row]
        found = _saturation(metric, self._trends[self._slots[row]], told)
        return EarlyWarning(
            id=hashlib.sha256(f"{entity}\0{opened_ns}\0limit\0{metric}".encode()).hexdigest()[:32],
            entity=entity,
            opened_at=at(opened_ns),
            closed_at=None,
            score=_SCORE,
            causes=(Cause(metric, 1.0),),
            why=self._spelled(found, opened_ns),
            saturation=found,
        )

    def _spelled(self, told: Saturation, opened_ns: int) -> str:
        begin = datetime.fromtimestamp(opened_ns / _SECOND_NS, UTC).astimezone(self._zone)
        moments = (told.expected_at, told.earliest_at, told.latest_at)
        expected, earliest, latest = (self._moment(each, begin) for each in moments)
        verb = "rises" if told.slope > 0 else "falls"
        return (
            f"{told.metric} is at about {told.level:.4g} and {verb} by {abs(told.slope):.3g} an hour: it reaches "
            f"{told.limit:g} at about {expected} ({earliest} to {latest}, {begin.tzname()})."
        )

    def _moment(self, utc: datetime, beside: datetime) -> str:
        moment = utc.astimezone(self._zone)
        return f"{moment:%H:%M}" if moment.date() == beside.date() else f"{moment:%Y-%m-%d %H:%M}"


def _saturation(metric: str, trend: NDArray[np.float64], told: list[float]) -> Saturation:
    level, slope, *seconds = told
    expected_at, earliest_at, latest_at = (datetime.fromtimestamp(each, UTC) for each in seconds)
    limit, sign = float(trend[LIMIT]), float(trend[SIGN])
    return Saturation(metric, limit, sign * level, sign * 3600.0 * slope, expected_at, earliest_at, latest_at)


def _limits_in(document: JSON) -> Limits:
    if not isinstance(document, Mapping) or not isinstance(declared := document["declared"], Mapping):
        raise TypeError("limits are an object")
    values = {name: None if value is None else float(value) for name, value in declared.items()}  # type: ignore[arg-type]  # or refused
    return Limits(values, float(document["horizon_s"]), bool(document["are_recognised"]))  # type: ignore[arg-type]  # or refused


def _open_in(document: JSON) -> dict[int, EarlyWarning]:
    listed = document["open"] if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise TypeError("what is open is a list")
    pairs = [(row, one) for row, one in listed]
    opened = warnings_in({"open": [one for _, one in pairs]}, "open")
    return {int(row): warning for (row, _), warning in zip(pairs, opened, strict=True)}
