"""Triage quality on real tickets: ours, TF-IDF and one-hot linear peers, and the majority row, on the same rows."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from triage.datasets import ReadOptions, read_table, to_history
from triage.learn.fitting import EFFORTS, choose_model
from triage.learn.inputs import Inputs, from_frame
from triage.measure.bootstrap import paired_interval
from triage.training import History
from triage.training.evaluation import probabilities, score, split_history
from triage.training.evidence import ChoosingRows, find_doubtful, take_choosing_rows
from triage.training.policies import choose_policy

__all__ = ["linear_svc", "oldest", "run"]

_PROMISE = 0.95
_COLUMNS = ("row", "accuracy", "macro-F1", "top-3", "auto-labelled at 95 %", "precision there", "fit, s", "ms a ticket")


@dataclass(frozen=True, slots=True)
class _Slices:
    """Rows to fit on, to choose on and to judge on, with their labels; all labels, and which rows judge nothing."""

    fit: tuple[Inputs, list[str]]
    calibrate: tuple[Inputs, list[str]]
    threshold: ChoosingRows
    judge: tuple[Inputs, list[str]]
    targets: tuple[dict[str, list[str | None]], NDArray[np.int64]]


def run(is_final: bool) -> list[ResultTable]:
    """Run on each set that is there; without ``is_final`` the newest fifth of every file stays closed."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Tickets: skipped, {reason}")
        return []
    topics = folder / "tickets/it_service_8topic/tickets.zip"
    log = folder / "tickets/uci_incident_log/incident_event_log.zip"
    return [
        _measure(
            "topics",
            "8-topic help-desk tickets, by time",
            topics,
            ReadOptions(targets=("Topic_group",), order="newest-first"),
            {"LinearSVC, word TF-IDF (1, 2)": linear_svc, "SGD logistic, word TF-IDF (1, 2)": _sgd},
            is_final,
        ),
        _measure(
            "groups",
            "UCI incident event log, assignment group at closing, from what was known at opening",
            log,
            ReadOptions(targets=("assignment_group",)),
            {"one-hot logistic regression": _one_hot_logistic},
            is_final,
        ),
    ]


def _measure(
    key: str,
    title: str,
    file: Path,
    options: ReadOptions,
    peers: dict[str, Callable[[Inputs, list[str], Inputs], NDArray[np.str_]]],
    is_final: bool,
) -> ResultTable:
    history = to_history(read_table(file, options), options)
    if not is_final:
        history = oldest(history, 0.8)
    slices = _slice(history, options.targets[0])
    truth = np.array(slices.judge[1])
    commonest = pd.Series(slices.fit[1]).mode()[0]
    rows = [_row("always the commonest label", truth, np.full(len(truth), commonest))]
    right: dict[str, NDArray[np.float64]] = {}
    for name, peer in peers.items():
        begin = time.perf_counter()
        predicted = peer(*slices.fit, slices.judge[0])
        rows.append(_row(name, truth, predicted, fit_s=time.perf_counter() - begin))
        right[name] = (predicted == truth).astype(np.float64)
    row, ours = _ours(history, slices, truth)
    rows.append(row)
    against = [f"{name}: {_interval(ours, theirs)}" for name, theirs in right.items()]
    which = (
        "the newest fifth" if is_final else "the newest fifth of the oldest four fifths (the newest fifth stays closed)"
    )
    about = (
        f"{len(slices.fit[1]):,} tickets to fit on, "
        f"{len(slices.calibrate[1]) + len(slices.threshold.inputs):,} to choose on, "
        f"{len(truth):,} judged: {which}. Peers are untuned and get the same rows. Accuracy of triage less the peer's, "
        f"95 % paired bootstrap: {'; '.join(against)}."
    )
    return ResultTable(key, title, about, _COLUMNS, tuple(rows))


