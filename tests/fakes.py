"""Stand-ins that implement our ports, for tests of what lies above them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from triage.domain import Decision, Feedback, Incident, ModelRef, Prediction, RankedLabel, Reason, Triage
from triage.errors import NotFound, StoreUnavailable
from triage.flow import Answer, AnswerStatus, CommitCounts, Entry, Page, Received, ServedModel
from triage.learn.parts import Part, Parts
from triage.training import Card, RunRecord

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

    @property
    def models(self) -> tuple[ModelRef, ...]:
        return (DESK,)

    def handle_many(self, events: Sequence[Incident], now: datetime) -> list[Triage]:
        self.calls.append(len(events))
        return [Triage(event.id, event.source, (network_prediction(),), "", now) for event in events]


class FaultyLabeller(FakeLabeller):
    """Cannot stand incidents whose title says so."""

    def handle_many(self, events: Sequence[Incident], now: datetime) -> list[Triage]:
        if any("poison" in event.labels.get("title", "") for event in events):
            raise KeyError("poison")
        return super().handle_many(events, now)


class MuteLabeller(FakeLabeller):
    """Gives no answers at all, against its contract."""

    def handle_many(self, _events: Sequence[Incident], _now: datetime) -> list[Triage]:
        return []


class EmptyLabeller(FakeLabeller):
    """Has no model, as the engine before the first training run."""

    @property
    def models(self) -> tuple[ModelRef, ...]:
        return ()

    def handle_many(self, events: Sequence[Incident], now: datetime) -> list[Triage]:
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
    )


@dataclass
class MemoryJournal:
    """A journal that forgets; refuses everything while it is closed."""

    stored: dict[tuple[str, str], list[tuple[Entry, Answer]]] = field(default_factory=dict)
    verdicts: list[Feedback] = field(default_factory=list)
    is_open: bool = True
    counts: CommitCounts = field(default_factory=CommitCounts)

    async def record(self, entries: Sequence[Entry]) -> list[Answer]:
        await self.check()
        return [self._record(entry) for entry in entries]

    def _record(self, entry: Entry) -> Answer:
        incident = entry.received.incident
        kept = self.stored.setdefault((incident.source, incident.id), [])
        if kept and kept[-1][0].received.digest == entry.received.digest:
            return replace(kept[-1][1], status=AnswerStatus.REPEATED)
        status = AnswerStatus.UPDATED if kept else AnswerStatus.CREATED
        answer = Answer(status, len(kept) + 1, incident.received_at, entry.triage)
        kept.append((entry, answer))
        return answer

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        for (of_source, of_id), kept in self.stored.items():
            if of_id == incident_id and source in (None, of_source):
                return kept[-1][1]
        raise NotFound(f"No incident {incident_id!r}.")

    async def page(self, limit: int, cursor: str | None = None, source: str | None = None) -> Page:
        start = int(cursor or 0)
        answers = [kept[-1][1] for key, kept in reversed(self.stored.items()) if source in (None, key[0])]
        more = str(start + limit) if start + limit < len(answers) else None
        return Page(tuple(answers[start : start + limit]), more)

    async def add_feedback(self, feedback: Feedback) -> None:
        await self.find(feedback.incident_id, feedback.source)
        self.verdicts.append(feedback)

    async def feedback_of(self, incident_id: str, source: str) -> list[Feedback]:
        return [one for one in self.verdicts if (one.incident_id, one.source) == (incident_id, source)]

    async def check(self) -> None:
        if not self.is_open:
            raise StoreUnavailable("The store is closed.")


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


def _through_json(document: Card) -> Card:
    return dict(json.loads(json.dumps(document, sort_keys=True, allow_nan=False)))
