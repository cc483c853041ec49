"""One feature pass for all heads: the text's features first, then the fields'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from triage.domain import Reason
from triage.learn.fields import FieldFeatures, fit_fields
from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, InputColumns, Inputs
from triage.learn.rows import Row
from triage.learn.terms import TermFeatures, fit_terms

__all__ = ["Features", "fit_features"]


class Features:
    """What every head reads: text and field features of one set of columns.

    Parameters
    ----------
    columns : InputColumns
        Which columns they come from.
    terms : TermFeatures
    fields : FieldFeatures
    """

    def __init__(self, columns: InputColumns, terms: TermFeatures, fields: FieldFeatures) -> None:
        self.columns = columns
        self.terms = terms
        self.fields = fields

    def __len__(self) -> int:
        return len(self.terms) + self.fields.n_features

    def rows(self, inputs: Inputs) -> list[Row]:
        """Return the features of each row; a row's features depend on nothing but that row."""
        return [self._row(text, inputs.field_values(at)) for at, text in enumerate(inputs.texts)]

    def _row(self, text: str, fields: dict[str, str | None]) -> Row:
        of_text, of_fields = self.terms.row(text), self.fields.row(fields)
        return Row(
            np.concatenate([of_text.ids, of_fields.ids + len(self.terms)]),
            np.concatenate([of_text.values, of_fields.values]),
        )

    def is_blank(self, fields: dict[str, str | None], row: Row) -> bool:
        """Return whether a row holds no known word or piece and no field, the time of opening aside."""
        has_text = len(row.ids) > len(self.fields.values)
        return not has_text and all(fields[name] is None for name in self.columns.fields)

    def reasons(
        self, text: str, fields: dict[str, str | None], row: Row, contributions: Sequence[float]
    ) -> list[Reason]:
        """Name what each feature of a row adds.

        Parameters
        ----------
        text, fields
            What the row was made of.
        row : Row
        contributions : sequence of float
            One for each feature of the row.

        Returns
        -------
        list of Reason
            One a word, pair of words and field; their contributions add up to the sum of what was given.
        """
        added = dict(zip(row.ids.tolist(), contributions, strict=True))
        # A row ends with one feature a field, in feature order, whatever the order of what it was made of.
        numbers = row.ids[len(row.ids) - len(self.fields.values) :].tolist()
        of_fields = [
            _field_reason(name, fields[name], added.pop(number))
            for name, number in zip(self.fields.values, numbers, strict=True)
        ]
        of_text = self.terms.spread(text, added)
        return [Reason("term", term, "", amount) for term, amount in of_text.items()] + of_fields


def _field_reason(name: str, value: str | None, amount: float) -> Reason:
    kind = "time" if name in (OPENED_HOUR, OPENED_WEEKDAY) else "field"
    return Reason(kind, name, value or "", amount)


def fit_features(inputs: Inputs, columns: InputColumns) -> Features:
    """Learn the vocabulary of the texts and the values of the fields.

    Parameters
    ----------
    inputs : Inputs
        Training rows only.
    columns : InputColumns
        The columns they were read from.
    """
    return Features(columns, fit_terms(inputs.texts), fit_fields(inputs.fields))
