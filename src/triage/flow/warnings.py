"""Warnings as incidents, which go through triage like any other. It must not know the journal or HTTP."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import orjson

from triage.domain import EarlyWarning, Incident, IncidentState
from triage.flow.answers import Received

__all__ = ["WARNING_SOURCE", "warning_received"]

WARNING_SOURCE = "triage.watch"


def warning_received(warning: EarlyWarning, now: datetime) -> Received:
    """Report a warning as an incident that has just come in.

    Parameters
    ----------
    warning : EarlyWarning
        One that began a problem. Of one that is closed the incident is resolved, and its answer stands.
    now : datetime
        When it is reported (aware, UTC).

    Returns
    -------
    Received
        Its source is `WARNING_SOURCE`, its id the warning's. The sentence stands under the names that text columns
        usually have, so that a model trained on a ticket system's table reads it. With an early-warning model the
        probability and the expected time of the incident are labels, too; of a limit, when it is reached.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> got = warning_received(EarlyWarning("w", "db-1", noon, None, 0.99, (), "cpu is high."), noon)
    >>> got.incident.labels["title"]
    'Early warning on db-1: cpu is high.'
    """
    others = "" if warning.size == 1 else f" and {warning.size - 1:,} others"
    sentence = f"Early warning on {warning.entity}{others}: {warning.why}"
    labels = {
        "title": sentence,
        "short_description": sentence,
        "entity": warning.entity,
        "metrics": ", ".join(cause.metric for cause in warning.causes),
        "score": repr(warning.score),
    }
    is_over = warning.closed_at is not None
    if warning.size > 1:
        labels["warnings"] = str(warning.size)
    if is_over:
        labels["status"] = "resolved"
    if warning.forecast is not None:
        labels["probability"] = repr(warning.forecast.probability)
        labels["expected_at"] = (warning.opened_at + timedelta(seconds=warning.forecast.expected_s)).isoformat()
    elif warning.saturation is not None:
        labels["expected_at"] = warning.saturation.expected_at.isoformat()
    body = orjson.dumps(
        {"id": warning.id, "source": WARNING_SOURCE, "opened_at": warning.opened_at, **labels},
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    state = IncidentState.RESOLVED if is_over else IncidentState.OPEN
    incident = Incident(warning.id, WARNING_SOURCE, now, warning.opened_at, labels, state)
    return Received(incident, body, hashlib.sha256(body).hexdigest(), keeps_answer=is_over)
