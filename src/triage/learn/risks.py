"""What may go wrong with an incident: breach, reassignment, escalation, as probabilities with reasons. Never fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.special import expit

from triage.domain import Reason
from triage.errors import BundleRefused
from triage.learn.features import Features
from triage.learn.inputs import Inputs
from triage.learn.outcome_shares import OutcomeShares
from triage.learn.row_kernel import add_weighted
from triage.learn.rows import Row
from triage.learn.trees import Trees
from triage.parts import Array, Part

__all__ = ["LINEAR_SHARE", "RiskAnswer", "RiskHead", "RiskModel"]

_Floats = NDArray[np.float64]

# What the linear part counts beside the trees. From a quarter to the whole, no slice of the event log lost .005 of the
# area under the curve; the rest is for calibration, which keeps the order.
LINEAR_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class RiskHead:
    """One risk's model: boosted trees over how incidents with the same values ended, and a linear part.

    Parameters
    ----------
    name : str
        ``breach``, ``reassignment`` or ``escalation``.
    weights : ndarray of float32 of shape (n_features, 1)
    intercept : float
    known : OutcomeShares
    trees : Trees
        Over the columns of ``known`` and, where there are texts, what the linear part says of the text; no tree where
        the linear part alone is better.
    linear_share : float
        What the linear part counts, beside 1 of the trees.
    scale, shift : float
        From the margin to the calibrated log-odds.
    """

    name: str
    weights: NDArray[np.float32]
    intercept: float
    known: OutcomeShares
    trees: Trees
    linear_share: float
    scale: float = 1.0
    shift: float = 0.0

    def margins(self, rows: Sequence[Row], features: Features) -> _Floats:
        """Return uncalibrated log-odds of shape (n,); a row's depend on nothing but that row."""
        linear = np.full(len(rows), self.intercept)
        for at, row in enumerate(rows):
            add_weighted(self.weights, row.ids, row.values, linear[at : at + 1])
        margins = linear * self.linear_share
        if len(self.trees) and len(rows):
            margins += self.trees.scores(self.columns(rows, features))
        return margins

    def probabilities(self, rows: Sequence[Row], features: Features) -> _Floats:
        """Return calibrated probabilities of shape (n,)."""
        return np.asarray(expit(self.margins(rows, features) * self.scale + self.shift))

    def columns(self, rows: Sequence[Row], features: Features) -> _Floats:
        """Return what the trees read, of shape (n, n_columns)."""
        n_fields = len(features.fields.values)
        numbers = np.array([row.ids[len(row.ids) - n_fields :] for row in rows], np.int32).reshape(len(rows), n_fields)
        found = self.known.columns(numbers - np.int32(len(features.terms))).astype(np.float64)
        if not len(features.terms):
            return found
        of_text = np.zeros(len(rows))
        for at, row in enumerate(rows):
            cut = len(row.ids) - n_fields
            add_weighted(self.weights, row.ids[:cut], row.values[:cut], of_text[at : at + 1])
        return np.column_stack([found, of_text])

    def contributions(self, row: Row, features: Features) -> _Floats:
        """Return what each field or pair of a row adds to the calibrated log-odds, and, last, what its text does.

        Notes
        -----
        Exact for the linear part. What trees say is put down to the features that were asked on the way, see
        :meth:`Trees.contributions`; with the intercept, the trees' base and the shift all add up to the log-odds.
        """
        n_fields = len(features.fields.values)
        cut = len(row.ids) - n_fields
        linear = self.weights[row.ids, 0] * row.values * self.linear_share
        added = np.append(linear[cut:], linear[:cut].sum())
        if len(self.trees):
            of_columns = self.trees.contributions(self.columns([row], features)[0])
            added[:n_fields] += of_columns[:n_fields] + of_columns[n_fields : 2 * n_fields]
            added[n_fields] += of_columns[2 * n_fields :].sum()
        return added * self.scale


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """One risk of one incident.

    Parameters
    ----------
    name : str
    probability : float
        Calibrated, in [0, 1]; higher is worse.
    """

    name: str
    probability: float
    _head: RiskHead
    _features: Features
    _row: Row

    def reasons(self, inputs: Inputs, at: int, most: int = 6) -> tuple[Reason, ...]:
        """Return the largest contributions to the log-odds, for and against, by absolute size.

        Parameters
        ----------
        inputs : Inputs
        at : int
            Which of the inputs the answer is on.
        most : int, default=6
        """
        if not most:
            return ()
        added = self._head.contributions(self._row, self._features)
        largest = (-np.abs(added)).argsort(kind="stable")[:most].tolist()
        amounts: list[float] = added[largest].tolist()
        n_fields = len(added) - 1
        return tuple(
            self._features.reason(number, inputs, at, amount) if number < n_fields else Reason("text", "", "", amount)
            for number, amount in zip(largest, amounts, strict=True)
            if amount
        )


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """The risks that a history tells of, over the features of an incident model.

    Parameters
    ----------
    features : Features
        Those of the incident model that stands in the same bundle.
    heads : tuple of RiskHead
    """

    features: Features
    heads: tuple[RiskHead, ...]

    @classmethod
    def from_part(cls, part: Part, features: Features) -> RiskModel:
        """Put a model together again; the inverse of :meth:`to_part`, to the last bit.

        Parameters
        ----------
        part : Part
        features : Features
            Those of the incident model that stands in the same bundle.

        Raises
        ------
        BundleRefused
            The part holds no risks, some of another version of the code, or of other features.
        """
        try:
            document = _ModelDocument.model_validate(part.document)
            heads = tuple(_to_head(head, _arrays_of(part, number)) for number, head in enumerate(document.heads))
        except (ValueError, KeyError) as err:
            raise BundleRefused(f"These are no risks that this version can read: {err}. Train it again.") from err
        for head in heads:
            if not _fits(head, features):
                raise BundleRefused(f"The risk {head.name!r} was learnt over other features. Train it again.")
        return cls(features, heads)

    def to_part(self) -> Part:
        """Take the model apart into arrays and one document."""
        arrays: dict[str, Array] = {}
        documents = []
        for number, head in enumerate(self.heads):
            trees = head.trees.to_part()
            own = {"weights": head.weights, "shares": head.known.shares, "sizes": head.known.sizes}
            arrays |= {f"{name}_{number}": array for name, array in (own | dict(trees.arrays)).items()}
            documents.append(
                _HeadDocument(
                    name=head.name,
                    intercept=head.intercept,
                    linear_share=head.linear_share,
                    scale=head.scale,
                    shift=head.shift,
                    n_columns=head.trees.n_features,
                )
            )
        return Part(arrays, _ModelDocument(heads=tuple(documents)).model_dump(mode="json"))

    def assess(self, rows: Sequence[Row]) -> list[tuple[RiskAnswer, ...]]:
        """Answer rows of the features: for each, one answer a risk."""
        found = [head.probabilities(rows, self.features).tolist() for head in self.heads]
        return [
            tuple(
                RiskAnswer(head.name, of_head[at], head, self.features, row)
                for head, of_head in zip(self.heads, found, strict=True)
            )
            for at, row in enumerate(rows)
        ]


