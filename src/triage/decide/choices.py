"""Which label is answered, and what follows from the heads' probabilities. Knows no model and no incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from triage.decide.policy import Policy

__all__ = ["target_choices", "target_probabilities"]


def target_probabilities(
    policy: Policy, of_heads: Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]
) -> Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]:
    """Add what follows from the heads' probabilities: priority, where the policy derives it.

    Parameters
    ----------
    policy : Policy
    of_heads : mapping of str to (labels, probabilities of shape (n, n_labels))
        By target.
    """
    rule = policy.priority
    if rule is None:
        return MappingProxyType(dict(of_heads))
    derived = rule.probabilities(of_heads[rule.impact], of_heads[rule.urgency])
    return MappingProxyType({**of_heads, rule.priority: (rule.classes, derived)})


def target_choices(
    policy: Policy, found: Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]
) -> Mapping[str, NDArray[np.int64]]:
    """Return the position of the label that is answered in each row, by target: the likeliest, but for costs.

    Parameters
    ----------
    policy : Policy
    found : mapping of str to (labels, probabilities of shape (n, n_labels))
        As `target_probabilities` returns them.
    """
    rule = policy.priority
    return {
        target: rule.choose(predicted) if rule is not None and target == rule.priority else predicted.argmax(axis=1)
        for target, (_, predicted) in found.items()
    }
