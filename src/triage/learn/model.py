"""A learnt incident model: features and heads. Answers rows and takes itself apart for storage; never fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from triage.errors import BundleRefused
from triage.learn.answers import Answerer, RowAnswer
from triage.learn.bags import NO_BAG, Bag
from triage.learn.documents import ColumnsDocument, FieldDocument, HeadDocument, LineageDocument, ModelDocument
from triage.learn.features import Features
from triage.learn.fields import to_field_features
from triage.learn.heads import Head
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.lineage import NO_LINEAGE, Lineage
from triage.learn.missing_fields import NO_FIELDS, FieldTable
from triage.learn.terms import TermFeatures
from triage.measure.calibration import Calibration
from triage.parts import Array, Part

__all__ = ["IncidentModel"]


@dataclass(frozen=True, slots=True)
class IncidentModel:
    """Features learnt once, and a head for each target.

    Parameters
    ----------
    features : Features
    heads : tuple of Head
    bag : Bag, optional
        Hidden units over the features, where the heads have outputs of such.
    lineage : tuple of Lineage, optional
        Which heads follow which; a parent's own comes before its children's.
    field_table : FieldTable, optional
        What missing fields would tell.
    """

    features: Features
    heads: tuple[Head, ...]
    bag: Bag = NO_BAG
    lineage: tuple[Lineage, ...] = NO_LINEAGE
    field_table: FieldTable = NO_FIELDS
    _answerer: Answerer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        answerer = Answerer(self.features, self.heads, self.bag, self.lineage, self.field_table)
        network = answerer.network
        object.__setattr__(self, "_answerer", answerer)
        # What lies in the network is not held twice.
        cuts = zip(self.heads, network.borders, network.borders[1:], strict=False)
        heads = tuple(replace(head, weights=network.weights[:, first:end]) for head, first, end in cuts)
        object.__setattr__(self, "heads", heads)
        object.__setattr__(self, "bag", Bag(*network.layer))

    @classmethod
    def from_part(cls, part: Part) -> IncidentModel:
        """Put a model together again; the inverse of :meth:`to_part`, to the last bit.

        Raises
        ------
        BundleRefused
            The part holds no incident model, one of another version of the code, or arrays that do not fit each other.
        """
        try:
            return cls._from_part(part)
        except (ValueError, KeyError) as err:
            why = f"{err} is missing" if isinstance(err, KeyError) else err
            raise BundleRefused(f"this version of triage cannot read it: {why}. Train it again.") from err

    @classmethod
    def _from_part(cls, part: Part) -> IncidentModel:
        document = ModelDocument.model_validate(part.document)
        given = document.columns
        columns = InputColumns(given.text, given.fields, given.opened_at, given.time, given.tz)
        terms = TermFeatures(part.arrays["keys"], part.arrays["idf"], tuple(part.arrays["sizes"].tolist()))
        fields = to_field_features({field.name: field.values for field in document.fields})
        features = Features(columns, terms, fields, document.pairs)
        heads = tuple(
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
        bag = Bag(
            np.asarray(part.arrays["embeddings"], np.int8),
            np.asarray(part.arrays["embedding_steps"], np.float32),
            np.asarray(part.arrays["unit_bias"], np.float32),
        )
        lineage = tuple(Lineage(each.child, each.parent, each.links) for each in document.lineage)
        table = NO_FIELDS
        if "field_shares" in part.arrays:
            shares, slopes = (np.asarray(part.arrays[f"field_{name}"], np.float32) for name in ("shares", "slopes"))
            table = FieldTable(shares, slopes)
        _check_shapes(features, heads, bag, table)
        return cls(features, heads, bag, lineage, table)

    @property
    def columns(self) -> InputColumns:
        """The columns it reads."""
        return self.features.columns

    @property
    def parents(self) -> dict[str, str]:
        """Which target follows which, by child."""
        return {each.child: each.parent for each in self.lineage}

    def head(self, target: str) -> Head:
        """Return the head of a target that the model has."""
        return next(head for head in self.heads if head.target == target)

    def answer(self, inputs: Inputs, most_reasons: int = 6) -> Iterator[RowAnswer]:
        """Answer rows one by one; an answer depends on nothing but its own row.

        Parameters
        ----------
        inputs : Inputs
        most_reasons : int, default=6
            Reasons a head; 0 for none.
        """
        return self._answerer.answer(inputs, most_reasons)

    def probabilities(self, inputs: Inputs) -> Mapping[str, NDArray[np.float64]]:
        """Return calibrated probabilities of shape (n, n_classes) by target, to the last bit those of `answer`."""
        cuts = np.split(self._answerer.probabilities(inputs), self._answerer.network.borders[1:-1], axis=1)
        return {head.target: of_head for head, of_head in zip(self.heads, cuts, strict=True)}

    def to_part(self) -> Part:
        """Take the model apart into arrays and one document."""
        terms = self.features.terms
        arrays: dict[str, Array] = {
            "keys": terms.keys,
            "idf": terms.idf,
            "sizes": np.array(terms.sizes),
            "embeddings": self.bag.embeddings,
            "embedding_steps": self.bag.steps,
            "unit_bias": self.bag.bias,
            "field_shares": self.field_table.shares,
            "field_slopes": self.field_table.slopes,
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
            lineage=tuple(
                LineageDocument(child=each.child, parent=each.parent, links=each.links) for each in self.lineage
            ),
        )
        return Part(arrays, document.as_json())


def _check_shapes(features: Features, heads: tuple[Head, ...], bag: Bag, table: FieldTable) -> None:
    """Raise ValueError unless all that was stored is of one set of features: kernels look at no bounds."""
    n_features, n_units, names = len(features), bag.n_units, features.columns.field_names
    if list(features.fields.values)[: len(names)] != list(names):
        raise ValueError(f"its columns have the fields {names}, its features {list(features.fields.values)}")
    if n_units and len(bag.embeddings) != n_features:
        raise ValueError(f"{len(bag.embeddings)} embeddings of {n_features} features")
    for head in heads:
        n = len(head.classes)
        fits = head.weights.shape in ((n_features, n), (0, n)) and head.outputs.shape in ((n_units, n), (0, n))
        if not (fits and head.intercept.shape == (n,)):
            raise ValueError(f"the head of {head.target!r} does not fit {n_features} features and {n_units} units")
    n_fields, n_labels = len(table.shares), sum(len(head.classes) for head in heads)
    wanted = (len(features.columns.fields), table.shares.shape[1], n_labels) if n_fields else table.shares.shape
    if table.shares.shape != wanted or table.slopes.shape not in ((len(heads), n_fields), (0, 0)):
        raise ValueError(f"what missing fields tell is of shapes {table.shares.shape} and {table.slopes.shape}")
