"""How far the watchers of a bundle have seen each entity, so that nobody judges them on what they learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from triage.errors import BundleRefused
from triage.measure.warnings import Incidents, Window
from triage.parts import Part
from triage.training.metrics import MetricHistory

__all__ = ["MetricFit", "Reach", "spans_of", "were_watched"]

_Ints = NDArray[np.int64]

_WEEK_NS = 7 * 86_400 * 10**9
_NEVER = np.iinfo(np.int64).min


class MetricFit(StrEnum):
    """Which of a bundle's two watchers was judged."""

    BEFORE_REFIT = "before-refit"
    SERVED = "served"


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """How far the two watchers of a bundle have seen each entity.

    Parameters
    ----------
    entities : tuple of str
    fitted_ns, served_ns : ndarray of int64 of shape (n_entities,)
        Event time of the newest row that the fit from before the refit, and the one that answers live, learnt from.
    """

    entities: tuple[str, ...]
    fitted_ns: _Ints
    served_ns: _Ints

    @classmethod
    def of(cls, fitted: MetricHistory, served: MetricHistory) -> Reach:
        """Read it off the two histories, which have the same entities."""
        return cls(served.entities, _newest(fitted), _newest(served))

    def to_part(self) -> Part:
        """Return it as a part of a bundle."""
        return Part({"fitted_ns": self.fitted_ns, "served_ns": self.served_ns}, {"entities": list(self.entities)})

    @classmethod
    def from_part(cls, part: Part) -> Reach:
        """Read it from a part of a bundle."""
        entities = part.document["entities"]
        if not isinstance(entities, list):
            raise BundleRefused("The bundle does not say which entities were learnt from. Train it again.")
        fitted_ns, served_ns = (np.asarray(part.arrays[name], np.int64) for name in ("fitted_ns", "served_ns"))
        return cls(tuple(str(entity) for entity in entities), fitted_ns, served_ns)

    def gap_to(self, history: MetricHistory) -> int:
        """Return by how many nanoseconds a file of steps must be moved to follow what was learnt; 0 where it need not.

        Notes
        -----
        Steps are often counted from 0 in every file. Whole weeks, so that hours and weekdays stay what they are.
        """
        if history.step_ns is None or not self.seen_by(MetricFit.SERVED, history).any():
            return 0
        behind_ns = int(self.served_ns.max()) - int(history.time_ns_of_row.min())
        return (behind_ns // _WEEK_NS + 1) * _WEEK_NS

    def seen_by(self, fit: MetricFit, history: MetricHistory) -> NDArray[np.bool_]:
        """Return which of a history's rows are no newer than what a fit learnt from."""
        newest_ns = self.fitted_ns if fit is MetricFit.BEFORE_REFIT else self.served_ns
        by_name = dict(zip(self.entities, newest_ns.tolist(), strict=True))
        until = np.array([by_name.get(entity, _NEVER) for entity in history.entities], dtype=np.int64)
        return history.time_ns_of_row <= until[history.entity_of_row]


def spans_of(history: MetricHistory) -> tuple[_Ints, _Ints]:
    """Return the first and last event time of each entity; first after last where it has no row."""
    first = np.full(len(history.entities), np.iinfo(np.int64).max)
    last = np.full(len(history.entities), _NEVER)
    np.minimum.at(first, history.entity_of_row, history.time_ns_of_row)
    np.maximum.at(last, history.entity_of_row, history.time_ns_of_row)
    return first, last


def were_watched(history: MetricHistory, incidents: Incidents, window: Window) -> NDArray[np.bool_]:
    """Return which incidents could have been warned of in time by somebody who has only this history.

    Parameters
    ----------
    history : MetricHistory
    incidents : Incidents
        Of the history's entities.
    window : Window
        Its entity must have been watched for the whole of it before the incident.
    """
    first, last = spans_of(history)
    first, last = first[incidents.entity], last[incidents.entity]
    is_there = first <= last
    reach_ns = window.gap_ns + window.horizon_ns
    ahead_ns = np.where(is_there, incidents.opened_ns, 0) - np.where(is_there, first, 0)
    behind_ns = np.where(is_there, incidents.opened_ns, 0) - np.where(is_there, last, 0)
    # A sample after the onset is not asked for: a unit that fails sends none.
    return np.asarray(is_there & (ahead_ns >= reach_ns) & (behind_ns <= reach_ns))


def _newest(history: MetricHistory) -> _Ints:
    return spans_of(history)[1]
