"""How a model does on rows it was not fitted on: a run's newest slice and any later file, by one function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from triage.decide.choices import target_choices, target_probabilities
from triage.decide.documents import to_policy
from triage.decide.policy import Policy
from triage.domain import ModelRef
from triage.errors import DataError, Problem
from triage.learn.heads import to_positions
from triage.learn.inputs import Inputs, from_frame
from triage.learn.model import IncidentModel
from triage.measure.scores import HeadScores, Promise, score_head
from triage.measure.splits import Split, split_by_time
from triage.training.evidence import find_doubtful
from triage.training.outlooks import OutlookScores, judge_outlook
from triage.training.ports import Bundle, History

__all__ = ["Evaluation", "Fit", "Slice", "evaluate", "probabilities", "score", "split_history"]

_BATCH = 4_096

Probabilities = Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]


class Slice(StrEnum):
    """Which rows of a file are judged."""

    NEWEST = "newest"
    VALIDATE = "validate"
    ALL = "all"


class Fit(StrEnum):
    """Which of a bundle's two fits was judged."""

    BEFORE_REFIT = "before-refit"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out of judging a model on a file.

    Parameters
    ----------
    model : ModelRef
    fit : Fit
        ``served`` when the model that answers live has seen none of the rows; otherwise ``before-refit``, the fit that
        was kept from before the newest rows were learnt too.
    rows, in_slice, left_out : int
        Incidents in the file, in the slice, and of those left out because the fit was made on them.
    scores : tuple of HeadScores
    outlook : OutlookScores
        How what the model says beside labels did on the same rows.
    """

    model: ModelRef
    fit: Fit
    rows: int
    in_slice: int
    left_out: int
    scores: tuple[HeadScores, ...]
    outlook: OutlookScores


def split_history(history: History) -> Split:
    """Cut a history by time, with an embargo where it says when labels became known."""
    opened = None if history.opened_at is None else history.opened_at.to_numpy("datetime64[ns]")
    known = None if history.known_at is None else history.known_at.to_numpy("datetime64[ns]")
    return split_by_time(len(history), opened, known)


def probabilities(model: IncidentModel, policy: Policy, inputs: Inputs) -> Probabilities:
    """Return every target's labels and probabilities of shape (n, n_labels), derived ones included.

    Parameters
    ----------
    model : IncidentModel
    policy : Policy
        Says whether priority follows from impact and urgency.
    inputs : Inputs
        Any number of rows: they are answered 4,096 at a time, which bounds the memory.
    """
    parts = [model.probabilities(inputs.take(rows)) for rows in _in_batches(len(inputs))]
    found = {head.target: np.concatenate([part[head.target] for part in parts]) for head in model.heads}
    return target_probabilities(policy, {head.target: (head.classes, found[head.target]) for head in model.heads})


def _in_batches(n: int) -> list[range]:
    """Return the rows in batches, at least one: the features of one take 30 MB, those of a whole file gigabytes."""
    return [range(begin, min(begin + _BATCH, n)) for begin in range(0, max(n, 1), _BATCH)]


def score(
    found: Probabilities,
    policy: Policy,
    judged: tuple[Mapping[str, Sequence[str | None]], NDArray[np.bool_]],
    majorities: Mapping[str, str],
) -> tuple[HeadScores, ...]:
    """Score probabilities against how the incidents ended.

    Parameters
    ----------
    found : mapping of str to (labels, probabilities)
        By target.
    policy : Policy
        Whose thresholds decide what would have been labelled.
    judged : tuple
        Labels (str or None) by target, of which rows without one are not judged; and of each row whether it is doubted
        as serving would doubt it, so that nothing of it is automatic.
    majorities : mapping of str to str
        The commonest label of the rows that were fitted on, by target.
    """
    scores = []
    truths, doubtful = judged
    choices = target_choices(policy, found)
    for target, (labels, predicted) in found.items():
        known = np.array([label is not None for label in truths[target]], bool)
        new = sorted({label for label in (*truths[target], majorities[target]) if label is not None} - set(labels))
        classes = (*labels, *new)
        rule = policy.targets[target]
        is_barred = np.array([not rule.may_be_automatic(label) for label in labels], bool)
        chosen = choices[target]
        barred = doubtful | is_barred[chosen]
        scores.append(
            score_head(
                target,
                classes,
                to_positions(truths[target], classes)[known],
                predicted[known],
                majority=classes.index(majorities[target]),
                promise=Promise(
                    rule.promise, None if rule.auto is None else rule.auto.at_least, barred[known], chosen[known]
                ),
            )
        )
    return tuple(scores)


def evaluate(bundle: Bundle, history: History, which: Slice = Slice.NEWEST) -> Evaluation:
    """Judge a stored model on a file.

    Parameters
    ----------
    bundle : Bundle
    history : History
        Holds the columns that the model reads, and its targets.
    which : Slice, default=Slice.NEWEST
        The slice of the file, cut as in training, see `split_by_time`: ``validate``, the newest 20 % ``newest``.

    Raises
    ------
    DataError
        When no row is left to judge.
    """
    policy = to_policy(bundle.parts["policy"])
    split = split_history(history)
    rows = {Slice.NEWEST: split.newest, Slice.VALIDATE: split.validate, Slice.ALL: np.arange(len(history))}[which]
    memory = bundle.parts["rows"].arrays
    fit = Fit.BEFORE_REFIT if np.isin(history.keys[rows], memory["served"]).any() else Fit.SERVED
    seen = [memory[name] for name in _seen_by(fit, which)]
    kept = rows[~np.isin(history.keys[rows], np.concatenate(seen))]
    if not len(kept):
        problem = Problem("hold no row that the model was not fitted on", "rows", count=len(rows))
        raise DataError(f"Nothing is left to judge {bundle.name!r} on in the {which} slice.", [problem])
    model = IncidentModel.from_part(bundle.parts[fit.value.replace("-", "_")])
    inputs = from_frame(history.inputs, history.opened_at, model.columns)
    asked = inputs.take(kept.tolist())
    found = probabilities(model, policy, asked)
    truths = {str(name): labels.iloc[kept].tolist() for name, labels in history.targets.items()}
    doubtful = find_doubtful(model, policy.familiarity, asked)
    scores = score(found, policy, (truths, doubtful), _majorities(bundle))
    is_before = fit is Fit.BEFORE_REFIT
    outlook = judge_outlook(bundle, model.features, history, inputs, kept, before_refit=is_before)
    return Evaluation(
        ModelRef(bundle.name, bundle.version), fit, len(history), len(rows), len(rows) - len(kept), scores, outlook
    )


def _seen_by(fit: Fit, which: Slice) -> tuple[str, ...]:
    if fit is Fit.SERVED:
        return ("served",)
    # The validation slice is where calibration and thresholds were chosen; who asks for it by name is shown it.
    return ("fitted",) if which is Slice.VALIDATE else ("fitted", "chosen_on")


def _majorities(bundle: Bundle) -> dict[str, str]:
    majorities = bundle.card["majorities"]
    if not isinstance(majorities, Mapping):
        raise DataError(f"The card of {bundle.name!r} names no majorities.")
    return {target: str(label) for target, label in majorities.items()}
