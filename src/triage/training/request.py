"""What a training run is asked to do, and the places it may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

from triage.errors import UsageError
from triage.learn.fitting import EFFORTS
from triage.training.ports import ModelShelf, RunLog

__all__ = ["Places", "TrainingRequest"]


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What a run is asked to do.

    Parameters
    ----------
    name : str
        The model's name on the shelf.
    promise : float, default=0.95
        Precision of automatic labels, in (0, 1).
    effort : str, default="normal"
        ``quick``, ``normal`` or ``thorough``: how many settings are tried.
    n_jobs : int, default=1
        Fits at a time.
    code_version : str, default=""
        The version of the code that runs.
    parents : mapping of str to str
        Targets that follow another, by child, as the user says; others are found.
    under_triage_cost : float, default=1.0
        What it costs to take an incident for less urgent than it is, where taking it for more urgent costs 1; above 0.
    reading : mapping of str to (str, bool or None)
        How the file was read, where it cannot be told from its columns; the card keeps it for evaluation.
    """

    name: str
    promise: float = 0.95
    effort: str = "normal"
    n_jobs: int = 1
    code_version: str = ""
    parents: Mapping[str, str] = field(default_factory=dict)
    under_triage_cost: float = 1.0
    reading: Mapping[str, str | bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0.0 < self.promise < 1.0:
            raise UsageError(f"The promise must be in (0, 1). Got {self.promise!r}.")
        if not 0.0 < self.under_triage_cost < inf:
            raise UsageError(f"The cost of under-triage must be above 0. Got {self.under_triage_cost!r}.")
        if self.effort not in EFFORTS:
            raise UsageError(f"The effort must be one of {', '.join(EFFORTS)}. Got {self.effort!r}.")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run puts what it learnt, and where it says how far it is.

    Parameters
    ----------
    shelf : ModelShelf
    runs : RunLog
    progress : callable
        Called with a sentence at the begin of each step.
    """

    shelf: ModelShelf
    runs: RunLog
    progress: Callable[[str], None]
