"""Training runs for tests of what they leave behind."""

from __future__ import annotations

from functools import cache

from tests.fakes import MemoryBundle, MemoryRuns, MemoryShelf
from tests.histories import constructed_history

from triage.training.ports import History
from triage.training.request import Places, TrainingRequest
from triage.training.run import TrainingReport, train_incidents

__all__ = ["PROMISE", "quick_request", "train", "trained"]

# What the dozen rows of so small a threshold slice can show.
PROMISE = 0.7


def quick_request(name: str = "desk") -> TrainingRequest:
    return TrainingRequest(
        name, promise=PROMISE, effort="quick", code_version="1.2.3", reading={"order": "newest-first"}
    )


def train(history: History, shelf: MemoryShelf, runs: MemoryRuns | None = None) -> TrainingReport:
    places = Places(shelf, runs or MemoryRuns(), lambda _: None)
    return train_incidents(history, quick_request(), places)


@cache
def trained() -> tuple[History, MemoryBundle, TrainingReport]:
    """Return a history, and the model and report of a run on it; tests share them, and nothing changes them."""
    history = constructed_history(260, priority=True)
    shelf = MemoryShelf()
    report = train(history, shelf)
    return history, shelf.load("desk"), report
