"""Adds hidden units and statistics of fields to linear heads, as far as rows that none was fitted on say it pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from triage.learn.bag_fitting import UNITS_A_BAG, FittedBag, HeadTruth, fit_bag
from triage.learn.features import Features, fit_features
from triage.learn.heads import Head, to_positions
from triage.learn.inputs import Inputs
from triage.learn.lessons import HeldRows
from triage.learn.linear import Recipe, fit_linear_heads, row_weights
from triage.learn.mixing import Mix, fit_mix
from triage.learn.model import IncidentModel
from triage.learn.rows import Row, to_matrix
from triage.learn.tally_heads import fit_tally_head
from triage.learn.telling import scaled, telling_weights
from triage.measure.calibration import fit_calibration, log_losses, softmax

__all__ = ["add_bags", "mix_in_bag"]

_Labels = Sequence[str | None]
_Targets = Mapping[str, _Labels]
_Floats = NDArray[np.float64]

# The embeddings' own: .5 was better than none on every older slice, .3 no better still.
_HALF_LIFE = 0.5
# What holds where nothing speaks against it: of two models, and of three.
_START = {2: (0.5, 0.5), 3: (0.3, 0.3, 0.4)}
# Up to this many rows the held-out ones are too few to mix on, and three more fits cost little.
_FEW_ROWS = 8_000
_FOLDS = 3
# How far below its row's least margin a label stands that a fold has not seen.
_UNSEEN = 3.0


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Each model's margins, of shape (n, n_classes), and the truth, on rows that none was fitted on."""

    margins: tuple[_Floats, ...]
    truth: NDArray[np.int64]

    def known(self) -> _Evidence:
        return self.take(self.truth >= 0)

    def take(self, rows: slice | NDArray[np.bool_]) -> _Evidence:
        return _Evidence(tuple(each[rows] for each in self.margins), self.truth[rows])

    def mix(self) -> Mix:
        return fit_mix(self.margins, self.truth, _START[len(self.margins)])

    def losses(self, mix: Mix) -> _Floats:
        return log_losses(softmax(mix.apply(self.margins)), self.truth)


def add_bags(
    model: IncidentModel,
    recipes: Mapping[str, Recipe],
    fit: tuple[Inputs, csr_array, _Targets],
    held_out: tuple[Sequence[Row], _Targets],
    n_bags: int,
    n_jobs: int = 1,
) -> tuple[IncidentModel, dict[str, Recipe]]:
    """Mix hidden units into the heads of a linear model, and calibrate them anew.

    Parameters
    ----------
    model : IncidentModel
        Linear heads, calibrated on the held-out rows.
    recipes : mapping of str to Recipe
        How they were fitted.
    fit : tuple of Inputs, csr_array and labels
        What they were fitted on, and its feature matrix.
    held_out : tuple of sequence of Row and labels
        Later rows, of the same features.
    n_bags : int
        Random starts, at least 1.
    n_jobs : int, default=1

    Returns
    -------
    IncidentModel
        A head stays linear where the mix is not better on evidence that the mix was not made on.
    dict of str to Recipe
        With the shares and shifts that were found.
    """
    inputs, matrix, targets = fit
    fitted = _fit_bag(model, matrix, targets, n_bags, n_jobs)
    tallied = _fit_tallies(model.features, matrix, targets)
    folds = _out_of_fold(model, recipes, inputs, targets, n_bags, n_jobs) if len(inputs) <= _FEW_ROWS else {}
    heads, found = [], dict(recipes)
    for number, head in enumerate(model.heads):
        labels = held_out[1][head.target]
        tally = tallied.get(head.target)
        held = _evidence(head, tally, fitted, number, held_out[0], to_positions(labels, head.classes))
        seen = [held, *folds.get(head.target, [])]
        mix = _mix_if_better(head, _join(seen).known())
        if mix is None:
            heads.append(head)
            continue
        shifts = tuple(zip(head.classes, mix.shifts, strict=True))
        found[head.target] = recipes[head.target]._replace(shares=mix.shares, shifts=shifts)
        mixed = _mixed(head, tally, fitted, number, found[head.target])
        known = held.known()
        margins = mix.apply(known.margins)
        heads.append(replace(mixed, calibration=fit_calibration(margins, known.truth)))
    if found == dict(recipes):
        return model, found
    return replace(model, heads=tuple(heads), bag=fitted.bag), found


