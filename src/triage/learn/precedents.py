"""Past incidents and how they went, found by the likeness of their texts. Holds fixes, redacted, and no other text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.domain import Duplicate, Incident, IncidentEnd, ModelRef, Precedent, PrecedentQuery
from triage.exports import is_restricted
from triage.learn.duplicates import CLOSE, DuplicateRule
from triage.learn.end_facts import end_facts, end_restricts, from_micros, is_still_open, to_micros
from triage.learn.endings import NOT_KNOWN, Endings
from triage.learn.hidden_places import HiddenPlaces
from triage.learn.inputs import InputColumns, opened_at_of
from triage.learn.later_endings import LaterEndings, Place
from triage.learn.precedent_index import Found, PrecedentIndex
from triage.learn.precedent_parts import put_together, take_apart
from triage.learn.recent_incidents import RecentIncident, RecentIncidents, Wanted
from triage.parts import Part

__all__ = ["Asked", "Precedents"]

# Equal texts are equally similar but for the last digits: a row's sum runs in another order than that of a new one.
_SAME_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """The incident that precedents are asked for.

    Parameters
    ----------
    id : str
    text : str
        As :func:`precedent_texts` gives it.
    fields : mapping of str to str
    opened_at : datetime or None
        What was opened later is no precedent, and what was known later is not told; None: all is earlier.
    """

    id: str
    text: str
    fields: Mapping[str, str]
    opened_at: datetime | None


class _Near(NamedTuple):
    """An incident that was found."""

    place: Place
    id: str
    opened_at: int
    similarity: float


class Precedents:
    """Past incidents, findable, and those that came in since.

    Parameters
    ----------
    index : PrecedentIndex
        A row an incident, oldest first.
    endings : Endings
    rule : DuplicateRule or None
        None where nothing could be learnt of duplicates.
    most_recent : int, default=0
        How many that came in since are kept at most, see :class:`RecentIncidents`, and of how many it is kept how they
        ended. 0: none.

    Raises
    ------
    ValueError
        The endings are not those of the index's rows.

    Notes
    -----
    `find`, `remember` and `tell` may be called from several threads.
    """

    def __init__(
        self, index: PrecedentIndex, endings: Endings, rule: DuplicateRule | None, most_recent: int = 0
    ) -> None:
        self.index = index
        self.endings = endings
        self.rule = rule
        endings.check(len(index))
        # Most incidents that are asked about are none of the rows.
        self._rows = {id_: row for row, id_ in enumerate(endings.ids)}
        times = endings.opened_at
        self._in_time = bool(len(times)) and times[0] != NOT_KNOWN
        self._recent = RecentIncidents(index, tuple(endings.fields), most_recent) if most_recent else None
        self._later = LaterEndings(most_recent)
        self._hidden = HiddenPlaces()

    @classmethod
    def from_part(cls, part: Part, most_recent: int = 0) -> Precedents:
        """Put them together again; the inverse of :meth:`to_part`.

        Parameters
        ----------
        part : Part
        most_recent : int, default=0
            How many that came in since are kept at most.

        Raises
        ------
        BundleRefused
            The part holds none, or of another version of the code.
        """
        return cls(*put_together(part), most_recent)

    def to_part(self) -> Part:
        """Take them apart into arrays and one document, without what came in, or became known, since."""
        return take_apart(self.index, self.endings, self.rule)

    def find(
        self, asked: Asked, wanted: PrecedentQuery, model: ModelRef
    ) -> tuple[tuple[Precedent, ...], Duplicate | None]:
        """Return the incidents that are most like one, nearest first, and which one it most likely repeats.

        Parameters
        ----------
        asked : Asked
        wanted : PrecedentQuery
        model : ModelRef
            Whose they are.
        """
        now = None if asked.opened_at is None else to_micros(asked.opened_at)
        rows = self._earlier(now)
        # One more where the incident itself may be among them.
        most = wanted.most + (asked.id in self._rows)
        found = self.index.find(asked.text, most, self._allowed(asked, wanted, now), rows)
        near = self._nearest(found, asked, self._wanted(asked, wanted, now))
        near = near[: wanted.most]
        precedents = tuple([self._precedent(each, now, model) for each in near])
        return precedents, self._duplicate(asked, now, rows, near)

    def remember(self, incident: Incident, text: str, columns: InputColumns, *, replaces: bool = True) -> None:
        """Have an incident found from now on.

        One that says of itself that it is restricted is not found, nor any more what it said before. One of the rows,
        by its id and time of opening, is not added.

        Parameters
        ----------
        incident : Incident
        text : str
            As :func:`precedent_texts` gives it.
        columns : InputColumns
            Those of the model: when it was opened is read as the model reads it.
        replaces : bool, default=True
            Whether an incident that is remembered already is to be as this one is; else it stays as it is.
        """
        if self._recent is None:
            return
        opened_at = _opened_at(incident, columns)
        place = self._place(incident, opened_at)
        is_shown = not is_restricted(incident.labels)
        if isinstance(place, int):
            if not is_shown:
                self._hidden.add(place)
            return
        is_shown = is_shown and place not in self._hidden
        one = RecentIncident(incident.id, incident.source, opened_at, incident.labels, is_shown)
        self._recent.add(one, text, replaces=replaces)

    def tell(self, end: IncidentEnd, columns: InputColumns, *, replaces: bool = True) -> None:
        """Have found incidents show, from now on, what has become known of how one ended.

        Who asks is told what was known when the asking incident was opened. Of two values for one thing the one that
        became known later counts, whenever it is told; so it does against what a row was trained with.

        Parameters
        ----------
        end : IncidentEnd
            If it is restricted, or called so here, the incident is not found any more.
        columns : InputColumns
            Those of the model: times are read as the model reads them.
        replaces : bool, default=True
            Whether, of two values that became known at once, this one counts; else the one that was told before.
        """
        if self._recent is None:
            return
        incident = end.incident
        opened_at = _opened_at(incident, columns)
        place = self._place(incident, opened_at)
        if is_still_open(end) and self._later.at(place, None) is None:
            # Most updates: what they say is remembered already, names and all.
            return
        if end_restricts(end):
            self._hidden.add(place)
            if not isinstance(place, int):
                self._recent.add(RecentIncident(incident.id, incident.source, opened_at, {}, is_shown=False), "")
            return
        facts = end_facts(end, self.endings.targets, columns)
        self._later.tell(
            place, facts, self.endings.facts_of(place) if isinstance(place, int) else (), replaces=replaces
        )

    def _place(self, incident: Incident, opened_at: int) -> Place:
        row = self._rows.get(incident.id)
        is_row = row is not None and int(self.endings.opened_at[row]) == opened_at
        return row if row is not None and is_row else (incident.source, incident.id)

    def _wanted(self, asked: Asked, wanted: PrecedentQuery, now: int | None) -> Wanted:
        same = {name: asked.fields.get(name) for name in wanted.same}
        only = None
        if wanted.resolved:
            resolved = self._later.resolved(now)
            only = frozenset(place for place, is_so in resolved.items() if is_so and not isinstance(place, int))
        return Wanted(wanted.most, None, now, asked.id, same, only)

    def _nearest(self, found: Found, asked: Asked, of_recent: Wanted) -> list[_Near]:
        """Put what was found among the rows together with what came in since, without the incident that asks."""
        ids, opened_at = self.endings.ids, self.endings.opened_at
        near = [
            _Near(row, ids[row], opened_at.item(row), similarity)
            for row, similarity in zip(found.rows, found.similarities, strict=True)
            if ids[row] != asked.id
        ]
        if self._recent is not None:
            recent = self._recent.find(asked.text, of_recent)
            since = [_Near((each.source, each.id), each.id, each.opened_at, each.similarity) for each in recent]
            near = [*since, *near]
            # Stable: of equally near ones the newest stays first.
            near.sort(key=lambda each: -round(each.similarity, _SAME_DIGITS))
        return near

    def _earlier(self, now: int | None) -> range:
        if now is None or not self._in_time:
            return range(len(self.index))
        return range(int(np.searchsorted(self.endings.opened_at, now, "right")))

    def _allowed(self, asked: Asked, wanted: PrecedentQuery, now: int | None) -> NDArray[np.bool_] | None:
        shown = self._hidden.shown_rows(len(self.index))
        if not wanted.same and not wanted.resolved:
            return shown
        allowed = np.ones(len(self.index), np.bool_) if shown is None else shown
        if wanted.resolved:
            allowed &= ~np.isnan(self.endings.hours)
            if now is not None:
                allowed &= self.endings.known_at <= now
            for place, is_resolved in self._later.resolved(now).items():
                if isinstance(place, int):
                    allowed[place] = is_resolved and place not in self._hidden
        for name in wanted.same:
            column, value = self.endings.fields.get(name), asked.fields.get(name)
            # What is not known on either side is not the same.
            same = -1 if column is None or value not in column.values else column.values.index(value)
            allowed &= (column.codes == same) if column is not None and same >= 0 else False
        return allowed

    def _duplicate(self, asked: Asked, now: int | None, rows: range, near: Sequence[_Near]) -> Duplicate | None:
        if self.rule is None:
            return None
        if self.rule.basis == "close in time":
            if now is None or not self._in_time:
                return None
            since = now - CLOSE // timedelta(microseconds=1)
            first = int(np.searchsorted(self.endings.opened_at, since))
            among = range(first, rows.stop)
            shown = self._hidden.shown_rows(len(self.index))
            close = self.index.find(asked.text, 2, shown, among) if among else Found([], [])
            near = self._nearest(close, asked, Wanted(1, since, now, asked.id, {}))
        if not near:
            return None
        return Duplicate(near[0].id, self.rule.probability(near[0].similarity))

    def _precedent(self, near: _Near, now: int | None, model: ModelRef) -> Precedent:
        moment = None if near.opened_at == NOT_KNOWN else from_micros(near.opened_at)
        later = self._later.at(near.place, now)
        if later is not None:
            hours = later.hours_since(near.opened_at)
            return Precedent(near.id, near.similarity, moment, later.labels, later.fix, hours, later.reopened, model)
        endings, row = self.endings, near.place
        if not isinstance(row, int) or (now is not None and endings.known_at.item(row) > now):
            return Precedent(near.id, near.similarity, moment, {}, "", None, None, model)
        took, reopened = endings.hours.item(row), endings.reopened.item(row)
        return Precedent(
            near.id,
            near.similarity,
            moment,
            endings.labels_of(row),
            endings.fixes.at(row) or "",
            None if isnan(took) else took,
            None if reopened < 0 else bool(reopened),
            model,
        )


def _opened_at(incident: Incident, columns: InputColumns) -> int:
    return to_micros(opened_at_of(incident, columns) or incident.received_at)
