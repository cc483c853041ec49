"""Whether an incident is like what was learnt from: a strange one is trusted less, whatever its probability says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.domain import Decision
from triage.learn.familiarity import unseen_fields, words_a_character
from triage.learn.features import Features
from triage.learn.inputs import Inputs

__all__ = ["Familiarity", "lower"]

_LOWER = {Decision.AUTO: Decision.SUGGEST, Decision.SUGGEST: Decision.ABSTAIN, Decision.ABSTAIN: Decision.ABSTAIN}


@dataclass(frozen=True, slots=True)
class Familiarity:
    """What usual incidents look like.

    Parameters
    ----------
    least_words : float
        Known words and pairs of words a character of the text, at least 0; a text with fewer is in words that were not
        learnt from, for instance in another language.
    fields : tuple of str
        Fields that hardly ever have a value that was not learnt from, so that such a value says something.
    """

    least_words: float
    fields: tuple[str, ...]

    def doubt_at(self, features: Features, inputs: Inputs, row: int, ids: NDArray[np.int32]) -> str:
        """Return why a row is strange, as `doubt` does.

        Parameters
        ----------
        features : Features
            Of the model that answers.
        inputs : Inputs
        row : int
            Which of the inputs.
        ids : ndarray of int32
            The features that it has.
        """
        known = words_a_character(features, ids, inputs.texts[row])
        return self.doubt(known, unseen_fields(features, self.fields, inputs, row))

    def doubt(self, words_a_character: float | None, unseen: Sequence[str]) -> str:
        """Return why an incident is strange, as a clause; empty where it is not.

        Parameters
        ----------
        words_a_character : float or None
            Of its text; None where it has none.
        unseen : sequence of str
            Which of ``fields`` have a value that was not learnt from.

        Examples
        --------
        >>> Familiarity(0.1, ("site",)).doubt(0.2, ["site"])
        "the value of 'site' was never seen in training"
        """
        if words_a_character is not None and words_a_character < self.least_words:
            return "hardly a word of the text was seen in training; it may be in another language"
        if unseen:
            return f"the value of {', '.join(map(repr, unseen))} was never seen in training"
        return ""


def lower(decision: Decision, why: str, doubt: str) -> tuple[Decision, str]:
    """Lower a decision by one step for a doubt, and say so; without one it stays what it is."""
    return (_LOWER[decision], f"Trusted less, as {doubt}. {why}") if doubt else (decision, why)
