"""Takes back what the newest incidents of a history show not to be kept, before a model serves. Chooses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.decide.choices import target_choices
from triage.decide.policy import Policy, TargetPolicy
from triage.decide.refutation import refuted_labels
from triage.learn.heads import to_positions
from triage.training.evaluation import Probabilities

__all__ = ["take_back_refuted"]


def take_back_refuted(
    policy: Policy, found: Probabilities, judged: tuple[Mapping[str, Sequence[str | None]], NDArray[np.bool_]]
) -> Policy:
    """Return the policy with the labels marked whose automation the newest incidents refute.

    Parameters
    ----------
    policy : Policy
        Chosen on earlier rows.
    found : mapping of str to (labels, probabilities)
        By target, of the newest rows, which the model has not seen.
    judged : tuple
        As for :func:`triage.training.evaluation.score`.

    Notes
    -----
    Scores are those of the policy before: nothing is chosen by the newest rows but to do less.
    """
    choices = target_choices(policy, found)
    refuted = {
        target: _refuted(policy.targets[target], labels, predicted, choices[target], (judged[0][target], judged[1]))
        for target, (labels, predicted) in found.items()
    }
    targets = {
        target: replace(rule, refuted=refuted[target]) if refuted.get(target) else rule
        for target, rule in policy.targets.items()
    }
    return replace(policy, targets=targets)


def _refuted(
    rule: TargetPolicy,
    labels: Sequence[str],
    predicted: NDArray[np.float64],
    chosen: NDArray[np.int64],
    judged: tuple[Sequence[str | None], NDArray[np.bool_]],
) -> tuple[str, ...]:
    if rule.auto is None:
        return ()
    truths, doubtful = judged
    allowed = np.array([rule.may_be_automatic(label) for label in labels], bool)
    sure = predicted[np.arange(len(chosen)), chosen] >= rule.auto.at_least
    known = np.array([label is not None for label in truths], bool)
    rows = np.flatnonzero(sure & allowed[chosen] & known & ~doubtful)
    correct = to_positions(truths, labels)[rows] == chosen[rows]
    at_fault = refuted_labels(chosen[rows], correct, rule.promise, len(labels))
    return tuple(label for label, is_refuted in zip(labels, at_fault.tolist(), strict=True) if is_refuted)
