"""The warnings that are open by evidence, at most one an entity, and those that a chunk of answers opens and closes."""

from __future__ import annotations

from collections.abc import Mapping

from triage.domain import Cause, EarlyWarning
from triage.errors import BundleRefused
from triage.parts import JSON
from triage.watch.alerting import CLOSED
from triage.watch.bank import Bank
from triage.watch.documents import to_document, warnings_in
from triage.watch.kernel import Answers
from triage.watch.warnings import close_warning, open_warning

__all__ = ["OpenWarnings"]


class OpenWarnings:
    """The warnings that are open, by the row of their entity.

    Parameters
    ----------
    bank : Bank
        The watcher's: it names series and entities, and knows how high evidence has been.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._held: dict[int, EarlyWarning] = {}

    @property
    def listed(self) -> tuple[EarlyWarning, ...]:
        """All of them, by entity in order of appearance, each with its highest score so far."""
        return tuple(close_warning(self._held[row], None, self._bank.peak_of(row)) for row in sorted(self._held))

    def follow(self, row: int, answers: Answers, place: int) -> EarlyWarning:
        """Return the warning that was opened or closed at a point.

        Parameters
        ----------
        row : int
            The point's series.
        answers : Answers
        place : int
            Where among them the point is.
        """
        table = self._bank.table
        entity, event_ns, peak = table.owners[row], int(answers.event_ns[place]), float(answers.peak[place])
        if answers.event[place] == CLOSED:
            return close_warning(self._held.pop(entity), event_ns, peak)
        ranked = zip(answers.cause[place].tolist(), answers.share[place].tolist(), strict=True)
        causes = tuple(Cause(table.metrics[cause], share) for cause, share in ranked if cause >= 0 and share > 0.0)
        self._held[entity] = open_warning(table.entities[entity], event_ns, peak, causes)
        return self._held[entity]

    def to_document(self) -> list[JSON]:
        """Return them as JSON: `take_up` goes on with them."""
        return [to_document(self._held[row]) for row in sorted(self._held)]

    def take_up(self, document: Mapping[str, JSON], key: str) -> None:
        """Go on with what stands under a key.

        Raises
        ------
        BundleRefused
            When that is not of the entities that the bank says have an open warning.
        """
        rows = {name: row for row, name in enumerate(self._bank.table.entities)}
        found = warnings_in(document, key)
        self._held = {rows[warning.entity]: warning for warning in found if warning.entity in rows}
        if len(found) != len(self._held) or set(self._held) != self._bank.open_entities():
            raise BundleRefused("The watcher's open warnings are not those of its entities. Train the model again.")