class _HeadDocument(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    intercept: float
    linear_share: float
    scale: float
    shift: float
    n_columns: int


class _ModelDocument(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    heads: tuple[_HeadDocument, ...]


def _arrays_of(part: Part, number: int) -> dict[str, Array]:
    ending = f"_{number}"
    return {name.removesuffix(ending): array for name, array in part.arrays.items() if name.endswith(ending)}


def _to_head(document: _HeadDocument, arrays: dict[str, Array]) -> RiskHead:
    known = OutcomeShares(np.asarray(arrays["shares"], np.float32), np.asarray(arrays["sizes"], np.float32))
    return RiskHead(
        name=document.name,
        weights=np.asarray(arrays["weights"], np.float32),
        intercept=document.intercept,
        known=known,
        trees=Trees.from_part(Part(arrays, {"n_features": document.n_columns})),
        linear_share=document.linear_share,
        scale=document.scale,
        shift=document.shift,
    )


def _fits(head: RiskHead, features: Features) -> bool:
    n_columns = 2 * len(features.fields.values) + bool(len(features.terms))
    of_values = (features.fields.n_features,)
    return (
        head.weights.shape == (len(features), 1)
        and head.known.shares.shape == head.known.sizes.shape == of_values
        and (not len(head.trees) or head.trees.n_features == n_columns)
    )
