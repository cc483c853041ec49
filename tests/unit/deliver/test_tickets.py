"""One ticket an incident, whatever fails in between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import httpx
from tests.delivery import message
from tests.fakes import NOON, fixed_clock

from triage.deliver import Attempt, Destination, FieldRule, Kind, Mode, Verdict
from triage.deliver.content import Told
from triage.deliver.tickets import TicketCore
from triage.domain import Group, GroupMember, GroupReason
from triage.flow import Message, MessageKind

DESK = Destination("desk", Kind.SERVICENOW, "http://x", "k", fields={"team": FieldRule(Mode.AUTO)})
SUGGESTING = replace(DESK, fields={})


@dataclass
class MemoryTickets:
    """A ticket system without an idempotent create; an answer may get lost on the way back."""

    tickets: dict[str, str] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    loses_answers: bool = False

    async def find(self, key: str) -> str:
        self.calls.append("find")
        return next((ref for ref, known in self.tickets.items() if known == key), "")

    async def find_own(self, incident_id: str) -> str:
        self.calls.append("find_own")
        return incident_id if incident_id in self.tickets else ""

    async def create(self, told: Told, key: str) -> str:
        self.calls.append("create" if told.title else "create without a title")
        ref = f"T{len(self.tickets) + 1}"
        self.tickets[ref] = key
        self._answer()
        return ref

    async def update(self, ref: str, told: Told, *, with_text: bool) -> None:
        self.calls.append(f"update {ref} {dict(told.fields)} {'with' if with_text else 'without'} text")
        self._answer()

    async def comment(self, ref: str, text: str) -> None:
        self.comments.setdefault(ref, []).append(text)
        self._answer()

    async def has_comment(self, ref: str, marked: str) -> bool:
        return any(marked in text for text in self.comments.get(ref, []))

    async def close(self) -> None:
        self.calls.append("close")

    def _answer(self) -> None:
        if self.loses_answers:
            raise httpx.ReadTimeout("lost")


def deliver(api: MemoryTickets, one: Message, destination: Destination = DESK) -> Attempt:
    return asyncio.run(TicketCore(api, destination, fixed_clock).deliver(one))


def test_first_attempt_creates_without_looking() -> None:
    api = MemoryTickets()
    assert deliver(api, message()) == Attempt(Verdict.DELIVERED, ref="T1")
    assert api.calls == ["create"]


def test_lost_answer_makes_no_second_ticket() -> None:
    api = MemoryTickets(loses_answers=True)
    assert deliver(api, message()).verdict is Verdict.RETRY
    api.loses_answers = False
    assert deliver(api, message(was_tried=True)).ref == "T1"
    assert len(api.tickets) == 1
    assert api.calls == ["create", "find", "update T1 {'team': 'network'} with text"]


def test_later_revision_looks_before_it_creates_as_the_first_may_have_been_given_up() -> None:
    api = MemoryTickets()
    assert deliver(api, message(revision=2)).ref == "T1"
    assert api.calls == ["find", "create"]


def test_known_ticket_is_updated_and_labels_that_follow_leave_its_text_alone() -> None:
    api = MemoryTickets({"T9": "k"})
    deliver(api, message(ref="T9", revision=2))
    deliver(api, message(ref="T9", kind=MessageKind.LABELS))
    assert [call.split(" ")[-2] for call in api.calls] == ["with", "without"]


def test_suggestion_is_a_comment_that_is_made_once() -> None:
    api = MemoryTickets({"T9": "k"}, loses_answers=True)
    one = message(ref="T9", revision=2)
    api.loses_answers = False
    deliver(api, one, SUGGESTING)
    deliver(api, replace(one, was_tried=True), SUGGESTING)
    [comment] = api.comments["T9"]
    assert "team: network (97%)" in comment


def test_core_s_own_record_is_found_by_its_number_and_never_created() -> None:
    own = replace(DESK, updates_own=True)
    api = MemoryTickets()
    assert deliver(api, message(), own).verdict is Verdict.RETRY
    api.tickets["INC7"] = ""
    assert deliver(api, message(), own).ref == "INC7"
    assert api.calls == ["find_own", "find_own", "update INC7 {'team': 'network'} without text"]


def test_core_s_own_record_is_left_alone_where_there_is_nothing_to_fill_in() -> None:
    api = MemoryTickets({"INC7": ""})
    deliver(api, message(), replace(SUGGESTING, updates_own=True))
    assert api.calls == ["find_own"]
    assert len(api.comments["INC7"]) == 1


GROUP = Group(
    "g",
    "critical",
    12,
    9,
    NOON,
    None,
    (GroupMember("desk", "INC7", 0.8, (GroupReason("scope", "shop", 0.7),), "error", NOON, None),),
)
MEMBER = replace(
    message(), kind=MessageKind.MEMBER, thread=("monitor", "A1"), content=replace(message().content, group=GROUP)
)


def test_member_is_a_comment_on_the_record_of_its_group_and_no_ticket() -> None:
    api = MemoryTickets({"T1": MEMBER.incident_key})
    core = TicketCore(api, DESK, fixed_clock)
    attempts = [asyncio.run(core.deliver(each)) for each in (MEMBER, replace(MEMBER, was_tried=True))]
    assert [attempt.ref for attempt in attempts] == ["T1", "T1"]
    assert list(api.tickets) == ["T1"]
    [comment] = api.comments["T1"]
    assert "desk INC7 (error) goes on." in comment
    assert "scope shop; similarity 80%" in comment
    assert "The problem is critical; 9 of 12 alerts go on." in comment


def test_member_whose_group_has_no_record_there_gets_one_that_the_next_one_finds() -> None:
    api = MemoryTickets()
    core = TicketCore(api, DESK, fixed_clock)
    first = asyncio.run(core.deliver(MEMBER))
    following = replace(MEMBER, content=replace(MEMBER.content, revision=2))
    assert asyncio.run(core.deliver(following)).ref == first.ref == "T1"
    assert len(api.tickets) == len(api.comments["T1"]) == 1
