"""The parts of a simulated estate as frames; what is truth and what could be seen never share one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from triage.simulate.dice import Dice
from triage.simulate.gauges import METRICS
from triage.simulate.layout import Entity
from triage.simulate.load import STEP_S
from triage.simulate.plan import Change, Fault, Plan
from triage.simulate.records import TicketRecord, as_text, number_of
from triage.simulate.series import Series

__all__ = ["changes_frame", "faults_frame", "harmless_frame", "incident_id", "incidents_frame", "metrics_frame"]

_SUMMARIES = {
    "deploy": ("Release {version} to {entity}", "Roll out {version}", "Deploy {entity} {version}", "Hotfix {version}"),
    "config": (
        "Raise pool size on {entity}",
        "New log level on {entity}",
        "Rotate certificates",
        "Change timeout on {entity}",
    ),
}


def metrics_frame(layout: Sequence[Entity], series: Iterable[Series], start: datetime) -> pd.DataFrame:
    """Lay series side by side: a row a time and entity, a column a metric that any of them has."""
    kept = list(series)
    steps, entities = len(kept[0].samples), len(layout)
    present = {each.metric for each in kept}
    columns = {metric: np.full((steps, entities), np.nan) for metric in METRICS if metric in present}
    for each in kept:
        columns[each.metric][:, each.entity] = each.samples
    times = [as_text(start + timedelta(seconds=STEP_S * step)) for step in range(steps)]
    return pd.DataFrame(
        {
            "entity": [entity.name for entity in layout] * steps,
            "timestamp": [time for time in times for _ in range(entities)],
            **{metric: values.ravel() for metric, values in columns.items()},
        }
    )


def incident_id(place: int) -> str:
    """Return the id of the incident at a place of the estate's history, from 0.

    Examples
    --------
    >>> incident_id(0)
    'OPS-0001'
    """
    return f"OPS-{place + 1:04d}"


def incidents_frame(layout: Sequence[Entity], faults: Sequence[Fault], start: datetime) -> pd.DataFrame:
    """Return what monitors saw of faults."""
    rows = [
        (
            incident_id(place),
            layout[fault.entity].name,
            _at(start, fault.opened_s),
            _at(start, fault.resolved_s),
            fault.kind.symptom,
        )
        for place, fault in enumerate(faults)
    ]
    return pd.DataFrame(rows, columns=["id", "entity", "opened_at", "resolved_at", "kind"], dtype="str")


def changes_frame(layout: Sequence[Entity], changes: Sequence[Change], start: datetime, dice: Dice) -> pd.DataFrame:
    """Return deploys and changes of configuration, with what their makers wrote."""
    rows = []
    for place, change in enumerate(changes):
        entity = layout[change.entity].name
        version = f"{2 + dice.below(3)}.{dice.below(20)}.{dice.below(10)}"
        summary = dice.pick(_SUMMARIES[change.kind]).replace("{entity}", entity).replace("{version}", version)
        rows.append((f"CHG-{place + 1:04d}", entity, _at(start, change.made_s), change.kind, summary))
    return pd.DataFrame(rows, columns=["id", "entity", "made_at", "kind", "summary"], dtype="str")


def faults_frame(
    layout: Sequence[Entity], faults: Sequence[Fault], records: Sequence[TicketRecord], start: datetime
) -> pd.DataFrame:
    """Return the truth about faults, with the numbers of the tickets about each."""
    numbers: dict[str, list[str]] = {}
    for place, record in enumerate(records):
        if record.incident is not None:
            numbers.setdefault(record.incident, []).append(number_of(place))
    rows = [
        (
            fault.kind.name,
            layout[fault.entity].name,
            layout[fault.origin].name,
            None if fault.precursor_s is None else _at(start, fault.precursor_s),
            _at(start, fault.onset_s),
            fault.precursor_s is not None,
            incident_id(place),
            " ".join(numbers.get(incident_id(place), ())),
        )
        for place, fault in enumerate(faults)
    ]
    columns = ["fault", "entity", "origin", "precursor_at", "onset_at", "has_precursor", "incident", "tickets"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.astype({name: "bool" if name == "has_precursor" else "str" for name in columns})


def harmless_frame(layout: Sequence[Entity], plan: Plan, days: int, start: datetime) -> pd.DataFrame:
    """Return the truth about what shows in the metrics and is no fault, in order of time."""
    found: list[tuple[int, str, str | None, int]] = [
        (each.begin_s, each.kind, None if each.entity is None else layout[each.entity].name, each.end_s)
        for each in plan.harmless
    ]
    for place, change in enumerate(plan.changes):
        if change.shifts:
            later = (each.made_s for each in plan.changes[place + 1 :] if each.entity == change.entity and each.shifts)
            found.append((change.made_s, "shift", layout[change.entity].name, next(later, days * 86_400)))
    rows = [
        (kind, entity, _at(start, begin), _at(start, end))
        for begin, kind, entity, end in sorted(found, key=lambda each: (each[0], each[1], each[2] or ""))
    ]
    return pd.DataFrame(rows, columns=["kind", "entity", "began_at", "ended_at"], dtype="str")


def _at(start: datetime, seconds: int) -> str:
    return as_text(start + timedelta(seconds=seconds))
