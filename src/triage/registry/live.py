"""The models in force in a running process: follows the champions on the shelf, and keeps the last good one of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import structlog

from triage.decide.service_levels import ServiceLevels
from triage.domain import Incident, IncidentEnd, ModelRef
from triage.engine import Engine, LoadedModel
from triage.errors import NotFound, StoreUnavailable, TriageError
from triage.flow import ServedModel
from triage.parts import METRICS_KIND
from triage.registry.bundle import Bundle
from triage.registry.loading import LoadedWatcher, to_loaded, to_watcher
from triage.registry.shelf import Shelf

__all__ = ["LiveModels", "Memory", "require_champions"]

_log = structlog.get_logger(__name__)
# What answers are made of. A bundle also holds what its figures are judged by, which is as large again.
_SERVED = ("served", "policy", "risks", "duration", "precedents", "watcher")


class Memory(Protocol):
    """Whoever knows the incidents that came in; `triage.store.SqlJournal` does."""

    def newest(self, most: int, after: int = 0) -> tuple[list[Incident], int]:
        """Return the incidents that came in last, the oldest of them first, and the place of the last one."""

    def ends(self, most: int) -> list[IncidentEnd]:
        """Return what is known of how incidents ended, of about so many of which it became known last."""


class LiveModels:
    """Champions in force; implements ``triage.flow.ModelCatalogue`` and hands out the engine over them.

    Parameters
    ----------
    shelf : Shelf
    names : sequence of str, default=()
        Which models; empty means every model that has a champion, new ones included as they come.
    clock : callable returning datetime, default=the system's clock
        Says when a model came into force (aware, UTC).
    memory : Memory or None, default=None
        What a model that comes into force is to remember; it begins with nothing if None.
    most_recent : int, default=0
        How many incidents it remembers at most, beside those that it was trained on.
    levels : ServiceLevels or None, default=None
        Limits from which breaches are foretold where no model has learnt them.

    Notes
    -----
    `refresh` is not safe to call from several threads at once; `engine` and `served` are, at any time.
    """

    def __init__(
        self,
        shelf: Shelf,
        names: Sequence[str] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        memory: Memory | None = None,
        most_recent: int = 0,
        levels: ServiceLevels | None = None,
    ) -> None:
        self._shelf = shelf
        self._names = tuple(names)
        self._clock = clock
        self._memory = memory
        self._most_recent = most_recent
        self._levels = levels
        self._stamps: dict[str, object] = {}
        self._loaded: dict[str, LoadedModel] = {}
        self._watchers: dict[str, LoadedWatcher] = {}
        self._served: dict[str, ServedModel] = {}
        self._engine = Engine([])
        self._watcher: LoadedWatcher | None = None

    @property
    def engine(self) -> Engine:
        """The engine over the models that are in force now."""
        return self._engine

    @property
    def watcher(self) -> LoadedWatcher | None:
        """The model of metrics in force; of several, the first by name."""
        return self._watcher

    def promises(self) -> dict[tuple[ModelRef, str], float]:
        """Return the precision that each model in force promises of automatic labels, by model and target."""
        return {
            (loaded.ref, target): rule.promise
            for loaded in list(self._loaded.values())
            for target, rule in loaded.policy.targets.items()
        }

    def served(self) -> Sequence[ServedModel]:
        """Return every model that should be in force, by name."""
        return tuple(self._served.values())

    def refresh(self) -> bool:
        """Load what has changed on the shelf; return whether anything did.

        A champion that is refused leaves the model that is in force as it is; at the start, the newest former champion
        that verifies takes its place. Either way the reason stands in what `served` returns.
        """
        changed = [name for name in self._wanted() if self._shelf.pointer_stamp(name) != self._stamps.get(name)]
        for name in changed:
            self._stamps[name] = self._shelf.pointer_stamp(name)
            self._load(name)
        if changed:
            refused = [f"{each.name}: {each.refused}" for each in self._served.values() if not each.version]
            self._watcher = next((self._watchers[name] for name in sorted(self._watchers)), None)
            degraded = f"A model could not be loaded: {'; '.join(refused)}" if refused else ""
            _warn_of_shared_targets([self._loaded[name] for name in sorted(self._loaded)])
            loaded = [self._loaded[name] for name in sorted(self._loaded)]
            self._put_in_force(Engine(loaded, degraded, levels=self._levels))
        return bool(changed)

    def _put_in_force(self, engine: Engine) -> None:
        is_known = engine.precedents is self._engine.precedents
        if is_known:
            self._engine = engine
            return
        place = self._recall(engine, 0)
        ends = self._recall_ends(engine, ())
        self._engine = engine
        # What came in, or became known, meanwhile was told to the engine before.
        self._recall(engine, place)
        self._recall_ends(engine, ends)

    def _recall(self, engine: Engine, after: int) -> int:
        """Have an engine remember what came in after a place; return the place of the last."""
        if self._memory is None or not self._most_recent:
            return after
        try:
            incidents, place = self._memory.newest(self._most_recent, after)
        except StoreUnavailable as err:
            _log.error("incidents_not_remembered", reason=str(err))
            return after
        # What has been told since is newer than what was read.
        engine.remember(incidents, replaces=False)
        return place

    def _recall_ends(self, engine: Engine, told: Sequence[IncidentEnd]) -> Sequence[IncidentEnd]:
        """Have an engine remember how incidents ended, but for what it has been told; return all that is known."""
        if self._memory is None or not self._most_recent:
            return told
        try:
            ends = self._memory.ends(self._most_recent)
        except StoreUnavailable as err:
            _log.error("ends_not_remembered", reason=str(err))
            return told
        known = {(end.incident.source, end.incident.id): end for end in told}
        news = [end for end in ends if known.get((end.incident.source, end.incident.id)) != end]
        engine.remember_ends(news, replaces=False)
        return ends

    def _wanted(self) -> tuple[str, ...]:
        return self._names or tuple(name for name in self._shelf.names() if self._shelf.pointer_stamp(name) is not None)

    def _load(self, name: str) -> None:
        before = self._served.get(name)
        try:
            loaded, refused = self._open(name)
        except TriageError as err:
            refused = str(err)
            _log.error("model_refused", model=name, reason=refused, still_served=before.version if before else None)
            self._served[name] = replace(before or ServedModel(name, "", (), None), refused=refused)
            return
        targets: tuple[str, ...] = ()
        if isinstance(loaded, LoadedWatcher):
            self._watchers[name] = loaded
        else:
            self._loaded[name] = loaded
            targets = tuple(loaded.policy.targets)
        self._served[name] = ServedModel(name, loaded.ref.version, targets, self._clock(), refused)
        _log.info("model_loaded", model=name, version=loaded.ref.version, targets=list(targets), refused=refused)

    def _open(self, name: str) -> tuple[LoadedModel | LoadedWatcher, str]:
        if name in self._loaded or name in self._watchers:
            return self._to_served(self._shelf.load(name, wanted=_SERVED)), ""
        bundle, refused = self._shelf.last_good(name, _SERVED)
        for reason in refused:
            _log.error("model_refused", model=name, reason=reason, still_served=bundle.version)
        return self._to_served(bundle), "; ".join(refused)

    def _to_served(self, bundle: Bundle) -> LoadedModel | LoadedWatcher:
        is_of_metrics = bundle.card.get("kind") == METRICS_KIND
        return to_watcher(bundle) if is_of_metrics else to_loaded(bundle, self._most_recent)


def _warn_of_shared_targets(models: Sequence[LoadedModel]) -> None:
    by_target: dict[str, list[str]] = {}
    for loaded in models:
        for target in loaded.policy.targets:
            by_target.setdefault(target, []).append(loaded.ref.name)
    for target, (answers, *others) in by_target.items():
        if others:
            _log.warning("targets_shared", target=target, answers=answers, do_not_answer=others)


def require_champions(shelf: Shelf, names: Sequence[str]) -> None:
    """Check that every named model has a champion.

    Raises
    ------
    NotFound
        Naming the models that have none.
    """
    missing = [name for name in names if shelf.pointer_stamp(name) is None]
    if missing:
        there = ", ".join(shelf.names()) or "none; train one first"
        raise NotFound(f"No champion of {', '.join(missing)}. Models there: {there}.")
