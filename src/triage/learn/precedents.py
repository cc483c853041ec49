"""Past incidents and how they went, found by the likeness of their texts. Holds fixes, redacted, and no other text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from triage.domain import Duplicate, Incident, ModelRef, Precedent, PrecedentQuery
from triage.errors import BundleRefused
from triage.exports import is_restricted
from triage.learn.documents import DuplicateRuleDocument, FieldDocument, PrecedentsDocument
from triage.learn.duplicates import CLOSE, DuplicateRule
from triage.learn.endings import NOT_KNOWN, Coded, Endings
from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, InputColumns, Inputs
from triage.learn.precedent_index import Found, PrecedentIndex
from triage.learn.recent_incidents import RecentIncident, RecentIncidents, Wanted
from triage.parts import Array, Part

__all__ = ["Asked", "Precedents", "precedent_texts"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
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


@dataclass(frozen=True, slots=True)
class _Near:
    """An incident that was found: a row, or one that came in since (-1)."""

    row: int
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
        How many that came in since are kept at most; see :class:`RecentIncidents`. 0: none.

    Raises
    ------
    ValueError
        The endings are not those of the index's rows.

    Notes
    -----
    `find` and `remember` may be called from several threads.
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
        try:
            return cls._from_part(part, most_recent)
        except (ValueError, KeyError) as err:
            raise BundleRefused(
                f"These are no past incidents that this version can read: {err}. Train the model again."
            ) from err

    @classmethod
    def _from_part(cls, part: Part, most_recent: int) -> Precedents:
        document, arrays = PrecedentsDocument.model_validate(part.document), part.arrays
        index = PrecedentIndex(arrays["keys"], arrays["row_starts"], arrays["entries"], document.repeats)
        endings = Endings(
            document.ids,
            np.array(arrays["opened_at"], np.int64),
            np.array(arrays["known_at"], np.int64),
            np.array(arrays["hours"], np.float64),
            np.array(arrays["reopened"], np.int32),
            Coded(document.fixes, np.array(arrays["fixes"], np.int32)),
            _coded(document.targets, arrays, "target"),
            _coded(document.fields, arrays, "field"),
        )
        given = document.rule
        rule = None if given is None else DuplicateRule(given.basis, given.intercept, given.slope, given.pairs)
        return cls(index, endings, rule, most_recent)

    def to_part(self) -> Part:
        """Take them apart into arrays and one document, without those that came in since."""
        endings, index, rule = self.endings, self.index, self.rule
        arrays: dict[str, Array] = {
            "keys": index.keys,
            "row_starts": index.row_starts,
            "entries": index.entries,
            "opened_at": endings.opened_at,
            "known_at": endings.known_at,
            "hours": endings.hours,
            "reopened": endings.reopened,
            "fixes": endings.fixes.codes,
        }
        for what, columns in (("target", endings.targets), ("field", endings.fields)):
            arrays |= {f"{what}_{number}": column.codes for number, column in enumerate(columns.values())}
        document = PrecedentsDocument(
            repeats=index.repeats,
            ids=endings.ids,
            fixes=endings.fixes.values,
            targets=tuple(FieldDocument(name=name, values=each.values) for name, each in endings.targets.items()),
            fields=tuple(FieldDocument(name=name, values=each.values) for name, each in endings.fields.items()),
            rule=None
            if rule is None
            else DuplicateRuleDocument(basis=rule.basis, intercept=rule.intercept, slope=rule.slope, pairs=rule.pairs),
        )
        return Part(arrays, document.as_json())

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
        now = None if asked.opened_at is None else _micros(asked.opened_at)
        rows = self._earlier(now)
        # One more where the incident itself may be among them.
        most = wanted.most + (asked.id in self._rows)
        found = self.index.find(asked.text, most, self._allowed(asked, wanted, now), rows)
        near = self._nearest(found, asked, None if wanted.resolved else self._wanted(asked, wanted, now))
        near = near[: wanted.most]
        precedents = tuple([self._precedent(each, now, model) for each in near])
        return precedents, self._duplicate(asked, now, rows, near)

    def remember(self, incident: Incident, text: str, *, replaces: bool = True) -> None:
        """Have an incident found from now on, as one of which it is not known yet how it ends.

        One that says of itself that it is restricted is not found, nor any more what it said before. One of the rows,
        by its id and time of opening, is not added.

        Parameters
        ----------
        incident : Incident
        text : str
            As :func:`precedent_texts` gives it.
        replaces : bool, default=True
            Whether an incident that is remembered already is to be as this one is; else it stays as it is.
        """
        if self._recent is None:
            return
        opened_at = _micros(incident.opened_at or incident.received_at)
        row = self._rows.get(incident.id)
        if row is not None and int(self.endings.opened_at[row]) == opened_at:
            return
        is_shown = not is_restricted(incident.labels)
        one = RecentIncident(incident.id, incident.source, opened_at, incident.labels, is_shown)
        self._recent.add(one, text, replaces=replaces)

    def _wanted(self, asked: Asked, wanted: PrecedentQuery, now: int | None) -> Wanted:
        same = {name: asked.fields.get(name) for name in wanted.same}
        return Wanted(wanted.most, None, now, asked.id, same)

    def _nearest(self, found: Found, asked: Asked, of_recent: Wanted | None) -> list[_Near]:
        """Put what was found among the rows together with what came in since, without the incident that asks."""
        ids, opened_at = self.endings.ids, self.endings.opened_at
        near = [
            _Near(row, ids[row], int(opened_at[row]), similarity)
            for row, similarity in zip(found.rows, found.similarities, strict=True)
            if ids[row] != asked.id
        ]
        if self._recent is not None and of_recent is not None:
            recent = self._recent.find(asked.text, of_recent)
            near = [*(_Near(-1, each.id, each.opened_at, each.similarity) for each in recent), *near]
            # Stable: of equally near ones the newest stays first.
            near.sort(key=lambda each: -round(each.similarity, _SAME_DIGITS))
        return near

    def _earlier(self, now: int | None) -> range:
        if now is None or not self._in_time:
            return range(len(self.index))
        return range(int(np.searchsorted(self.endings.opened_at, now, "right")))

    def _allowed(self, asked: Asked, wanted: PrecedentQuery, now: int | None) -> NDArray[np.bool_] | None:
        if not wanted.same and not wanted.resolved:
            return None
        allowed = np.ones(len(self.index), np.bool_)
        if wanted.resolved:
            allowed &= ~np.isnan(self.endings.hours)
            if now is not None:
                allowed &= self.endings.known_at <= now
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
            since = now - CLOSE // _MICROSECOND
            first = int(np.searchsorted(self.endings.opened_at, since))
            close = self.index.find(asked.text, 2, rows=range(first, rows.stop)) if first < rows.stop else Found([], [])
            near = self._nearest(close, asked, Wanted(1, since, now, asked.id, {}))
        if not near:
            return None
        return Duplicate(near[0].id, self.rule.probability(near[0].similarity))

    def _precedent(self, near: _Near, now: int | None, model: ModelRef) -> Precedent:
        endings, row, similarity = self.endings, near.row, near.similarity
        moment = None if near.opened_at == NOT_KNOWN else _EPOCH + near.opened_at * _MICROSECOND
        if row < 0 or (now is not None and int(endings.known_at[row]) > now):
            return Precedent(near.id, similarity, moment, {}, "", None, None, model)
        labels = {name: label for name, each in endings.targets.items() if (label := each.at(row)) is not None}
        hours, reopened = float(endings.hours[row]), int(endings.reopened[row])
        return Precedent(
            near.id,
            similarity,
            moment,
            labels,
            endings.fixes.at(row) or "",
            None if np.isnan(hours) else hours,
            None if reopened < 0 else bool(reopened),
            model,
        )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def precedent_texts(inputs: Inputs, columns: InputColumns) -> list[str]:
    """Return what rows are compared by: their texts, or, where no text is read, a word for each field's value."""
    if columns.text:
        return inputs.texts
    names = [name for name in inputs.fields if name not in (OPENED_HOUR, OPENED_WEEKDAY)]
    rows = zip(*(inputs.fields[name] for name in names), strict=True) if names else [()] * len(inputs)
    return [
        " ".join(_as_word(name, value) for name, value in zip(names, row, strict=True) if value is not None)
        for row in rows
    ]


# A desk has some thousand values.
@lru_cache(maxsize=65_536)
def _as_word(name: str, value: str) -> str:
    # 16 hexadecimal digits: one word, whose first five are as good as its own.
    return hashlib.blake2b(f"{name}\n{value}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _coded(documents: Sequence[FieldDocument], arrays: Mapping[str, Array], what: str) -> dict[str, Coded]:
    return {
        each.name: Coded(each.values, np.array(arrays[f"{what}_{number}"], np.int32))
        for number, each in enumerate(documents)
    }