def oldest(history: History, share: float) -> History:
    """Return the oldest share of a history, in (0, 1]."""
    kept = round(share * len(history))
    return replace(
        history,
        inputs=history.inputs.iloc[:kept],
        targets=history.targets.iloc[:kept],
        opened_at=None if history.opened_at is None else history.opened_at.iloc[:kept],
        known_at=None if history.known_at is None else history.known_at.iloc[:kept],
        keys=history.keys[:kept],
    )


def _slice(history: History, target: str) -> _Slices:
    split = split_history(history)
    inputs = from_frame(history.inputs, history.opened_at, history.columns)
    labels = history.targets[target].tolist()

    def take(rows: NDArray[np.int64]) -> tuple[Inputs, list[str]]:
        known = [row for row in rows.tolist() if labels[row] is not None]
        return inputs.take(known), [labels[row] for row in known]

    choosing = take_choosing_rows(history, inputs, {"target": labels}, split)
    return _Slices(
        take(split.fit), take(split.calibrate), choosing, take(split.newest), ({"target": labels}, split.older)
    )


def _ours(history: History, slices: _Slices, truth: NDArray[np.str_]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    begin = time.perf_counter()
    (fit, fit_labels), (calibrate, calibrate_labels) = slices.fit, slices.calibrate
    model, _ = choose_model(
        (fit, {"target": fit_labels}), (calibrate, {"target": calibrate_labels}), history.columns, EFFORTS["normal"]
    )
    policy = choose_policy(model, slices.threshold, _PROMISE, None, slices.targets)
    fit_s = time.perf_counter() - begin
    begin = time.process_time()
    found = probabilities(model, policy, slices.judge[0])
    cost_ms = (time.process_time() - begin) * 1e3 / len(truth)
    doubtful = find_doubtful(model, policy.familiarity, slices.judge[0])
    scores = score(found, policy, ({"target": slices.judge[1]}, doubtful), {"target": fit_labels[0]})[0]
    labels, predicted = found["target"]
    chosen = np.array(labels)[predicted.argmax(axis=1)]
    row = (
        "**triage**, effort normal",
        f"{scores.accuracy:.4f}",
        f"{scores.macro_f1:.4f}",
        f"{scores.top3:.4f}",
        f"{scores.coverage:.3f}",
        f"{scores.precision:.4f}",
        f"{fit_s:.0f}",
        f"{cost_ms:.2f}",
    )
    return row, (chosen == truth).astype(np.float64)


def _row(
    name: str, truth: NDArray[np.str_], predicted: NDArray[np.str_], fit_s: float | None = None
) -> tuple[str, ...]:
    accuracy, macro_f1 = accuracy_score(truth, predicted), f1_score(truth, predicted, average="macro", zero_division=0)
    fitted = "-" if fit_s is None else f"{fit_s:.0f}"
    return (name, f"{accuracy:.4f}", f"{macro_f1:.4f}", "-", "-", "-", fitted, "-")


def _interval(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> str:
    low, high = paired_interval(ours, theirs, seed=1)
    return f"{(ours - theirs).mean():+.4f} ({low:+.4f} to {high:+.4f})"


def linear_svc(fit: Inputs, labels: list[str], judge: Inputs) -> NDArray[np.str_]:
    """Return what an untuned linear support vector machine on words and pairs answers."""
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), LinearSVC())
    return np.asarray(pipeline.fit(fit.texts, labels).predict(judge.texts))


def _sgd(fit: Inputs, labels: list[str], judge: Inputs) -> NDArray[np.str_]:
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    pipeline = make_pipeline(vectoriser, SGDClassifier(loss="log_loss", alpha=1e-5, random_state=1))
    return np.asarray(pipeline.fit(fit.texts, labels).predict(judge.texts))


def _one_hot_logistic(fit: Inputs, labels: list[str], judge: Inputs) -> NDArray[np.str_]:
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=300))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        pipeline.fit(_cells(fit), labels)
    return np.asarray(pipeline.predict(_cells(judge)))


def _cells(inputs: Inputs) -> Sequence[Sequence[str]]:
    return list(
        zip(*(["?" if value is None else value for value in column] for column in inputs.fields.values()), strict=True)
    )
