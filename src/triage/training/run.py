"""One training run in named steps: split, fit, choose, judge, refit, store, gate, promote. Reads no file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from triage.decide.documents import to_part, to_policy
from triage.decide.policy import Policy
from triage.errors import BundleRefused, DataError
from triage.learn.fitting import EFFORTS, choose_model, refit_model
from triage.learn.inputs import Inputs, from_frame
from triage.learn.lineage import find_parents, to_lineage
from triage.learn.lineage_choice import choose_lineage
from triage.learn.linear import Recipe
from triage.learn.missing_fitting import with_missing_fields
from triage.learn.model import IncidentModel
from triage.measure.scores import HeadScores, commonest
from triage.measure.splits import Split
from triage.parts import Part, Parts
from triage.training.cards import to_card
from triage.training.evaluation import Probabilities, probabilities, score, split_history
from triage.training.evidence import find_doubtful, take_choosing_rows
from triage.training.forecasts import TargetForecast, forecast_targets
from triage.training.gate import Comparison, compare
from triage.training.outlooks import OutlookScores, learn_outlook
from triage.training.policies import choose_policy, choose_priority_rule, name_derived
from triage.training.ports import History, ModelShelf, RunRecord
from triage.training.refutation import take_back_refuted
from triage.training.request import Places, TrainingRequest

__all__ = ["TrainingReport", "train_incidents"]

Targets = Mapping[str, list[str | None]]

# Three rows to choose on: below that nothing can be chosen. So small a history is labelled, never automatically.
_LEAST_ROWS = 30


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came out of a run.

    Parameters
    ----------
    name, version : str
        The stored model.
    run_id : str
        Its run's identifier on record.
    promoted : bool
        Whether it is the champion now.
    slices : mapping of str to int
        Rows in each slice, and rows purged.
    recipes : mapping of str to Recipe
        How each target's head was fitted, as chosen.
    scores : tuple of HeadScores
        On the newest slice, from before the refit on everything.
    comparisons : tuple of Comparison
        Against the champion before, where there was one.
    policy : Policy
        The thresholds that were chosen, and the labels that the newest slice refuted.
    outlook : OutlookScores
        How what is said beside labels did on the newest slice.
    parents : mapping of str to str
        Which target follows which, by child.
    forecasts : tuple of TargetForecast
        What more labels would bring; none by quick effort.
    """

    name: str
    version: str
    run_id: str
    promoted: bool
    slices: Mapping[str, int]
    recipes: Mapping[str, Recipe]
    scores: tuple[HeadScores, ...]
    comparisons: tuple[Comparison, ...]
    policy: Policy
    outlook: OutlookScores
    parents: Mapping[str, str]
    forecasts: tuple[TargetForecast, ...]


@dataclass(frozen=True, slots=True)
class _Fitted:
    model: IncidentModel
    policy: Policy
    recipes: dict[str, Recipe]


def train_incidents(history: History, request: TrainingRequest, places: Places) -> TrainingReport:
    """Train, judge and store a model of incidents; promote it unless the gate refuses.

    Parameters
    ----------
    history : History
        Oldest first.
    request : TrainingRequest
    places : Places

    Returns
    -------
    TrainingReport
        ``promoted`` is False when the candidate is worse than the champion beyond chance; it is stored all the same.

    Raises
    ------
    DataError
        When the history is too small, a target has a single label, or nothing was known in time to learn from.
    """
    if len(history) < _LEAST_ROWS:
        raise DataError(f"{history.name} holds {len(history)} incidents; at least {_LEAST_ROWS} are needed to learn.")
    split = split_history(history)
    if not len(split.fit):
        raise DataError(
            f"{history.name}: none of the oldest labels was known yet when the incidents to choose on were opened, so "
            "nothing can be learnt without looking ahead. Give a longer history, or leave out the column of the times "
            "when labels became known."
        )
    inputs = from_frame(history.inputs, history.opened_at, history.columns)
    targets = {str(name): history.targets[name].tolist() for name in history.targets}

    places.progress(f"Fitting on {len(split.fit):,} incidents, choosing on the next {len(split.validate):,}")
    fitted = _fit(inputs, targets, split, history, request)

    places.progress(f"Judging on the newest {len(split.newest):,}")
    newest, truths = inputs.take(split.newest.tolist()), _take(targets, split.newest)
    found = probabilities(fitted.model, fitted.policy, newest)
    majorities = {target: commonest(labels) for target, labels in _take(targets, split.fit).items()}
    doubtful = find_doubtful(fitted.model, fitted.policy.familiarity, newest)
    scores = score(found, fitted.policy, (truths, doubtful), majorities)
    fitted = replace(fitted, policy=take_back_refuted(fitted.policy, found, (truths, doubtful)))

    forecasts: tuple[TargetForecast, ...] = ()
    if request.effort == "quick":
        places.progress("Leaving out what more labels would bring: --effort quick")
    else:
        places.progress("Looking at what more labels would bring")
        forecasts = forecast_targets(fitted.model.features, fitted.recipes, (inputs, targets), split, scores)

    places.progress(f"Fitting again on all {len(history):,}")
    learnt = {head.target: targets[head.target] for head in fitted.model.heads}
    served = replace(
        refit_model(fitted.model, inputs, learnt, fitted.recipes, request.n_jobs),
        lineage=to_lineage(fitted.model.parents, learnt),
        field_table=fitted.model.field_table,
    )
    served = with_missing_fields(served, (inputs, learnt))
    features = fitted.model.features, served.features
    outlook = learn_outlook(history, inputs, features, split, request.n_jobs)

    places.progress("Storing the model and its run")
    card = {
        **to_card(history, request, split, fitted.recipes, scores, majorities),
        "parents": dict(fitted.model.parents),
        "refuted": {target: list(rule.refuted) for target, rule in fitted.policy.targets.items() if rule.refuted},
        "forecasts": [each.as_document() for each in forecasts],
        **outlook.card,
    }
    version = places.shelf.add(request.name, {**_to_parts(fitted, served, history, split), **outlook.parts}, card)
    record = _to_record(history, request, version, fitted, scores, places.shelf)
    run_id = places.runs.record(replace(record, metrics={**record.metrics, **outlook.scores.as_metrics()}))

    comparisons = _compare_with_champion(found, history, split, request.name, places)
    promoted = not any(comparison.is_worse for comparison in comparisons)
    if promoted:
        places.shelf.promote(request.name, version)
        places.runs.mirror_champion(request.name, version)
    slices = {
        "fit": len(split.fit),
        "validate": len(split.validate),
        "newest": len(split.newest),
        "purged": split.purged,
    }
    return TrainingReport(
        request.name,
        version,
        run_id,
        promoted,
        slices,
        fitted.recipes,
        scores,
        comparisons,
        fitted.policy,
        outlook.scores,
        fitted.model.parents,
        forecasts,
    )


