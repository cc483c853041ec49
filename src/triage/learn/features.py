"""One feature pass for all heads: the text's features first, then the fields'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.domain import Reason
from triage.learn.crosses import PAIR_WEIGHT, choose_pairs, cross
from triage.learn.fields import FieldFeatures, fit_fields
from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, InputColumns, Inputs
from triage.learn.rows import Row, Rows
from triage.learn.terms import TermFeatures, TextNames
from triage.learn.vocabulary import fit_terms

__all__ = ["Features", "RowNames", "fit_features"]


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

    def __len__(self) -> int:
        return len(self.terms) + self.fields.n_features

    def rows(self, inputs: Inputs) -> Rows:
        """Return the features of each row; a row's features depend on nothing but that row."""
        fields = self.fields.numbers(cross(inputs.fields, self.pairs), len(inputs)) + np.int32(len(self.terms))
        rows = self.terms.rows(inputs.texts, fields)
        for place in range(1, len(self.pairs) + 1):
            rows.values[rows.starts[1:] - place] = PAIR_WEIGHT
        return rows

    def is_blank(self, fields: Mapping[str, str | None], row: Row) -> bool:
        """Return whether a row holds no known word or piece and no field, the time of opening aside."""
        has_text = len(row.ids) > len(self.fields.values)
        return not has_text and all(fields[name] is None for name in self.columns.fields)

    def names(self, text: str, fields: Mapping[str, str | None]) -> RowNames:
        """Return what the features of a row are called: once for all the labels that reasons are wanted for."""
        crossed = cross({name: [value] for name, value in fields.items()}, self.pairs)
        in_order = {name: crossed[name][0] for name in self.fields.values}
        return RowNames(self.terms.names(text), in_order)


@dataclass(frozen=True, slots=True, eq=False)
class RowNames:
    """What the features of one row are called.

    Parameters
    ----------
    of_text : TextNames
    of_fields : mapping of str to (str or None)
        The row's values, in feature order.
    """

    of_text: TextNames
    of_fields: Mapping[str, str | None]

    def reasons(self, contributions: NDArray[np.float64], most: int | None = None) -> list[Reason]:
        """Name what each feature of the row adds.

        Parameters
        ----------
        contributions : ndarray of float64 of shape (n_row_features,)
        most : int or None, default=None
            Return only the largest, largest first, by absolute size, then kind and name. None returns all, the terms
            in order of the text, then the fields.

        Returns
        -------
        list of Reason
            One a word, pair of words and field; all contributions add up to the sum of what was given.
        """
        # A row ends with one feature a field.
        cut = len(contributions) - len(self.of_fields)
        of_text = self.of_text.share_out(contributions[:cut])
        amounts = np.concatenate((of_text, contributions[cut:]))
        if most is None:
            return self._name(np.arange(len(amounts)), amounts)
        sizes = np.abs(amounts)
        # Ties with the last one take part, as their names decide.
        bar = np.partition(sizes, -most)[-most] if 0 < most < len(sizes) else 0.0
        found = self._name((sizes >= bar).nonzero()[0], amounts)
        return sorted(found, key=lambda reason: (-abs(reason.contribution), reason.kind, reason.name))[:most]

    def _name(self, numbers: NDArray[np.int64], amounts: NDArray[np.float64]) -> list[Reason]:
        n_terms, fields = len(amounts) - len(self.of_fields), list(self.of_fields.items())
        return [
            Reason("term", self.of_text.name(number), "", amount)
            if number < n_terms
            else _field_reason(fields[number - n_terms], amount)
            for number, amount in zip(numbers.tolist(), amounts[numbers].tolist(), strict=True)
        ]


def _field_reason(field: tuple[str, str | None], amount: float) -> Reason:
    name, value = field
    kind = "time" if name in (OPENED_HOUR, OPENED_WEEKDAY) else "field"
    return Reason(kind, name, value or "", amount)


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
