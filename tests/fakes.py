"""Stand-ins that implement our ports, for tests of what lies above them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triage.domain import (
    Cause,
    Change,
    Decision,
    Duplicate,
    Duration,
    EarlyWarning,
    Feedback,
    Forecast,
    Group,
    Incident,
    IncidentEnd,
    ModelRef,
    Outcome,
    Precedent,
    PrecedentQuery,
    Prediction,
    RankedLabel,
    Reason,
    Risk,
    Saturation,
    SuggestedFix,
    Triage,
    WouldHelp,
)
from triage.errors import BundleRefused, Conflict, NotFound, StoreUnavailable
from triage.flow import (
    Answer,
    AnswerStatus,
    ChangePage,
    CommitCounts,
    Entry,
    GroupPage,
    GroupQuery,
    Known,
    LiveFlow,
    LiveMetrics,
    MetricBatch,
    MetricJournal,
    Page,
    Received,
    Relabel,
    ServedModel,
    Snapshot,
    StreamWatcher,
    Unlabelled,
    Verdict,
    WarningPage,
    WarningQuery,
    WarningState,
    Withdrawal,
)
from triage.monitor import Place, Standing, Tally
from triage.parts import Part, Parts
from triage.training import Card, RunRecord
from triage.watch.points import Points, Watched

NOON = datetime(2026, 11, 23, 10, 0, 5, tzinfo=UTC)
DESK = ModelRef("desk", "1")


def fixed_clock() -> datetime:
    """A clock that stands still."""
    return NOON


def received(incident_id: str, body: str = "{}", source: str = "desk", at: datetime = NOON) -> Received:
    """An incident as the intake would hand it on; the body's text is its title too."""
    raw = body.encode()
    return Received(Incident(incident_id, source, at, None, {"title": body}), raw, hashlib.sha256(raw).hexdigest())


