"""How much of an incident a model knows: its words, and its fields' values. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.learn.features import Features
from triage.learn.inputs import Inputs

__all__ = ["unseen_fields", "words_a_character"]


def words_a_character(features: Features, ids: NDArray[np.int32], text: str) -> float | None:
    """Return how many known words and pairs of words a text has, by its length; None where there is no text.

    Parameters
    ----------
    features : Features
    ids : ndarray of int32
        The features of the incident's row.
    text : str

    Notes
    -----
    Pieces of words are left out, as languages share them. On the 8-topic tickets usual texts have .21, one in 200 less
    than .09; the same complaints in six other languages had 0 to .07.
    """
    if not text:
        return None
    # Words and their pairs are the first of the views, in a row as in the vocabulary: where they end is looked for.
    return int(ids.searchsorted(np.int32(features.terms.sizes[0]))) / len(text)


def unseen_fields(features: Features, names: Sequence[str], inputs: Inputs, row: int) -> list[str]:
    """Return which of the fields have a value in a row that the features do not know.

    Parameters
    ----------
    features : Features
    names : sequence of str
        Fields of the features.
    inputs : Inputs
    row : int
        Which of the inputs.
    """
    found = []
    for name in names:
        value = inputs.fields[name][row]
        if value is not None and value not in features.fields.values[name]:
            found.append(name)
    return found
