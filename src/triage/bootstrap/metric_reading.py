"""How files of metrics and of their incidents are read, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from triage.bootstrap.reading import tell_encoding
from triage.datasets import (
    USUAL_STEP_NS,
    MetricOptions,
    ReadOptions,
    Table,
    find_roles,
    read_table,
    to_metric_history,
    to_metric_incidents,
)
from triage.errors import DataError, UsageError
from triage.measure.durations import parse_duration
from triage.training import Card
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.watch.budget import Budget
from triage.watch.calendar import Silence, silenced

__all__ = ["MetricReading", "read_incidents", "read_metrics", "read_silences", "to_budget"]


@dataclass(frozen=True, slots=True)
class MetricReading:
    """What the user says about files of metrics; None takes the default.

    Parameters
    ----------
    step : str or None
        Length of a step, such as ``5m``, where timestamps are whole numbers.
    tz : str or None
        IANA zone of times that name none.
    encoding : str or None
    silences : Path or None
        File of windows that are passed over.
    """

    step: str | None = None
    tz: str | None = None
    encoding: str | None = None
    silences: Path | None = None

    def options(self) -> MetricOptions:
        """Return it as the reader takes it.

        Raises
        ------
        UsageError
            The step is no span of time.
        """
        if self.step is None:
            return MetricOptions(None, self.tz)
        step_ns = parse_duration(self.step, "--step").to_ns()
        if step_ns < 1:
            raise UsageError(f"--step must be longer than nothing. Got {self.step!r}.")
        return MetricOptions(step_ns, self.tz)

    def over(self, card: Card) -> MetricReading:
        """Fill what is not given from how a model's own file was read."""
        learnt = card.get("reading")
        if not isinstance(learnt, Mapping):
            return self
        step, tz = learnt.get("step"), learnt.get("tz")
        return replace(
            self,
            step=self.step or (step if isinstance(step, str) else None),
            tz=self.tz or (tz if isinstance(tz, str) else None),
        )


def read_metrics(file: Path, reading: MetricReading, progress: Callable[[str], None]) -> tuple[Table, MetricHistory]:
    """Read a file of metrics.

    Raises
    ------
    UsageError
        Options that cannot be meant, no such file, or no columns of metrics in it.
    DataError
        It cannot be read; with the rows at fault.
    """
    options = reading.options()
    progress(f"Reading {file}")
    table = read_table(file, ReadOptions(encoding=reading.encoding))
    tell_encoding(table, progress)
    history = to_metric_history(table, options)
    if history.step_ns == USUAL_STEP_NS and options.step_ns is None:
        progress("Timestamps are whole numbers: each is taken for a step of a minute. Say otherwise by --step.")
    if history.step_ns is None and options.step_ns is not None:
        progress("Timestamps are times, not whole numbers: --step is not used.")
    ignored = find_roles(table).ignored
    if ignored:
        progress(f"Columns that are not read: {', '.join(ignored)}.")
    history = _unsilenced(history, reading, progress)
    progress(f"{len(history):,} values in {len(history.series):,} series of {len(history.entities):,} entities")
    return table, history


def read_silences(file: Path, options: MetricOptions, encoding: str | None = None) -> tuple[Silence, ...]:
    """Read windows in which nothing is warned of or learnt: ``entity`` (``*`` for all), ``start``, ``end``.

    Raises
    ------
    UsageError
        No such file, or a column is missing.
    DataError
        It cannot be read, or a window has no end; with the rows at fault.
    """
    windows = to_metric_incidents(read_table(file, ReadOptions(encoding=encoding)), options)
    endless = windows.ended_ns < 0
    if endless.any():
        raise DataError(f"{file} names {int(endless.sum())} windows without an end. Fill in the column 'end'.")
    return tuple(
        Silence(None if entity == "*" else entity, begin, end)
        for entity, begin, end in zip(
            windows.entity, windows.opened_ns.tolist(), windows.ended_ns.tolist(), strict=True
        )
    )


def _unsilenced(history: MetricHistory, reading: MetricReading, progress: Callable[[str], None]) -> MetricHistory:
    if reading.silences is None:
        return history
    options = replace(reading.options(), step_ns=history.step_ns or reading.options().step_ns)
    silences = read_silences(reading.silences, options, reading.encoding)
    inside = silenced(silences, history.entities, history.entity_of_point, history.time_ns)
    progress(f"{int(inside.sum()):,} values in the windows of {reading.silences} are passed over.")
    return history.of_points(~inside)


def read_incidents(file: Path, reading: MetricReading, history: MetricHistory) -> MetricIncidents:
    """Read the incidents of a history's entities.

    Raises
    ------
    UsageError
        No such file, a column is missing, or its times are steps where the metrics' are not, or the other way round.
    DataError
        It cannot be read; with the rows at fault.
    """
    options = replace(reading.options(), step_ns=history.step_ns or reading.options().step_ns)
    table = read_table(file, ReadOptions(encoding=reading.encoding))
    return to_metric_incidents(table, options, history.entities[0] if len(history.entities) == 1 else None)


def to_budget(text: str, history: MetricHistory) -> Budget:
    """Read a budget; one in steps needs a history of steps.

    Raises
    ------
    UsageError
        It is no budget, or counts steps that there are none of.
    """
    if history.step_ns is not None:
        return Budget.parse(text, history.step_ns)
    if "step" in text:
        raise UsageError(f"The budget {text!r} counts steps, but the timestamps of {history.name} are times.")
    return Budget.parse(text)
