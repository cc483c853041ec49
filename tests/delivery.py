"""Stand-ins for delivery: a clock that is set, a core that behaves as told, messages, and a lane over a real outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.fakes import NOON, fixed_clock, network_prediction, received

from triage.deliver import Attempt, Destination, Kind, Lane, Verdict
from triage.domain import Decision, ModelRef, Prediction, RankedLabel, Triage
from triage.errors import Conflict, NotFound
from triage.flow import (
    Content,
    DeadLetter,
    DeadLetterPage,
    DestinationState,
    Edit,
    Ending,
    Entry,
    KeyedAnswer,
    KeyedAnswers,
    Message,
    MessageKind,
    Outbox,
)

__all__ = [
    "DESK",
    "FakeCore",
    "MemoryKeys",
    "MemoryOutbox",
    "SetClock",
    "entry_for",
    "lane_over",
    "memory_keys",
    "message",
    "prediction",
]

DESK = Destination("desk", Kind.WEBHOOK, "http://127.0.0.1:9/hook", concurrency=4)


@dataclass
class SetClock:
    """A clock that stands still until it is told otherwise."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeCore:
    """Takes what is delivered unless it is told otherwise; remembers every attempt."""

    clock: SetClock = field(default_factory=SetClock)
    behave: Callable[[Message], Attempt] = lambda _: Attempt(Verdict.DELIVERED, ref="T1")
    attempts: list[tuple[datetime, Message]] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    is_closed: bool = False

    async def deliver(self, message: Message) -> Attempt:
        self.attempts.append((self.clock(), message))
        attempt = self.behave(message)
        if attempt.verdict is Verdict.DELIVERED:
            self.taken.append(message)
        return attempt

    async def close(self) -> None:
        self.is_closed = True


@dataclass
class MemoryOutbox:
    """An outbox that holds dead letters only."""

    dead: dict[int, DeadLetter] = field(default_factory=dict)
    replayed: list[int] = field(default_factory=list)
    is_outdated: bool = False

    async def claim(self, _destination: str, _now: datetime, _limit: int) -> list[Message]:
        return []

    async def settle(self, message: Message, ending: Ending) -> None:
        self.dead[message.seq] = DeadLetter(message, ending.reason, ending.at)

    async def recover(self, _destination: str, _before: datetime) -> int:
        return 0

    async def next_due(self, _destination: str) -> datetime | None:
        return None

    async def page_dead(self, limit: int, cursor: str | None = None, destination: str | None = None) -> DeadLetterPage:
        found = [one for one in reversed(self.dead.values()) if destination in (None, one.message.destination)]
        start = int(cursor or 0)
        more = str(start + limit) if start + limit < len(found) else None
        return DeadLetterPage(tuple(found[start : start + limit]), more)

    async def find_dead(self, seq: int) -> DeadLetter:
        if seq not in self.dead:
            raise NotFound(f"No dead letter has the number {seq}.")
        return self.dead[seq]

    async def edit_dead(self, seq: int, edit: Edit) -> None:
        letter = await self.find_dead(seq)
        content = replace(letter.message.content, labels=edit.labels, edit=edit)
        self.dead[seq] = replace(letter, message=replace(letter.message, content=content))

    async def replay_dead(self, seq: int, _now: datetime) -> None:
        if self.is_outdated:
            raise Conflict("A later revision has been delivered.")
        await self.discard_dead(seq)
        self.replayed.append(seq)

    async def discard_dead(self, seq: int) -> None:
        await self.find_dead(seq)
        del self.dead[seq]

    async def states(self, names: Sequence[str]) -> list[DestinationState]:
        return [DestinationState(name) for name in names]

    async def enable(self, _destination: str) -> None:
        self.replayed.clear()


@dataclass
class MemoryKeys:
    """Answers by key, forgotten at the end."""

    answers: dict[str, KeyedAnswer] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    async def claim(self, key: str) -> bool:
        return key not in self.elsewhere

    async def let_go(self, key: str) -> None:
        pass

    async def answer_of(self, key: str) -> KeyedAnswer | None:
        return self.answers.get(key)

    async def keep_answer(self, key: str, answer: KeyedAnswer, _now: datetime) -> None:
        self.answers.setdefault(key, answer)


def memory_keys() -> KeyedAnswers:
    """Requests done once, as long as this process lives."""
    return KeyedAnswers(MemoryKeys(), fixed_clock)


def lane_over(outbox: Outbox, core: FakeCore, destination: Destination = DESK, dice: float = 0.5) -> Lane:
    """A lane whose jitter is always the same."""
    return Lane(destination, core, outbox, core.clock, lambda: dice)


def entry_for(
    incident_id: str, body: str = "{}", destinations: tuple[str, ...] = ("desk",), at: datetime = NOON
) -> Entry:
    """An incident with its answer on the way to some destinations."""
    triage = Triage(incident_id, "mail", (network_prediction(),), "", at)
    return Entry(received(incident_id, body, "mail", at), triage, destinations)


def prediction(target: str, label: str, decision: Decision = Decision.AUTO, probability: float = 0.97) -> Prediction:
    """A prediction of one label."""
    ranked = (RankedLabel(label, probability),)
    return Prediction(target, ModelRef("desk", "1"), ranked, decision, "as the policy says")


def message(
    *predictions: Prediction,
    labels: Mapping[str, str] | None = None,
    body: str = '{"title": "VPN down"}',
    kind: MessageKind = MessageKind.EVENT,
    was_tried: bool = False,
    ref: str = "",
    revision: int = 1,
    edit: Edit | None = None,
) -> Message:
    """A message about an incident."""
    triage = Triage("INC7", "mail", predictions or (prediction("team", "network"),), "", NOON)
    said = {"title": "VPN down"} if labels is None else labels
    content = Content(revision, NOON, None, said, body.encode(), triage, edit)
    return Message(1, "desk", kind, 2 if was_tried else 1, was_tried, ref, content)