class FakeLabeller:
    """Labels everything as a network problem, and remembers how many it was asked about in each call."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.remembered: list[Incident] = []
        self.ends: list[IncidentEnd] = []

    @property
    def models(self) -> tuple[ModelRef, ...]:
        return (DESK,)

    def remember(self, events: Sequence[Incident]) -> None:
        self.remembered += events

    def remember_ends(self, ends: Sequence[IncidentEnd]) -> None:
        self.ends += ends

    def handle_many(
        self, events: Sequence[Incident], now: datetime, _precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        self.calls.append(len(events))
        return [network_triage(event.id, event.source, now) for event in events]


class FaultyLabeller(FakeLabeller):
    """Cannot stand incidents whose title says so."""

    def handle_many(
        self, events: Sequence[Incident], now: datetime, _precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        if any("poison" in event.labels.get("title", "") for event in events):
            raise KeyError("poison")
        return super().handle_many(events, now)


class ForgetfulLabeller(FakeLabeller):
    """Labels, and remembers nothing of it."""

    def remember(self, events: Sequence[Incident]) -> None:
        raise MemoryError(f"{len(events)} are too many")

    def remember_ends(self, ends: Sequence[IncidentEnd]) -> None:
        raise MemoryError(f"{len(ends)} are too many")


class MuteLabeller(FakeLabeller):
    """Gives no answers at all, against its contract."""

    def handle_many(
        self, _events: Sequence[Incident], _now: datetime, _precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        return []


class EmptyLabeller(FakeLabeller):
    """Has no model, as the engine before the first training run."""

    @property
    def models(self) -> tuple[ModelRef, ...]:
        return ()

    def handle_many(
        self, events: Sequence[Incident], now: datetime, _precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        return [Triage(event.id, event.source, degraded="No model is loaded.", answered_at=now) for event in events]


def network_prediction() -> Prediction:
    """The prediction that the documentation shows."""
    return Prediction(
        "assignment_group",
        DESK,
        (RankedLabel("network", 0.97), RankedLabel("hardware", 0.03)),
        Decision.AUTO,
        "0.97 is at or above the threshold 0.9 that keeps the promised precision of 0.95.",
        (Reason("term", "vpn", "", 2.25),),
        WouldHelp("category", 0.0125),
    )


def network_triage(incident_id: str, source: str, now: datetime) -> Triage:
    """The whole answer that the documentation shows."""
    return Triage(
        incident_id,
        source,
        (network_prediction(),),
        "",
        now,
        risks=(Risk("breach", 0.31, DESK, (Reason("field", "site", "Bonn", -0.5),)),),
        duration=Duration(DESK, ((0.05, 0.25), (0.1, 0.5), (0.5, 3.5), (0.8, 12.0), (0.9, 24.0), (0.95, 48.0))),
        precedents=(
            Precedent(
                "INC0010007",
                0.82,
                datetime(2026, 10, 5, 8, 30, tzinfo=UTC),
                {"assignment_group": "network"},
                "Certificate of the gateway renewed.",
                2.5,
                False,
                DESK,
            ),
        ),
        duplicate=Duplicate("INC0010007", 0.12),
        suggested_fix=SuggestedFix("Certificate of the gateway renewed.", "INC0010007", 1, 0),
    )


@dataclass
class MemoryJournal:
    """A journal that forgets; refuses everything while it is closed."""

    stored: dict[tuple[str, str], list[tuple[Entry, Answer]]] = field(default_factory=dict)
    verdicts: list[Feedback] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    pages_read: int = 0
    is_open: bool = True
    counts: CommitCounts = field(default_factory=CommitCounts)
    without: dict[int, tuple[tuple[str, str], int]] = field(default_factory=dict)
    relabelled: list[Relabel] = field(default_factory=list)

    async def record(self, entries: Sequence[Entry]) -> list[Answer]:
        await self.check()
        for one in (entry.received for entry in entries):
            latest = await self.latest(one.incident.id, one.incident.source)
            if one.follows and (latest and latest.state) not in one.follows:
                raise Conflict("Another request was quicker.")
        return [self._record(entry) for entry in entries]

    def _record(self, entry: Entry) -> Answer:
        incident = entry.received.incident
        kept = self.stored.setdefault((incident.source, incident.id), [])
        if kept and kept[-1][0].received.digest == entry.received.digest:
            return replace(kept[-1][1], status=AnswerStatus.REPEATED)
        status = AnswerStatus.UPDATED if kept else AnswerStatus.CREATED
        answer = Answer(status, len(kept) + 1, incident.received_at, entry.triage, incident.state)
        kept.append((entry, answer))
        if entry.triage.degraded and not entry.triage.predictions:
            self.without[len(self.without) + 1] = ((incident.source, incident.id), answer.revision)
        return answer

    async def unlabelled(self, after: int, limit: int) -> list[Unlabelled]:
        found = [
            Unlabelled(seq, self.stored[key][revision - 1][0].received.incident, revision)
            for seq, (key, revision) in self.without.items()
            if seq > after
        ]
        return found[:limit]

    async def relabel(self, relabels: Sequence[Relabel], given_up: Sequence[int] = ()) -> None:
        await self.check()
        for one in relabels:
            place = ((one.source, one.incident_id), one.revision)
            self.without = {seq: there for seq, there in self.without.items() if there != place}
            entry, answer = self.stored[place[0]][one.revision - 1]
            self.stored[place[0]][one.revision - 1] = (entry, replace(answer, triage=one.triage))
        self.relabelled += relabels
        self.without = {seq: there for seq, there in self.without.items() if seq not in given_up}

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        for (of_source, of_id), kept in self.stored.items():
            if of_id == incident_id and source in (None, of_source):
                return kept[-1][1]
        raise NotFound(f"No incident {incident_id!r}.")

    async def latest(self, incident_id: str, source: str) -> Incident | None:
        kept = self.stored.get((source, incident_id))
        return kept[-1][0].received.incident if kept else None

    async def add_changes(self, changes: Sequence[Change]) -> int:
        await self.check()
        new = {(one.source, one.id): one for one in changes if (one.source, one.id) not in self.changes}
        self.changes |= new
        return len(new)

    async def page_changes(self, limit: int, cursor: str | None = None) -> ChangePage:
        await self.check()
        self.pages_read += 1
        start = int(cursor or 0)
        newest = list(self.changes.values())[::-1]
        more = str(start + limit) if start + limit < len(newest) else None
        return ChangePage(tuple(newest[start : start + limit]), more)

    async def page(self, limit: int, cursor: str | None = None, source: str | None = None) -> Page:
        start = int(cursor or 0)
        answers = [kept[-1][1] for key, kept in reversed(self.stored.items()) if source in (None, key[0])]
        more = str(start + limit) if start + limit < len(answers) else None
        return Page(tuple(answers[start : start + limit]), more)

    async def add_feedback(self, feedback: Feedback) -> None:
        await self.find(feedback.incident_id, feedback.source)
        self.verdicts.append(feedback)

    async def add_outcome(self, outcome: Outcome) -> None:
        await self.check()
        await self.find(outcome.incident_id, outcome.source)
        self.outcomes.append(outcome)

    async def find_group(self, group_id: str) -> Group:
        raise NotFound(f"No group {group_id!r}.")

    async def page_groups(self, _query: GroupQuery) -> GroupPage:
        return GroupPage((), None)

    async def check(self) -> None:
        if not self.is_open:
            raise StoreUnavailable("The store is closed.")


@dataclass
class MemoryEvidence:
    """A book of evidence that forgets; refuses everything while it is closed."""

    verdicts: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)
    automatic: Counter[Place] = field(default_factory=Counter)
    withdrawals: dict[Place, str] = field(default_factory=dict)
    is_open: bool = True

    def _check(self) -> None:
        if not self.is_open:
            raise StoreUnavailable("The book is closed.")

    async def add_verdicts(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        self._check()
        new = {(one.source, one.incident_id, one.place.target): one for one in verdicts}
        new = {key: one for key, one in new.items() if key not in self.verdicts}
        self.verdicts |= new
        return list(new.values())

    async def add_automatic(self, labels: Mapping[Place, int]) -> None:
        self._check()
        self.automatic.update(labels)

    async def withdraw(self, withdrawal: Withdrawal) -> bool:
        self._check()
        is_news = withdrawal.place not in self.withdrawals
        self.withdrawals.setdefault(withdrawal.place, withdrawal.reason)
        return is_news

    async def read(self, models: Sequence[ModelRef]) -> Known:
        self._check()
        standings = {place: Standing(Tally(n)) for place, n in self.automatic.items()}
        for one in self.verdicts.values():
            wrong = int(not one.is_right)
            heard = Standing(audited=Tally(1, wrong)) if one.is_audit else Standing(Tally(0, wrong))
            standings[one.place] = standings.get(one.place, Standing()) + heard
        return Known(
            {place: one for place, one in standings.items() if place.model in models},
            [Withdrawal(place, NOON, why) for place, why in self.withdrawals.items() if place.model in models],
        )


@dataclass(frozen=True)
class FakeCatalogue:
    """Models in force, as given."""

    models: tuple[ServedModel, ...] = (
        ServedModel("desk", "1", ("assignment_group",), datetime(2026, 11, 23, 9, tzinfo=UTC)),
    )

    def served(self) -> Sequence[ServedModel]:
        return self.models


@dataclass(frozen=True)
class MemoryBundle:
    """A bundle as a shelf would give it back."""

    name: str
    version: str
    card: Card
    parts: Parts


@dataclass
class MemoryShelf:
    """A shelf without a disk. Documents go through JSON with sorted keys, as on disk: order in an object is lost."""

    bundles: dict[str, list[MemoryBundle]] = field(default_factory=dict)
    champions: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, parts: Parts, card: Card) -> str:
        stored = {
            part_name: Part({key: array.copy() for key, array in part.arrays.items()}, _through_json(part.document))
            for part_name, part in parts.items()
        }
        kept = self.bundles.setdefault(name, [])
        kept.append(MemoryBundle(name, str(len(kept) + 1), _through_json(card), stored))
        return kept[-1].version

    def folder(self, name: str, version: str) -> Path:
        return Path("/shelf") / name / version

    def load(self, name: str, version: str | None = None) -> MemoryBundle:
        wanted = version or self.champions.get(name)
        for bundle in self.bundles.get(name, []):
            if bundle.version == wanted:
                return bundle
        raise NotFound(f"No model {name!r} in version {wanted!r}.")

    def champion(self, name: str) -> str | None:
        return self.champions.get(name)

    def promote(self, name: str, version: str) -> None:
        self.champions[name] = self.load(name, version).version


@dataclass
class MemoryRuns:
    """A log of runs that keeps what it is told."""

    records: list[RunRecord] = field(default_factory=list)
    mirrored: list[tuple[str, str]] = field(default_factory=list)

    def record(self, run: RunRecord) -> str:
        self.records.append(run)
        return f"run-{len(self.records)}"

    def mirror_champion(self, name: str, version: str) -> None:
        self.mirrored.append((name, version))


class FakeWatcher:
    """Warns of an entity from a value of 0.9 on until one below 0.5; its state depends on all points and their order.

    It cannot stand a value of -1.
    """

    def __init__(self, state: Part | None = None) -> None:
        document = state.document if state else {}
        self.names: list[tuple[str, str]] = [(str(e), str(m)) for e, m in document.get("names", [])]  # type: ignore[union-attr, misc]  # as written below
        self.open: dict[str, float] = dict(document.get("open", {}))  # type: ignore[arg-type]  # as written below
        self.trace = float(state.arrays["trace"][0]) if state else 0.0

    def series_of(self, entity: Sequence[str], metric: Sequence[str]) -> NDArray[np.int64]:
        for name in zip(entity, metric, strict=True):
            if name not in self.names:
                self.names.append(name)
        return np.array([self.names.index(name) for name in zip(entity, metric, strict=True)], np.int64)

    def order_of(self, points: Points) -> NDArray[np.int64]:
        return np.argsort(points.time_ns, kind="stable")

    def handle(self, points: Points) -> Watched:
        opened: list[EarlyWarning] = []
        closed: list[EarlyWarning] = []
        for row, time_ns, value in zip(
            points.series.tolist(), points.time_ns.tolist(), points.value.tolist(), strict=True
        ):
            if value == -1.0:
                raise ZeroDivisionError("poison")
            entity, metric = self.names[row]
            self.trace = self.trace * 0.7 + value
            seconds = time_ns / 1e9
            if value >= 0.9 and entity not in self.open:
                self.open[entity] = seconds
                opened.append(warning_on(entity, seconds, metric))
            elif value < 0.5 and entity in self.open:
                since = self.open.pop(entity)
                closed_at = datetime.fromtimestamp(seconds, UTC)
                closed.append(replace(warning_on(entity, since, metric), closed_at=closed_at))
        blank = np.zeros(len(points))
        return Watched(blank, blank, blank.astype(bool), {}, tuple(opened), tuple(closed))

    @property
    def open_warnings(self) -> tuple[EarlyWarning, ...]:
        return tuple(warning_on(entity, since) for entity, since in self.open.items())

    @property
    def open_notes(self) -> tuple[EarlyWarning, ...]:
        return ()

    def to_part(self) -> Part:
        return Part({"trace": np.array([self.trace])}, {"names": [*map(list, self.names)], "open": dict(self.open)})


def warning_on(entity: str, opened_s: float, metric: str = "cpu") -> EarlyWarning:
    """The warning that `FakeWatcher` opens."""
    opened_at = datetime.fromtimestamp(opened_s, UTC)
    warning_id = f"{zlib.crc32(f'{entity} {opened_at.isoformat()}'.encode()):08x}"
    why = f"{metric} is as unusual as in one of 100 steps."
    forecast = Forecast(0.64, ((900.0, 0.24), (1800.0, 0.45), (3600.0, 0.64)), 1240.0, 240.0, 3000.0)
    full_at = [opened_at + timedelta(minutes=minutes) for minutes in (20, 15, 30)]
    saturation = Saturation(metric, 1.0, 0.9, 0.3, *full_at)
    return EarlyWarning(
        warning_id, entity, opened_at, None, 0.99, (Cause(metric, 1.0),), why, forecast=forecast, saturation=saturation
    )


@dataclass
class FakeWatchers:
    """Makes fakes under whatever name it is told, and remembers the last one."""

    origin: str = "budget"
    last: FakeWatcher = field(default_factory=FakeWatcher)
    refuses: bool = False
    silent: set[str] = field(default_factory=set)
    cannot_forget: bool = False

    def make(self) -> tuple[str, FakeWatcher]:
        self.last = FakeWatcher()
        return self.origin, self.last

    def restore(self, state: Part) -> FakeWatcher:
        if self.refuses:
            raise BundleRefused("The state is of another version.")
        self.last = FakeWatcher(state)
        return self.last

    def forget(self, watcher: StreamWatcher) -> tuple[StreamWatcher, tuple[EarlyWarning, ...]]:
        if self.cannot_forget:
            raise BundleRefused("What is left is no state.")
        gone = {entity: since for entity, since in self.last.open.items() if entity in self.silent}
        for entity in gone:
            del self.last.open[entity]
        ended = datetime.fromtimestamp(3600.0, UTC)
        return watcher, tuple(replace(warning_on(entity, since), closed_at=ended) for entity, since in gone.items())


@dataclass
class MemoryMetricJournal:
    """A journal of metrics that forgets when it goes; refuses writes while it is closed."""

    batches: dict[int, MetricBatch] = field(default_factory=dict)
    warnings: dict[str, EarlyWarning] = field(default_factory=dict)
    kept: Snapshot | None = None
    is_open: bool = True
    keeps_warnings: bool = True
    refused_seqs: set[int] = field(default_factory=set)
    received: list[datetime] = field(default_factory=list)
    is_elsewhere: bool = False
    pages_read: int = 0

    async def claim(self) -> bool:
        return not self.is_elsewhere

    async def append(self, seq: int, received_at: datetime, batch: MetricBatch) -> None:
        if not self.is_open or seq in self.refused_seqs:
            raise StoreUnavailable("The store is closed.")
        assert seq not in self.batches
        self.batches[seq] = batch
        self.received.append(received_at)

    async def batch_after(self, seq: int) -> tuple[int, MetricBatch] | None:
        following = min((one for one in self.batches if one > seq), default=None)
        return None if following is None else (following, self.batches[following])

    async def snapshot(self) -> Snapshot | None:
        return self.kept

    async def keep(self, warnings: Sequence[EarlyWarning], snapshot: Snapshot | None = None) -> None:
        if not self.is_open or (warnings and not self.keeps_warnings):
            raise StoreUnavailable("The store is closed.")
        self.warnings |= {one.id: one for one in warnings}
        if snapshot is not None:
            self.kept = snapshot
            self.batches = {seq: batch for seq, batch in self.batches.items() if seq > snapshot.seq}

    async def open_warnings(self) -> list[EarlyWarning]:
        are_open = {one.id for one in self.warnings.values() if one.closed_at is None}
        return [one for one in self.warnings.values() if one.id in are_open or one.part_of in are_open]

    async def recent_warnings(self, most: int) -> list[EarlyWarning]:
        return list(self.warnings.values())[-most:]

    async def stored_warnings(self, ids: Sequence[str]) -> dict[str, EarlyWarning]:
        return {each: self.warnings[each] for each in ids if each in self.warnings}

    async def find_warning(self, warning_id: str) -> EarlyWarning:
        if warning_id not in self.warnings:
            raise NotFound(f"No warning {warning_id!r}.")
        return self.warnings[warning_id]

    async def first_parts(self, warning_id: str, most: int) -> list[EarlyWarning]:
        parts = [one for one in self.warnings.values() if one.part_of == warning_id]
        return parts[:most]

    async def page_warnings(self, query: WarningQuery) -> WarningPage:
        self.pages_read += 1
        found = [
            one
            for one in reversed(self.warnings.values())
            if query.entity in (None, one.entity)
            and (query.with_parts or query.entity is not None or one.part_of == (query.part_of or ""))
            and (query.state is WarningState.ALL or (one.closed_at is None) is (query.state is WarningState.OPEN))
        ]
        start = int(query.cursor or 0)
        more = str(start + query.limit) if start + query.limit < len(found) else None
        return WarningPage(tuple(found[start : start + query.limit]), more)


def started_metrics(flow: LiveFlow, journal: MetricJournal | None = None) -> LiveMetrics:
    """Live metrics over fakes, ready to be asked."""
    metrics = LiveMetrics(FakeWatchers(), journal or MemoryMetricJournal(), flow, fixed_clock)
    asyncio.run(metrics.start())
    return metrics


def metric_batch(*points: tuple[str, float, float]) -> MetricBatch:
    """A batch of points of the metric cpu: entity, seconds, value."""
    entities = sorted({entity for entity, _, _ in points})
    return MetricBatch(
        tuple(entities),
        ("cpu",) * len(entities),
        np.array([entities.index(entity) for entity, _, _ in points], np.int64),
        np.array([int(seconds * 1e9) for _, seconds, _ in points], np.int64),
        np.array([value for _, _, value in points]),
    )


def _through_json(document: Card) -> Card:
    return dict(json.loads(json.dumps(document, sort_keys=True, allow_nan=False)))
