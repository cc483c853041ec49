"""A learnt incident model: features and heads. Answers rows and takes itself apart for storage; never fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from triage.domain import Reason
from triage.errors import BundleRefused
from triage.learn.bags import NO_BAG, Bag
from triage.learn.documents import ColumnsDocument, FieldDocument, HeadDocument, ModelDocument
from triage.learn.features import Features, RowNames
from triage.learn.fields import to_field_features
from triage.learn.heads import Answer, Head
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.terms import TermFeatures
from triage.measure.calibration import Calibration
from triage.parts import Array, Part

__all__ = ["IncidentModel", "RowAnswer"]


@dataclass(frozen=True)  # without slots, as it remembers the names
class RowAnswer:
    """Every head's answer on one incident, with what is needed to give reasons.

    Parameters
    ----------
    answers : dict of str to Answer
        By target.
    is_blank : bool
        Whether the incident gave nothing that the model knows how to read: no known word, no field. When it was opened
        alone says nothing about it.
    """

    answers: dict[str, Answer]
    is_blank: bool
    _features: Features
    _text: str
    _fields: dict[str, str | None]

    def reasons(self, target: str, label: int, most: int = 6) -> tuple[Reason, ...]:
        """Return the largest exact contributions to a label, for and against, by absolute size.

        Parameters
        ----------
        target : str
        label : int
            Position among the head's classes.
        most : int, default=6
        """
        return tuple(self._names.reasons(self.answers[target].contributions(label), most))

    @cached_property
    def _names(self) -> RowNames:
        return self._features.names(self._text, self._fields)


@dataclass(frozen=True, slots=True)
class IncidentModel:
    """Features learnt once, and a head for each target.

    Parameters
    ----------
    features : Features
    heads : tuple of Head
    bag : Bag, optional
        Hidden units over the features, where the heads have outputs of such.
    """

    features: Features
    heads: tuple[Head, ...]
    bag: Bag = NO_BAG

    @classmethod
    def from_part(cls, part: Part) -> IncidentModel:
        """Put a model together again; the inverse of :meth:`to_part`, to the last bit.

        Raises
        ------
        BundleRefused
            The part holds no incident model, or one of another version of the code.
        """
        try:
            return cls._from_part(part)
        except (ValueError, KeyError) as err:
            raise BundleRefused(
                f"This is no incident model that this version can read: {err}. Train it again."
            ) from err

    @classmethod
    def _from_part(cls, part: Part) -> IncidentModel:
        document = ModelDocument.model_validate(part.document)
        given = document.columns
        columns = InputColumns(given.text, given.fields, given.opened_at, given.time, given.tz)
        terms = TermFeatures(part.arrays["keys"], part.arrays["idf"], tuple(part.arrays["sizes"].tolist()))
        fields = to_field_features({field.name: field.values for field in document.fields})
        features = Features(columns, terms, fields, document.pairs)
        heads = (
            Head(
                target=head.target,
                classes=head.classes,
                weights=np.asarray(part.arrays[f"weights_{number}"], np.float32),
                intercept=np.asarray(part.arrays[f"intercept_{number}"], np.float64),
                calibration=Calibration(head.scale),
                outputs=np.asarray(part.arrays[f"outputs_{number}"], np.float32),
            )
            for number, head in enumerate(document.heads)
        )
        bag = Bag(np.asarray(part.arrays["embeddings"], np.float16), np.asarray(part.arrays["unit_bias"], np.float32))
        return cls(features, tuple(heads), bag)

    @property
    def columns(self) -> InputColumns:
        """The columns it reads."""
        return self.features.columns

    def head(self, target: str) -> Head:
        """Return the head of a target that the model has."""
        return next(head for head in self.heads if head.target == target)

    def answer(self, inputs: Inputs) -> Iterator[RowAnswer]:
        """Answer rows one by one; an answer depends on nothing but its own row."""
        for at, row in enumerate(self.features.rows(inputs)):
            fields = inputs.field_values(at)
            units = self.bag.units(row)
            answers = {head.target: head.answer(row, units) for head in self.heads}
            yield RowAnswer(answers, self.features.is_blank(fields, row), self.features, inputs.texts[at], fields)

    def probabilities(self, inputs: Inputs) -> Mapping[str, NDArray[np.float64]]:
        """Return calibrated probabilities of shape (n, n_classes) by target, to the last bit those of `answer`."""
        rows = self.features.rows(inputs)
        margins = {head.target: np.empty((len(rows), len(head.classes))) for head in self.heads}
        # Row by row: the units of one take 100 kB, those of a whole file would take gigabytes.
        for at, row in enumerate(rows):
            units = self.bag.units(row)
            for head in self.heads:
                margins[head.target][at] = head.margins_of(row, units)
        return {head.target: head.calibration.apply(margins[head.target]) for head in self.heads}

    def to_part(self) -> Part:
        """Take the model apart into arrays and one document."""
        terms = self.features.terms
        arrays: dict[str, Array] = {
            "keys": terms.keys,
            "idf": terms.idf,
            "sizes": np.array(terms.sizes),
            "embeddings": self.bag.embeddings,
            "unit_bias": self.bag.bias,
        }
        for number, head in enumerate(self.heads):
            arrays |= {
                f"weights_{number}": head.weights,
                f"intercept_{number}": head.intercept,
                f"outputs_{number}": head.outputs,
            }
        document = ModelDocument(
            columns=ColumnsDocument(
                text=self.columns.text,
                fields=self.columns.fields,
                opened_at=self.columns.opened_at,
                time=self.columns.time,
                tz=self.columns.tz,
            ),
            pairs=self.features.pairs,
            fields=tuple(
                FieldDocument(name=name, values=values) for name, values in self.features.fields.known_values().items()
            ),
            heads=tuple(
                HeadDocument(target=head.target, classes=head.classes, scale=head.calibration.scale)
                for head in self.heads
            ),
        )
        return Part(arrays, document.as_json())
