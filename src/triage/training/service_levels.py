"""Breaches of service levels where a history does not tell them: from limits by priority. Reads no file itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from triage.decide.service_levels import ServiceLevels
from triage.training.ports import History

__all__ = ["BREACHED", "with_breaches"]

BREACHED = "breached"


def with_breaches(history: History, levels: ServiceLevels) -> tuple[History, str]:
    """Add whether resolved incidents breached their limits, unless the file says so itself.

    Parameters
    ----------
    history : History
    levels : ServiceLevels

    Returns
    -------
    History
        The same one where it cannot be told.
    str
        What was done, or why nothing was: a sentence.

    Notes
    -----
    Of incidents that are open still, nothing is said: how long they have been open counts by itself.
    """
    if BREACHED in history.outcomes:
        return history, "The file says what breached its service level: [sla] is not asked"
    if history.opened_at is None or "resolved_at" not in history.outcomes:
        return history, "[sla] tells no breaches: the file does not say when incidents were opened and resolved"
    labels = _labels(history, levels.column)
    if labels is None:
        return history, f"[sla] tells no breaches: no column {levels.column!r} is predicted or read"
    cells = np.empty(len(history), object)
    cells[:] = [
        None if pd.isna(opened) or pd.isna(resolved) else levels.breached(label, opened, resolved)
        for label, opened, resolved in zip(labels, history.opened_at, history.outcomes["resolved_at"], strict=True)
    ]
    told = [cell for cell in cells if cell is not None]
    if not told:
        return history, f"[sla] tells no breaches: no resolved incident has a label of {levels.column!r} with a limit"
    outcomes = history.outcomes.assign(**{BREACHED: cells})
    return replace(history, outcomes=outcomes), f"By [sla], {sum(told):,} of {len(told):,} resolved incidents breached"


def _labels(history: History, column: str) -> list[str | None] | None:
    for frame in (history.targets, history.inputs):
        name = next((str(name) for name in frame if str(name).casefold() == column.casefold()), None)
        if name is not None:
            found: list[str | None] = frame[name].tolist()
            return found
    return None
