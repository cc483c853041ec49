"""Training at scale: tickets per second of CPU, peak memory and accuracy, ours and in-memory and out-of-core peers."""

from __future__ import annotations

import json
import subprocess
import sys
from tempfile import TemporaryDirectory

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable

__all__ = ["run"]

_COMMONEST, _IN_MEMORY, _OUT_OF_CORE = (
    "always the commonest label",
    "in memory: TF-IDF (1, 2), LinearSVC a head",
    "out of core: hashed (1, 2), SGD logistic a head, one pass",
)
_SGD, _OURS = "in memory: TF-IDF (1, 2), SGD logistic a head", "**triage**, effort quick"
_RUNS = {50_000: (_COMMONEST, _IN_MEMORY, _SGD, _OUT_OF_CORE, _OURS), 500_000: (_COMMONEST, _OUT_OF_CORE, _OURS)}
_COLUMNS = ("row", "tickets", "tickets per CPU-second", "peak MB", "accuracy: topic", "group", "urgency")


def run(is_final: bool) -> list[ResultTable]:
    """Run each training in a process of its own; the newest fifth of the file stays closed either way."""
    del is_final
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Training: skipped, {reason}")
        return []
    file = folder / "tickets/it_service_8topic/tickets.zip"
    rows = []
    for n, learners in _RUNS.items():
        with TemporaryDirectory() as made:
            _run("make", str(n), str(file), made)
            rows += [_row(learner, n, _run("learn", learner, made)) for learner in learners]
    about = (
        "Tickets made of halves of real ones of the 8-topic set (older slices) with four words swapped; three heads: "
        "topic (8 labels), group (72) and urgency (5), some of each drawn blindly. 5,000 judged, made of later ones. "
        "One fit from texts to calibrated heads, a process each, one thread; ours redacts texts first. The peak is the "
        "whole process's, with the tickets (the first row's) and the libraries."
    )
    return [ResultTable("training", "Training, three heads", about, _COLUMNS, tuple(rows))]


def _run(*words: str) -> str:
    print(f"Training: {' '.join(words[:2])}", flush=True)
    command = [sys.executable, "-m", "benchmarks.training_run", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _row(learner: str, n: int, answer: str) -> tuple[str, ...]:
    found = json.loads(answer)
    speed = "-" if learner == _COMMONEST else f"{n / found['cpu_s']:,.0f}"
    accuracies = (f"{found['accuracy'][target]:.4f}" for target in ("topic", "group", "urgency"))
    return (learner, f"{n:,}", speed, f"{found['peak_mb']:,.0f}", *accuracies)
