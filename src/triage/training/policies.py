"""Chooses a model's policy on rows that neither weights nor calibration have seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.decide.choices import target_choices
from triage.decide.familiarity import Familiarity
from triage.decide.policy import LEAST_TICKETS, SUGGESTION_PROMISE, Policy, TargetPolicy
from triage.decide.priority import IMPACT, PRIORITY, URGENCY, PriorityRule, learn_matrix
from triage.decide.promise import choose_threshold
from triage.learn.familiarity import unseen_fields, words_a_character
from triage.learn.features import Features
from triage.learn.fitting import check_labels
from triage.learn.heads import to_positions
from triage.learn.inputs import Inputs
from triage.learn.model import IncidentModel
from triage.measure.calibration import Calibration, fit_calibration
from triage.training.evaluation import probabilities
from triage.training.evidence import Answers, ChoosingRows, find_doubtful, to_evidence

__all__ = ["choose_policy", "choose_priority_rule", "name_derived"]

Targets = Mapping[str, Sequence[str | None]]

# One usual ticket in 200 is taken for a strange one.
_STRANGE = 0.005
# A field whose values are unseen more often says nothing by it: callers, hosts. Below so many rows nothing is known.
_MOST_UNSEEN, _LEAST_ROWS = 0.02, 20


def name_derived(targets: Sequence[str]) -> str | None:
    """Return which target follows from two others: priority, where impact and urgency are targets too."""
    usual = {target.casefold(): target for target in targets}
    return usual.get(PRIORITY) if IMPACT in usual and URGENCY in usual else None


def choose_priority_rule(
    model: IncidentModel,
    fitted: Targets,
    calibrate: tuple[Inputs, Targets],
    priority: str,
    under_cost: float = 1.0,
) -> PriorityRule:
    """Read the matrix off the fitted rows and calibrate what it gives on later ones.

    Parameters
    ----------
    model : IncidentModel
        Has heads for impact and urgency.
    fitted : mapping of str to labels
        Targets of the rows that were fitted on.
    calibrate : tuple of Inputs and Targets
        Later rows.
    priority : str
        The target to derive.
    under_cost : float, default=1.0
        See `PriorityRule`.

    Raises
    ------
    DataError
        When fewer than two priorities occur among the rows that were fitted on.
    """
    check_labels({priority: fitted[priority]})
    heads = {head.target.casefold(): head for head in model.heads}
    impact, urgency = heads[IMPACT], heads[URGENCY]
    history = list(zip(fitted[impact.target], fitted[urgency.target], fitted[priority], strict=True))
    matrix = learn_matrix(impact.classes, urgency.classes, history)
    classes = tuple(sorted(set(matrix.values())))
    rule = PriorityRule(impact.target, urgency.target, priority, classes, matrix, Calibration(), under_cost)
    found = model.probabilities(calibrate[0])
    margins = rule.margins((impact.classes, found[impact.target]), (urgency.classes, found[urgency.target]))
    truth = to_positions(calibrate[1][priority], classes)
    return replace(rule, calibration=fit_calibration(margins[truth >= 0], truth[truth >= 0]))


def choose_policy(
    model: IncidentModel,
    choosing: ChoosingRows,
    promise: float,
    rule: PriorityRule | None,
    history: tuple[Targets, NDArray[np.int64]],
) -> Policy:
    """Choose what may be done with a model's answers.

    Parameters
    ----------
    model : IncidentModel
        Calibrated.
    choosing : ChoosingRows
        Neither fitted nor calibrated on.
    promise : float
        Precision of automatic labels, in (0, 1).
    rule : PriorityRule or None
        Becomes part of the policy.
    history : tuple of mapping of str to labels, and ndarray of int64
        The labels of all rows, and the rows that came before those that judge: labels of too few of these are never
        automatic, among them those that came up later.

    Notes
    -----
    What is never automatic, strange incidents and rare labels, is no evidence either: a threshold is to keep its
    promise among what it lets through.
    """
    targets, older = history
    usual = _choose_familiarity(model, choosing.inputs)
    trusted, trusted_waiting = (~find_doubtful(model, usual, rows) for rows in (choosing.inputs, choosing.waiting))
    answers, waiting = (_answers(model, rule, rows) for rows in (choosing.inputs, choosing.waiting))
    rules = {}
    for target, found in answers.items():
        rare = _rare_labels(targets[target], older)
        is_rare = np.array([label in rare for label in found.classes], bool)
        of_waiting, truths = waiting[target], choosing.truths[target]
        usable, usable_waiting = (~is_rare[each.chosen] for each in (found, of_waiting))
        auto = to_evidence(
            found, truths, of_waiting.confidence[trusted_waiting & usable_waiting], choosing, trusted & usable
        )
        suggest = to_evidence(found, truths, of_waiting.confidence[trusted_waiting], choosing, trusted)
        rules[target] = TargetPolicy(
            promise,
            auto=choose_threshold(auto, promise),
            suggest=choose_threshold(suggest, min(SUGGESTION_PROMISE, promise)),
            rare=rare,
        )
    return Policy(rules, rule, usual)


def _answers(model: IncidentModel, rule: PriorityRule | None, inputs: Inputs) -> dict[str, Answers]:
    without = Policy({}, rule)
    found = probabilities(model, without, inputs)
    return {
        target: Answers(found[target][0], chosen, found[target][1][np.arange(len(chosen)), chosen])
        for target, chosen in target_choices(without, found).items()
    }


def _choose_familiarity(model: IncidentModel, inputs: Inputs) -> Familiarity:
    features = model.features
    of_rows = zip(features.rows(inputs), inputs.texts, strict=True)
    found = [words_a_character(features, row.ids, text) for row, text in of_rows]
    known = [density for density in found if density is not None]
    fields = tuple(name for name in model.columns.fields if _says_something(features, name, inputs))
    enough = len(known) >= _LEAST_ROWS
    return Familiarity(float(np.quantile(known, _STRANGE, method="lower")) if enough else 0.0, fields)


def _says_something(features: Features, name: str, inputs: Inputs) -> bool:
    given = [row for row, value in enumerate(inputs.fields[name]) if value is not None]
    unseen = sum(len(unseen_fields(features, [name], inputs, row)) for row in given)
    return len(given) >= _LEAST_ROWS and unseen <= _MOST_UNSEEN * len(given)


def _rare_labels(labels: Sequence[str | None], older: NDArray[np.int64]) -> tuple[str, ...]:
    counts = Counter(labels[row] for row in older.tolist())
    return tuple(sorted(label for label in set(labels) if label is not None and counts[label] < LEAST_TICKETS))
