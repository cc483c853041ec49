"""What thresholds are chosen on: rows that came after those fitted on, which of them are strange, which labels wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.decide.familiarity import Familiarity
from triage.decide.promise import Evidence
from triage.learn.heads import to_positions
from triage.learn.inputs import Inputs
from triage.learn.model import IncidentModel
from triage.measure.splits import Split
from triage.training.ports import History

__all__ = ["Answers", "ChoosingRows", "find_doubtful", "take_choosing_rows", "to_evidence"]

Targets = Mapping[str, Sequence[str | None]]

_HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class Answers:
    """What is answered for one target.

    Parameters
    ----------
    classes : sequence of str
    chosen : ndarray of int64 of shape (n,)
        Position of the label of each row.
    confidence : ndarray of shape (n,)
        Its calibrated probability.
    """

    classes: Sequence[str]
    chosen: NDArray[np.int64]
    confidence: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChoosingRows:
    """Rows to choose thresholds on, oldest first.

    Parameters
    ----------
    inputs : Inputs
        Of the rows whose labels were known in time.
    truths : mapping of str to labels
    waiting : Inputs
        Of the rows of the same time whose labels were not.
    waits_h : ndarray of shape (n,)
        Hours until the labels were known; 0 where the history does not say.
    watched_h : ndarray of shape (n + n_waiting,)
        Hours from opening to the end of the slice: of all rows.
    """

    inputs: Inputs
    truths: Targets
    waiting: Inputs
    waits_h: NDArray[np.float64]
    watched_h: NDArray[np.float64]


def take_choosing_rows(history: History, inputs: Inputs, targets: Targets, split: Split) -> ChoosingRows:
    """Take the rows of a history that thresholds are chosen on.

    Parameters
    ----------
    history : History
    inputs : Inputs
        Of all its rows.
    targets : mapping of str to labels
        Of all its rows.
    split : Split
        Of the history.
    """
    rows, waiting = split.threshold, split.threshold_waiting
    truths = {target: [labels[row] for row in rows.tolist()] for target, labels in targets.items()}
    waits = watched = np.zeros(0)
    if history.opened_at is not None and history.known_at is not None and len(waiting):
        opened, known = (each.to_numpy("datetime64[ns]") for each in (history.opened_at, history.known_at))
        waits = np.nan_to_num((known[rows] - opened[rows]) / _HOUR)
        watched = (opened[split.newest[0]] - opened[np.concatenate([rows, waiting])]) / _HOUR
    else:
        waits, watched = np.zeros(len(rows)), np.ones(len(rows))
    return ChoosingRows(inputs.take(rows.tolist()), truths, inputs.take(waiting.tolist()), waits, watched)


def to_evidence(
    found: Answers,
    labels: Sequence[str | None],
    waiting: NDArray[np.float64],
    choosing: ChoosingRows,
    keeps: NDArray[np.bool_],
) -> Evidence:
    """Return what the rows say of one target's thresholds.

    Parameters
    ----------
    found : Answers
    labels : sequence of (str or None)
        How the rows ended. A label that the model does not know counts as an error; a row without one says nothing.
    waiting : ndarray of shape (n_waiting,)
        Probability of what is answered in each waiting row that may count.
    choosing : ChoosingRows
    keeps : ndarray of bool of shape (n,)
        Which rows may count.
    """
    has_label = np.array([label is not None for label in labels], bool)
    counts = has_label & keeps
    correct = found.chosen[counts] == to_positions(labels, found.classes)[counts]
    # Of those that wait, as many will turn out to have no label.
    n_counting = round(len(waiting) * np.count_nonzero(has_label) / max(len(has_label), 1))
    will_count = np.linspace(0, len(waiting), n_counting, endpoint=False).astype(np.int64)
    known = found.confidence[counts], correct
    return Evidence.with_waiting(known, choosing.waits_h[counts], choosing.watched_h, waiting[will_count])


def find_doubtful(model: IncidentModel, usual: Familiarity | None, inputs: Inputs) -> NDArray[np.bool_]:
    """Tell of each row whether its labels are not automatic, as it is strange to the model or says nothing.

    Parameters
    ----------
    model : IncidentModel
    usual : Familiarity or None
        None: nothing is strange.
    inputs : Inputs

    Returns
    -------
    ndarray of bool of shape (len(inputs),)
    """
    if usual is None:
        return np.zeros(len(inputs), bool)
    answers = enumerate(model.answer(inputs, most_reasons=0))
    return np.array(
        [
            answer.is_blank or bool(usual.doubt_at(model.features, inputs, row, answer.row.ids))
            for row, answer in answers
        ],
        bool,
    )
