"""Early warnings as records: their id, their words. Decides nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from triage.domain import Cause, EarlyWarning

__all__ = ["at", "close_warning", "open_warning", "score_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(time_ns: int) -> datetime:
    """Return the moment (aware, UTC), to the microsecond below.

    Examples
    --------
    >>> at(1_500)
    datetime.datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def score_of(evidence: float) -> float:
    """Return the score in [0, 1) of evidence in decades of tail probability.

    Examples
    --------
    >>> score_of(0.0), round(score_of(2.0), 6)
    (0.0, 0.99)
    """
    return 1.0 - float(10.0**-evidence)


def open_warning(entity: str, opened_ns: int, evidence: float, causes: Sequence[Cause]) -> EarlyWarning:
    """Return the warning as it is at its opening.

    Parameters
    ----------
    entity : str
    opened_ns : int
        Event time, ns since the epoch.
    evidence : float
        In decades: -log10 of the tail probability.
    causes : sequence of Cause
        Largest contribution first.
    """
    loudest = ", ".join(f"{cause.metric} ({cause.contribution:.0%})" for cause in causes[:3])
    return EarlyWarning(
        id=hashlib.sha256(f"{entity}\0{opened_ns}".encode()).hexdigest()[:32],
        entity=entity,
        opened_at=at(opened_ns),
        closed_at=None,
        score=score_of(evidence),
        causes=tuple(causes),
        why=f"Its metrics together are as unusual as in one of {round(10.0**evidence)} steps; loudest: {loudest}.",
    )


def close_warning(warning: EarlyWarning, closed_ns: int | None, evidence: float) -> EarlyWarning:
    """Return the warning with its highest evidence so far, closed at ``closed_ns`` (None leaves it open)."""
    return replace(warning, closed_at=None if closed_ns is None else at(closed_ns), score=score_of(evidence))
