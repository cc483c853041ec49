"""Wires live watching: the champion of metrics, else a fresh watcher under a budget. Watches nothing itself."""

from __future__ import annotations

from triage.errors import SettingsError, UsageError
from triage.flow import StreamWatcher
from triage.parts import Part
from triage.registry.live import LiveModels, restored_watcher
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher

__all__ = ["LiveWatchers", "to_budget"]


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


class LiveWatchers:
    """Which watcher is in force; implements ``triage.flow.WatcherSource``.

    Parameters
    ----------
    models : LiveModels
    budget : Budget
        Of the watcher without a model.
    """

    def __init__(self, models: LiveModels, budget: Budget) -> None:
        self._models = models
        self._budget = budget

    @property
    def origin(self) -> str:
        """The model in force with its version, else the budget."""
        champion = self._models.watcher
        if champion is None:
            return f"budget {self._budget.alerts} in {self._budget.period_ns} ns"
        return f"model {champion.ref.name} {champion.ref.version}"

    def make(self) -> tuple[str, StreamWatcher]:
        """Return a watcher as it was fitted, and its origin."""
        champion = self._models.watcher
        if champion is None:
            return self.origin, Watcher(self._budget)
        ref = champion.ref
        return f"model {ref.name} {ref.version}", restored_watcher(champion.state, f"Model {ref.name!r}")

    def restore(self, state: Part) -> StreamWatcher:
        """Return a watcher from its own state.

        Raises
        ------
        BundleRefused
            Another version wrote it.
        """
        return restored_watcher(state, "The stored state")