def _compare_with_champion(
    found: Probabilities, history: History, split: Split, name: str, places: Places
) -> tuple[Comparison, ...]:
    """Compare where there is something to compare with; where there is not, say so: the candidate is promoted then."""
    if places.shelf.champion(name) is None:
        return ()
    try:
        champion = places.shelf.load(name)
    except BundleRefused as err:
        places.progress(f"Not compared with the champion, which is refused: {err}")
        return ()
    comparisons = compare(found, champion, history, split.newest)
    missing = sorted(set(to_policy(champion.parts["policy"]).targets) - {each.target for each in comparisons})
    if missing:
        reason = "other columns or targets, or too few rows that neither has learnt from"
        places.progress(f"Not compared with the champion on {', '.join(missing)}: {reason}")
    return comparisons


def _fit(inputs: Inputs, targets: Targets, split: Split, history: History, request: TrainingRequest) -> _Fitted:
    derived = name_derived(list(targets))
    learnt = {target: labels for target, labels in targets.items() if target != derived}
    labels = _take(learnt, split.fit)
    fit_rows, calibrate_rows = split.fit.tolist(), split.calibrate.tolist()
    calibrate = inputs.take(calibrate_rows)
    later = calibrate, _take(learnt, split.calibrate)
    model, recipes = choose_model(
        (inputs.take(fit_rows), labels),
        later,
        history.columns,
        EFFORTS[request.effort],
        request.n_jobs,
    )
    lineage = to_lineage(find_parents(labels, request.parents), labels)
    model = replace(model, lineage=choose_lineage(model, lineage, later, request.parents))
    model = with_missing_fields(model, (inputs.take(fit_rows), labels), calibrate)
    rule = None
    if derived is not None:
        with_derived = calibrate, _take(targets, split.calibrate)
        rule = choose_priority_rule(model, _take(targets, split.fit), with_derived, derived, request.under_triage_cost)
    choosing = take_choosing_rows(history, inputs, targets, split)
    policy = choose_policy(model, choosing, request.promise, rule, (targets, split.older))
    return _Fitted(model, policy, recipes)


def _take(targets: Targets, rows: NDArray[np.int64]) -> dict[str, list[str | None]]:
    return {target: [labels[row] for row in rows.tolist()] for target, labels in targets.items()}


def _to_parts(fitted: _Fitted, served: IncidentModel, history: History, split: Split) -> Parts:
    memory = {
        "fitted": np.sort(history.keys[split.fit]),
        "chosen_on": np.sort(history.keys[split.validate]),
        "served": np.sort(history.keys),
        # What was purged is learnt from by its waiting alone.
        "waited": np.sort(history.keys[: split.newest[0]]),
    }
    return {
        "before_refit": fitted.model.to_part(),
        "served": served.to_part(),
        "policy": to_part(fitted.policy),
        "rows": Part(memory, {}),
    }


def _to_record(
    history: History,
    request: TrainingRequest,
    version: str,
    fitted: _Fitted,
    scores: tuple[HeadScores, ...],
    shelf: ModelShelf,
) -> RunRecord:
    parameters = {
        "data": history.name,
        "kind": history.kind,
        "targets": ", ".join(fitted.policy.targets),
        "text": ", ".join(history.columns.text),
        "fields": ", ".join(history.columns.fields),
        "promise": str(request.promise),
        "under_triage_cost": str(request.under_triage_cost),
        "effort": request.effort,
    } | {
        f"{key}.{target}": str(value)
        for target, recipe in fitted.recipes.items()
        for key, value in recipe._asdict().items()
    }
    metrics: dict[str, float] = {"incidents": float(len(history))}
    for of_target in scores:
        metrics |= of_target.as_metrics()
    tags = {"data.sha256": history.fingerprint, "code.version": request.code_version}
    folder = shelf.folder(request.name, version)
    return RunRecord(request.name, version, parameters, metrics, scores, folder, tags)