def mix_in_bag(
    model: IncidentModel,
    recipes: Mapping[str, Recipe],
    matrix: csr_array,
    targets: _Targets,
    n_units: int,
    n_jobs: int = 1,
) -> IncidentModel:
    """Mix hidden units into linear heads by the shares and shifts of their recipes.

    Parameters
    ----------
    model : IncidentModel
        Linear heads.
    recipes : mapping of str to Recipe
    matrix : csr_array
        What the heads were fitted on.
    targets : mapping of str to labels
    n_units : int
        Hidden units of the model that was judged; 0 for none.
    n_jobs : int, default=1
    """
    if not n_units:
        return model
    fitted = _fit_bag(model, matrix, targets, n_units // UNITS_A_BAG, n_jobs)
    mixed = [head.target for head in model.heads if len(recipes[head.target].shares) == len(_START[3])]
    tallied = _fit_tallies(model.features, matrix, {target: targets[target] for target in mixed})
    heads = tuple(
        _mixed(head, tallied.get(head.target), fitted, at, recipes[head.target]) for at, head in enumerate(model.heads)
    )
    return replace(model, heads=heads, bag=fitted.bag)


def _fit_bag(model: IncidentModel, matrix: csr_array, targets: _Targets, n_bags: int, n_jobs: int) -> FittedBag:
    truths = [HeadTruth(to_positions(targets[head.target], head.classes), len(head.classes)) for head in model.heads]
    weights = row_weights(matrix.shape[0], _HALF_LIFE)
    if not len(model.features.terms):
        return fit_bag(HeldRows(matrix), truths, weights, n_bags, n_jobs)
    told = telling_weights(matrix, [truth.positions for truth in truths])
    return fit_bag(HeldRows(scaled(matrix, told), told.astype(np.float32)), truths, weights, n_bags, n_jobs)


def _fit_tallies(features: Features, matrix: csr_array, targets: _Targets) -> dict[str, Head]:
    """Return heads of statistics by target; none where there is text, which they do not read."""
    if len(features.terms):
        return {}
    return {target: fit_tally_head(target, features, matrix, labels) for target, labels in targets.items()}


def _mixed(head: Head, tally: Head | None, fitted: FittedBag, number: int, recipe: Recipe) -> Head:
    if len(recipe.shares) == 1:
        return replace(head, outputs=np.zeros((fitted.bag.n_units, len(head.classes)), np.float32))
    of_linear, of_units, *of_tally = recipe.shares
    shift = dict(recipe.shifts)
    shifts = np.array([shift.get(label, 0.0) for label in head.classes])
    weights, intercept = head.weights * np.float32(of_linear), head.intercept * of_linear + shifts
    if tally is not None:
        weights, intercept = (
            weights + tally.weights * np.float32(of_tally[0]),
            intercept + tally.intercept * of_tally[0],
        )
    return replace(
        head,
        weights=weights,
        intercept=intercept + fitted.intercepts[number] * of_units,
        outputs=fitted.outputs[number] * np.float32(of_units),
    )


def _mix_if_better(head: Head, evidence: _Evidence) -> Mix | None:
    """Return the mix of all evidence, if mixes of either half are better on the other than the linear head is."""
    if len(evidence.truth) < _FOLDS:
        return None
    halves = slice(0, None, 2), slice(1, None, 2)
    mixed = sum(
        float(evidence.take(judged).losses(evidence.take(made).mix()).sum()) for made, judged in (halves, halves[::-1])
    )
    alone = float(log_losses(head.calibration.apply(evidence.margins[0]), evidence.truth).sum())
    return evidence.mix() if mixed < alone else None


def _evidence(
    head: Head, tally: Head | None, fitted: FittedBag, number: int, rows: Sequence[Row], truth: NDArray[np.int64]
) -> _Evidence:
    of_units = fitted.bag.levels(rows) @ fitted.outputs[number] + fitted.intercepts[number]
    of_tally = () if tally is None else (tally.margins(rows),)
    return _Evidence((head.margins(rows), of_units, *of_tally), truth)


def _join(parts: Sequence[_Evidence]) -> _Evidence:
    by_model = zip(*(part.margins for part in parts), strict=True)
    return _Evidence(tuple(map(np.concatenate, by_model)), np.concatenate([part.truth for part in parts]))


def _out_of_fold(
    model: IncidentModel, recipes: Mapping[str, Recipe], inputs: Inputs, targets: _Targets, n_bags: int, n_jobs: int
) -> dict[str, list[_Evidence]]:
    """Return all models' margins on the rows to fit, each by models that were fitted on the other folds."""
    found: dict[str, list[_Evidence]] = {target: [] for target in targets}
    places = np.arange(len(inputs)) % _FOLDS
    for fold in range(_FOLDS):
        kept, left = np.flatnonzero(places != fold).tolist(), np.flatnonzero(places == fold).tolist()
        labels = {target: [given[row] for row in kept] for target, given in targets.items()}
        if any(len({label for label in given if label is not None}) < 2 for given in labels.values()):
            continue
        features = fit_features(inputs.take(kept), model.columns)
        if not len(features):
            continue
        matrix = to_matrix(features.rows(inputs.take(kept)), len(features))
        asked = [(target, recipe, labels[target]) for target, recipe in recipes.items()]
        terms = features.terms
        heads = fit_linear_heads(matrix, asked, n_jobs, has_text=bool(len(terms)), pieces=terms.pieces)
        fitted = _fit_bag(IncidentModel(features, tuple(heads)), matrix, labels, n_bags, n_jobs)
        tallied = _fit_tallies(features, matrix, labels)
        rows = list(features.rows(inputs.take(left)))
        for number, head in enumerate(heads):
            classes = model.head(head.target).classes
            truth = to_positions([targets[head.target][row] for row in left], classes)
            evidence = _evidence(head, tallied.get(head.target), fitted, number, rows, truth)
            found[head.target].append(_widened(evidence, head.classes, classes))
    return found


def _widened(evidence: _Evidence, seen: Sequence[str], classes: Sequence[str]) -> _Evidence:
    """Give labels that a fold has not seen a margin below all others."""
    columns = to_positions(seen, classes)

    def widen(margins: _Floats) -> _Floats:
        wide = np.repeat(margins.min(axis=1, keepdims=True) - _UNSEEN, len(classes), axis=1)
        wide[:, columns] = margins
        return wide

    return replace(evidence, margins=tuple(map(widen, evidence.margins)))
