"""One feature pass for all heads: the text's features first, then the fields'."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from triage.domain import Reason
from triage.learn.crosses import PAIR_WEIGHT, choose_pairs, cross, split_known
from triage.learn.fields import FieldFeatures, fit_fields
from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, InputColumns, Inputs
from triage.learn.pair_kernel import Pairs, build_pairs
from triage.learn.rows import Rows
from triage.learn.terms import TermFeatures
from triage.learn.vocabulary import fit_terms

__all__ = ["Features", "fit_features"]


class Features:
    """What every head reads: text and field features of one set of columns.

    Parameters
    ----------
    columns : InputColumns
        Which columns they come from.
    terms : TermFeatures
    fields : FieldFeatures
        Those of the fields, and of their pairs after them.
    pairs : tuple of (str, str), default=()
        The fields that are crossed.
    """

    def __init__(
        self,
        columns: InputColumns,
        terms: TermFeatures,
        fields: FieldFeatures,
        pairs: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.columns = columns
        self.terms = terms
        self.fields = fields
        self.pairs = pairs
        self.crossed = _to_pairs(fields, pairs, len(terms))

    def __len__(self) -> int:
        return len(self.terms) + self.fields.n_features

    def rows(self, inputs: Inputs) -> Rows:
        """Return the features of each row; a row's features depend on nothing but that row."""
        return self.terms.rows(inputs.texts, self.numbers(inputs), self.crossed)

    def numbers(self, inputs: Inputs) -> NDArray[np.int32]:
        """Return the features of the fields, without their pairs, of shape (n_rows, n_fields)."""
        plain = len(self.fields.values) - len(self.pairs)
        return self.fields.numbers(inputs.fields, len(inputs), plain) + np.int32(len(self.terms))

    def reason(self, number: int, inputs: Inputs, row: int, amount: float) -> Reason:
        """Name what a field or pair of fields adds to a row's answer.

        Parameters
        ----------
        number : int
            Which, in feature order: the fields from 0 on, then the pairs.
        inputs : Inputs
        row : int
            Which of the inputs.
        amount : float
            In log-odds.
        """
        plain = len(self.fields.values) - len(self.pairs)
        if number < plain:
            name = next(islice(self.fields.values, number, None))
            kind = "time" if name in (OPENED_HOUR, OPENED_WEEKDAY) else "field"
            return Reason(kind, name, inputs.fields[name][row] or "", amount)
        pair = self.pairs[number - plain]
        *_, (name, (value,)) = cross({each: [inputs.fields[each][row]] for each in pair}, [pair]).items()
        return Reason("field", name, value or "", amount)


def fit_features(inputs: Inputs, columns: InputColumns) -> Features:
    """Learn the vocabulary of the texts, and the values of the fields and of their pairs.

    Parameters
    ----------
    inputs : Inputs
        Training rows only.
    columns : InputColumns
        The columns they were read from.
    """
    pairs = choose_pairs(inputs.fields)
    return Features(columns, fit_terms(inputs.texts), fit_fields(cross(inputs.fields, pairs)), pairs)


def _to_pairs(fields: FieldFeatures, pairs: Sequence[tuple[str, str]], first: int) -> Pairs:
    """Return the pairs as the kernels read them; the features of the fields begin at ``first``."""
    plain = list(fields.values)[: len(fields.values) - len(pairs)]
    place = {name: position for position, name in enumerate(plain)}
    members = np.array([[place[one], place[other]] for one, other in pairs], np.int32).reshape(-1, 2)
    missing = np.array(list(fields.offsets.values()), np.int32) + np.int32(first)
    known = [numbers for pair in pairs for numbers in split_known(pair, fields.values)]
    known_numbers = np.array(known, np.int32).reshape(-1, 3) + np.int32(first)
    return build_pairs(members, (missing[: len(plain)], missing[len(plain) :]), known_numbers, PAIR_WEIGHT)
