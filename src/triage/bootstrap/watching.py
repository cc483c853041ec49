"""Wires live watching: the champion of metrics, else a fresh watcher under a budget. Watches nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from triage.domain import EarlyWarning
from triage.errors import DataError, SettingsError, UsageError
from triage.flow import StreamWatcher
from triage.foresight.forewarning import Forewarner, StreamingWatcher, load_kernels
from triage.foresight.forgetting import forget_silent
from triage.parts import Part
from triage.registry.live import LiveModels
from triage.registry.loading import restored_watcher
from triage.watch.budget import Budget
from triage.watch.calendar import Silence, zone_of
from triage.watch.limits import Limits
from triage.watch.watcher import Watcher

__all__ = ["LiveWatchers", "to_budget", "to_silences", "to_zone"]

_DAY_NS = 86_400 * 1_000_000_000


def to_budget(text: str) -> Budget:
    """Read the setting ``alert_budget``.

    Raises
    ------
    SettingsError
        It is no budget.
    """
    try:
        return Budget.parse(text)
    except UsageError as err:
        raise SettingsError(f"alert_budget cannot be used. {err.message}") from err


def to_zone(name: str) -> str:
    """Read the setting ``time_zone``.

    Raises
    ------
    SettingsError
        There is no such zone.
    """
    try:
        return zone_of(name).key
    except UsageError as err:
        raise SettingsError(f"time_zone cannot be used. {err.message}") from err


def to_silences(file: Path | None, zone: str) -> tuple[Silence, ...]:
    """Read the file of the setting ``silences``; none if there is no such setting.

    Raises
    ------
    SettingsError
        It cannot be read, or is no file of windows.
    """
    if file is None:
        return ()
    # The readers of files bring pandas, some 120 MB that a service without such a file does not need.
    from triage.bootstrap.metric_reading import read_silences  # noqa: PLC0415
    from triage.datasets import MetricOptions  # noqa: PLC0415

    try:
        return read_silences(file, MetricOptions(None, zone))
    except (UsageError, DataError) as err:
        raise SettingsError(f"silences cannot be used. {err.message}") from err


class LiveWatchers:
    """Which watcher is in force; implements ``triage.flow.WatcherSource``.

    Parameters
    ----------
    models : LiveModels
    budget : Budget
        Of the watcher without a model.
    zone : str, default="UTC"
        By whose clocks its days go.
    silences : sequence of Silence, default=()
        Of every watcher.
    forget_after_days : float, default=0.0
        For how long an entity may be silent before it is forgotten; 0 means for ever.
    limits : Limits or None, default=None
        What metrics must not reach; by their names alone if None.
    """

    def __init__(
        self,
        models: LiveModels,
        budget: Budget,
        zone: str = "UTC",
        silences: Sequence[Silence] = (),
        forget_after_days: float = 0.0,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._models = models
        self._budget = budget
        self._zone = zone
        self._silences = tuple(silences)
        self._forget_after_ns = int(forget_after_days * _DAY_NS)

    @property
    def origin(self) -> str:
        """The model in force with its version, else the budget."""
        champion = self._models.watcher
        if champion is None:
            return f"budget {self._budget}, {self._zone}"
        return f"model {champion.ref.name} {champion.ref.version}"

    def make(self) -> tuple[str, StreamWatcher]:
        """Return a watcher as it was fitted, ready for its first points, and its origin."""
        champion = self._models.watcher
        if champion is None:
            watcher = Watcher(self._budget, zone=self._zone, silences=self._silences)
            watcher.limits = self._limits
            load_kernels(watcher)
            return self.origin, watcher
        ref = champion.ref
        return f"model {ref.name} {ref.version}", self._restored(champion.state, f"Model {ref.name!r}")

    def restore(self, state: Part) -> StreamWatcher:
        """Return a watcher from its own state.

        Raises
        ------
        BundleRefused
            Another version wrote it.
        """
        return self._restored(state, "The stored state", "A watcher as it was fitted takes its place.")

    def forget(self, watcher: StreamWatcher) -> tuple[StreamWatcher, tuple[EarlyWarning, ...]]:
        """Return a watcher without the entities that have been silent for long, and their warnings, closed."""
        if not isinstance(watcher, Watcher | Forewarner):
            return watcher, ()
        return forget_silent(watcher, self._forget_after_ns)

    def _restored(self, state: Part, where: str, *advice: str) -> StreamingWatcher:
        watcher = restored_watcher(state, where, *advice)
        watcher.silences = self._silences
        watcher.limits = self._limits
        load_kernels(watcher)
        return watcher
