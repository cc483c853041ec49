"""One training of the training benchmark, in a process of its own: prints its time, memory and accuracies as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.svm import LinearSVC

from benchmarks.made_tickets import MadeTickets, make_tickets, topic_words
from benchmarks.tickets import oldest
from triage.datasets import ReadOptions, read_table, to_history
from triage.learn.fitting import EFFORTS, choose_model
from triage.learn.inputs import InputColumns, Inputs, from_frame
from triage.measure.splits import split_by_time

__all__ = ["LEARNERS", "learn", "make"]

_JUDGED = 5_000
_COLUMNS = InputColumns(("text",), (), opened_at=False)
_CHUNK = 10_000

_Answers = dict[str, NDArray[np.str_]]


def make(n: int, file: Path, folder: Path) -> None:
    """Make tickets to learn from and to judge on, in a process of its own so that its memory is not the learner's."""
    options = ReadOptions(targets=("Topic_group",), order="newest-first")
    # The newest fifth stays closed: training is measured here, not how good the newest answers are.
    history = oldest(to_history(read_table(file, options), options), 0.8)
    texts, topics = history.inputs["Document"].tolist(), history.targets["Topic_group"].tolist()
    split = split_by_time(len(texts))
    words = topic_words([texts[at] for at in split.fit], [topics[at] for at in split.fit])
    for name, rows, size, seed in (("fit", split.fit, n, 0), ("judge", split.newest, _JUDGED, 1)):
        made = make_tickets([texts[at] for at in rows], [topics[at] for at in rows], words, size, seed)
        (folder / f"{name}.json").write_text(json.dumps([made.texts, made.labels]), encoding="utf-8")


def learn(learner: str, folder: Path) -> None:
    """Learn from the tickets of a folder, judge on the others, and print what it took."""
    fit, judge = (MadeTickets(*json.loads((folder / f"{name}.json").read_bytes())) for name in ("fit", "judge"))
    # Compiles the kernels, which is not learning.
    few = MadeTickets(fit.texts[:300], {target: told[:300] for target, told in fit.labels.items()})
    LEARNERS[learner](few, judge)
    begin = time.process_time()
    answer = LEARNERS[learner](fit, judge)
    cpu_s = time.process_time() - begin
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = answer()
    right = {target: float(np.mean(found[target] == np.array(told))) for target, told in judge.labels.items()}
    print(json.dumps({"cpu_s": cpu_s, "peak_mb": peak_mb, "accuracy": right}))


def _ours(effort: str) -> Callable[[MadeTickets, MadeTickets], Callable[[], _Answers]]:
    def fit_heads(fit: MadeTickets, judge: MadeTickets) -> Callable[[], _Answers]:
        inputs = _read(fit.texts)
        cut = round(0.95 * len(inputs))
        older, later = range(cut), range(cut, len(inputs))
        model, _ = choose_model(
            (inputs.take(older), {target: told[:cut] for target, told in fit.labels.items()}),
            (inputs.take(later), {target: told[cut:] for target, told in fit.labels.items()}),
            _COLUMNS,
            EFFORTS[effort],
        )

        def answer() -> _Answers:
            found = model.probabilities(_read(judge.texts))
            return {head.target: np.array(head.classes)[found[head.target].argmax(axis=1)] for head in model.heads}

        return answer

    return fit_heads


def _read(texts: Sequence[str]) -> Inputs:
    return from_frame(pd.DataFrame({"text": pd.Series(texts, dtype=object)}), None, _COLUMNS)


def _in_memory(
    make: Callable[[], LinearSVC | SGDClassifier],
) -> Callable[[MadeTickets, MadeTickets], Callable[[], _Answers]]:
    def fit_heads(fit: MadeTickets, judge: MadeTickets) -> Callable[[], _Answers]:
        vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        matrix = vectoriser.fit_transform(fit.texts)
        heads = {target: make().fit(matrix, told) for target, told in fit.labels.items()}
        return lambda: {target: head.predict(vectoriser.transform(judge.texts)) for target, head in heads.items()}

    return fit_heads


def _out_of_core(fit: MadeTickets, judge: MadeTickets) -> Callable[[], _Answers]:
    vectoriser = HashingVectorizer(ngram_range=(1, 2), n_features=2**20, alternate_sign=False)
    heads = {target: SGDClassifier(loss="log_loss", alpha=1e-6, random_state=1) for target in fit.labels}
    classes = {target: sorted(set(map(str, told))) for target, told in fit.labels.items()}
    for begin in range(0, len(fit.texts), _CHUNK):
        rows = range(begin, min(begin + _CHUNK, len(fit.texts)))
        matrix = vectoriser.transform([fit.texts[row] for row in rows])
        for target, head in heads.items():
            head.partial_fit(matrix, [fit.labels[target][row] for row in rows], classes=classes[target])
    return lambda: {target: head.predict(vectoriser.transform(judge.texts)) for target, head in heads.items()}


def _commonest(fit: MadeTickets, judge: MadeTickets) -> Callable[[], _Answers]:
    usual = {target: pd.Series(told).mode()[0] for target, told in fit.labels.items()}
    return lambda: {target: np.full(len(judge.texts), label) for target, label in usual.items()}


LEARNERS: dict[str, Callable[[MadeTickets, MadeTickets], Callable[[], _Answers]]] = {
    "always the commonest label": _commonest,
    "in memory: TF-IDF (1, 2), LinearSVC a head": _in_memory(LinearSVC),
    "in memory: TF-IDF (1, 2), SGD logistic a head": _in_memory(
        lambda: SGDClassifier(loss="log_loss", alpha=1e-6, random_state=1)
    ),
    "out of core: hashed (1, 2), SGD logistic a head, one pass": _out_of_core,
    "**triage**, effort quick": _ours("quick"),
    "**triage**, effort normal": _ours("normal"),
}

if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        learn(sys.argv[2], Path(sys.argv[3]))
