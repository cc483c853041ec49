"""Whether promises are kept by what comes later: thresholds chosen at many points of a history, older slices only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from benchmarks.tickets import oldest
from triage.datasets import ReadOptions, read_table, to_history
from triage.decide.policy import Policy
from triage.decide.promise import Evidence, choose_threshold
from triage.learn.fitting import EFFORTS, choose_model
from triage.learn.heads import to_positions
from triage.learn.inputs import from_frame
from triage.training import History
from triage.training.evaluation import probabilities, score, split_history
from triage.training.evidence import find_doubtful, take_choosing_rows
from triage.training.policies import choose_policy

__all__ = ["run"]

# Shares of the older four fifths that a model is trained, calibrated and judged on: their last fifth is judged.
_ORIGINS = np.linspace(0.4, 1.0, 13)
_OLDER = 0.8
_PROMISES = (0.95, 0.9, 0.8)
_COLUMNS = ("set", "promise", "kept, plain bound", "kept", "labelled, plain bound", "labelled")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one promise came to: whether it was made, the share that it labelled, and whether that was as precise."""

    coverage: float
    is_kept: bool


def run(is_final: bool) -> list[ResultTable]:
    """Run on each set that is there; the newest fifth of every file stays closed, also with ``is_final``."""
    del is_final
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Promises: skipped, {reason}")
        return []
    sets = {
        "8-topic tickets": (
            folder / "tickets/it_service_8topic/tickets.zip",
            ReadOptions(targets=("Topic_group",), order="newest-first"),
        ),
        "UCI event log, five targets": (
            folder / "tickets/uci_incident_log/incident_event_log.zip",
            ReadOptions(targets=("assignment_group", "category", "subcategory", "impact", "urgency")),
        ),
    }
    rows = [
        row
        for name, (file, options) in sets.items()
        for row in _rows(name, oldest(to_history(read_table(file, options), options), _OLDER))
    ]
    about = (
        f"{len(_ORIGINS)} origins: the oldest {_ORIGINS[0]:.0%} to all of the older four fifths, cut 70 / 10 / 20, "
        "effort quick. A promise is kept where the precision of what was labelled in the last 20 % reaches it; of the "
        "origins and targets at which one was made. The plain bound takes rows whose labels were known in time, in "
        "no order, and leaves out the doubts that serving applies."
    )
    return [ResultTable("promises", "Promises held against what came later", about, _COLUMNS, tuple(rows))]


def _rows(name: str, history: History) -> list[tuple[str, ...]]:
    found = [_judge(oldest(history, share)) for share in _ORIGINS]
    rows: list[tuple[str, ...]] = []
    for promise in _PROMISES:
        plain, ours = ([one for origin in found for one in origin[promise][which]] for which in (0, 1))
        rows.append((name, f"{promise:.0%}", _kept(plain), _kept(ours), _coverage(plain), _coverage(ours)))
    return rows


def _judge(history: History) -> dict[float, tuple[list[_Outcome], list[_Outcome]]]:
    split = split_history(history)
    inputs = from_frame(history.inputs, history.opened_at, history.columns)
    targets = {str(name): history.targets[name].tolist() for name in history.targets}

    def take(rows: NDArray[np.int64]) -> dict[str, list[str | None]]:
        return {target: [labels[row] for row in rows.tolist()] for target, labels in targets.items()}

    fit, calibrate, newest = (inputs.take(rows.tolist()) for rows in (split.fit, split.calibrate, split.newest))
    model, _ = choose_model(
        (fit, take(split.fit)), (calibrate, take(split.calibrate)), history.columns, EFFORTS["quick"]
    )
    choosing, truths = take_choosing_rows(history, inputs, targets, split), take(split.newest)
    before, after = (probabilities(model, Policy({}), rows) for rows in (choosing.inputs, newest))
    found = {}
    for promise in _PROMISES:
        policy = choose_policy(model, choosing, promise, None, (targets, split.older))
        doubtful = find_doubtful(model, policy.familiarity, newest)
        scores = score(after, policy, (truths, doubtful), dict.fromkeys(targets, ""))
        ours = [_Outcome(each.coverage, bool(each.precision >= promise)) for each in scores]
        plain = [
            _plain((before[target], choosing.truths[target]), (after[target], truths[target]), promise)
            for target in targets
        ]
        found[promise] = plain, ours
    return found


_Told = tuple[tuple[Sequence[str], NDArray[np.float64]], Sequence[str | None]]


def _plain(chosen_on: _Told, judged: _Told, promise: float) -> _Outcome:
    confidence, right = _confidence(chosen_on)
    # In an order of their own, so that no period stands out.
    order = np.argsort(np.arange(len(right)) * 0.6180339887 % 1.0)
    threshold = choose_threshold(Evidence.of(confidence[order], right[order]), promise)
    confidence, right = _confidence(judged)
    automatic = np.zeros(len(right), bool) if threshold is None else confidence >= threshold.at_least
    return _Outcome(float(automatic.mean()), bool(automatic.any() and right[automatic].mean() >= promise))


def _confidence(told: _Told) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    (classes, predicted), labels = told
    known = np.array([label is not None for label in labels], bool)
    return predicted[known].max(axis=1), predicted[known].argmax(axis=1) == to_positions(labels, classes)[known]


def _kept(outcomes: list[_Outcome]) -> str:
    made = [one for one in outcomes if one.coverage > 0]
    return f"{sum(one.is_kept for one in made)} of {len(made)}"


def _coverage(outcomes: list[_Outcome]) -> str:
    return f"{np.mean([one.coverage for one in outcomes]):.3f}"
