"""Problems that come back: every time a new incident, found among thousands in a few steps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeLabeller, MemoryJournal, fixed_clock, received

from triage.domain import Incident
from triage.errors import StoreUnavailable
from triage.flow import Answer, AnswerStatus, Entry, LiveFlow, Signal, SignalKind, accept_signals

TRIGGER, ACKNOWLEDGE, RESOLVE = SignalKind


class CountingJournal(MemoryJournal):
    looks = 0

    async def latest(self, incident_id: str, source: str) -> Incident | None:
        self.looks += 1
        return await super().latest(incident_id, source)


def flow_over(journal: MemoryJournal, labeller: FakeLabeller | None = None) -> LiveFlow:
    return LiveFlow(lambda: labeller or FakeLabeller(), journal, fixed_clock)


def signal(kind: SignalKind, body: str = "", key: str = "db-1/disk") -> Signal:
    return Signal(kind, received(key, body or kind.value))


def send(flow: LiveFlow, *signals: Signal) -> list[tuple[str, str, str] | None]:
    answers = asyncio.run(accept_signals(flow, signals))
    return [told(answer) for answer in answers]


def told(answer: Answer | None) -> tuple[str, str, str] | None:
    return None if answer is None else (answer.triage.incident_id, answer.status.value, answer.state.value)


def test_a_trigger_opens_an_incident_and_another_updates_it() -> None:
    flow = flow_over(MemoryJournal())
    assert send(flow, signal(TRIGGER, "first")) == [("db-1/disk/1", "created", "open")]
    assert send(flow, signal(TRIGGER, "first")) == [("db-1/disk/1", "repeated", "open")]
    assert send(flow, signal(TRIGGER, "second")) == [("db-1/disk/1", "updated", "open")]


def test_after_a_resolve_the_same_key_opens_a_new_incident() -> None:
    flow = flow_over(MemoryJournal())
    send(flow, signal(TRIGGER))
    assert send(flow, signal(RESOLVE)) == [("db-1/disk/1", "updated", "resolved")]
    assert send(flow, signal(TRIGGER)) == [("db-1/disk/2", "created", "open")]
    assert send(flow, signal(RESOLVE)) == [("db-1/disk/2", "updated", "resolved")]


def test_what_is_not_open_is_neither_acknowledged_nor_resolved() -> None:
    journal = MemoryJournal()
    flow = flow_over(journal)
    assert send(flow, signal(ACKNOWLEDGE), signal(RESOLVE)) == [None, None]
    assert not journal.stored
    send(flow, signal(TRIGGER), signal(RESOLVE))
    assert send(flow, signal(RESOLVE), signal(ACKNOWLEDGE)) == [None, None]


def test_a_trigger_leaves_an_acknowledged_incident_acknowledged() -> None:
    flow = flow_over(MemoryJournal())
    send(flow, signal(TRIGGER, "first"), signal(ACKNOWLEDGE))
    assert send(flow, signal(TRIGGER, "second")) == [("db-1/disk/1", "updated", "acknowledged")]


def test_a_change_of_state_keeps_labels_and_answer() -> None:
    journal, labeller = MemoryJournal(), FakeLabeller()
    flow = flow_over(journal, labeller)
    send(flow, signal(TRIGGER, "VPN down"))
    send(
        flow,
        signal(ACKNOWLEDGE),
    )
    send(flow, signal(RESOLVE))
    assert labeller.calls == [1]
    kept = journal.stored["desk", "db-1/disk/1"]
    assert [entry.received.incident.labels["title"] for entry, _ in kept] == ["VPN down"] * 3
    assert kept[0][1].triage == kept[2][1].triage


def test_signals_of_one_request_follow_each_other() -> None:
    signals = [signal(TRIGGER), signal(RESOLVE), signal(TRIGGER), signal(TRIGGER, key="other"), signal(RESOLVE)]
    assert [each[0] if each else None for each in send(flow_over(MemoryJournal()), *signals)] == [
        "db-1/disk/1",
        "db-1/disk/1",
        "db-1/disk/2",
        "other/1",
        "db-1/disk/2",
    ]


@pytest.mark.parametrize("times", [1, 2, 3, 10, 100])
def test_the_last_of_many_is_found_in_a_few_looks(times: int) -> None:
    journal = CountingJournal()
    flow = flow_over(journal)
    send(flow, *[signal(kind) for _ in range(times) for kind in (TRIGGER, RESOLVE)])
    journal.looks = 0
    assert send(flow, signal(TRIGGER)) == [(f"db-1/disk/{times + 1}", "created", "open")]
    assert journal.looks <= 2 * times.bit_length() + 1


@given(st.lists(st.sampled_from(list(SignalKind)), max_size=30), st.data())
def test_it_does_not_matter_how_signals_are_put_into_requests(kinds: list[SignalKind], data: st.DataObject) -> None:
    signals = [signal(kind, f"{kind} {at}") for at, kind in enumerate(kinds)]
    cut = data.draw(st.integers(0, len(signals)))
    at_once, in_two = flow_over(MemoryJournal()), flow_over(MemoryJournal())
    assert send(at_once, *signals) == send(in_two, *signals[:cut]) + send(in_two, *signals[cut:])


@given(st.lists(st.sampled_from(list(SignalKind)), max_size=30))
def test_incidents_are_as_many_as_there_were_triggers_of_what_was_not_open(kinds: Sequence[SignalKind]) -> None:
    journal, is_open, opened = MemoryJournal(), False, 0
    for kind in kinds:
        opened += kind is TRIGGER and not is_open
        is_open = kind is TRIGGER or (is_open and kind is ACKNOWLEDGE)
    answers = send(flow_over(journal), *[signal(kind, f"{at}") for at, kind in enumerate(kinds)])
    assert len(journal.stored) == opened
    assert sum(one is not None and one[1] == AnswerStatus.CREATED for one in answers) == opened


class CrossingJournal(MemoryJournal):
    """Commits something of another process between the reading and the writing of a request."""

    def __init__(self, *meanwhile: list[Signal]) -> None:
        super().__init__()
        self.meanwhile = list(meanwhile)

    async def record(self, entries: Sequence[Entry]) -> list[Answer]:
        if self.meanwhile:
            others, later = self.meanwhile[0], self.meanwhile[1:]
            self.meanwhile = []
            await accept_signals(flow_over(self), others)
            self.meanwhile = later
        return await super().record(entries)


@pytest.mark.parametrize(
    ("mine", "meanwhile", "told_me"),
    [
        (TRIGGER, RESOLVE, ("db-1/disk/2", "created", "open")),
        (TRIGGER, ACKNOWLEDGE, ("db-1/disk/1", "updated", "acknowledged")),
        (ACKNOWLEDGE, RESOLVE, None),
        (RESOLVE, RESOLVE, None),
        (RESOLVE, ACKNOWLEDGE, ("db-1/disk/1", "updated", "resolved")),
        (RESOLVE, TRIGGER, ("db-1/disk/1", "updated", "resolved")),
    ],
)
def test_a_signal_means_what_it_means_by_how_its_incident_stands_when_it_is_committed(
    mine: SignalKind, meanwhile: SignalKind, told_me: tuple[str, str, str] | None
) -> None:
    journal = CrossingJournal()
    flow = flow_over(journal)
    send(flow, signal(TRIGGER, "first"))
    journal.meanwhile.append([signal(meanwhile, "meanwhile")])
    assert send(flow, signal(mine, "mine")) == [told_me]


def test_two_that_open_a_problem_at_the_same_time_open_one() -> None:
    journal = CrossingJournal([signal(TRIGGER, "theirs")])
    assert send(flow_over(journal), signal(TRIGGER, "ours")) == [("db-1/disk/1", "updated", "open")]


def test_a_request_whose_signals_all_cross_others_is_sent_back() -> None:
    others = [[signal(TRIGGER, f"{at}"), signal(RESOLVE, f"{at} over")] for at in range(20)]
    with pytest.raises(StoreUnavailable, match="keep changing"):
        send(flow_over(CrossingJournal(*others)), signal(TRIGGER, "mine"))
