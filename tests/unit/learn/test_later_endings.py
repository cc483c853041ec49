from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from triage.learn.later_endings import Ending, Fact, FactKind, LaterEndings

FACTS = st.builds(
    Fact, st.integers(0, 9), st.just(FactKind.LABEL), st.sampled_from(["team", "topic"]), st.sampled_from(["a", "b"])
)


def label(at: int, value: str) -> Fact:
    return Fact(at, FactKind.LABEL, "team", value)


def stands(at: int, *, resolved: bool) -> Fact:
    return Fact(at, FactKind.STANDS_RESOLVED, "", resolved)


def ending_of(*facts: Fact, now: int | None = None) -> Ending:
    endings = LaterEndings(5)
    for fact in facts:
        endings.tell(1, [fact])
    found = endings.at(1, now)
    assert found is not None
    return found


@given(st.lists(FACTS, max_size=12), st.integers(0, 9))
def test_nothing_that_became_known_later_changes_what_was_known(facts: list[Fact], now: int) -> None:
    whole, earlier = LaterEndings(5), LaterEndings(5)
    whole.tell(1, facts)
    earlier.tell(1, [fact for fact in facts if fact.known_at <= now])
    assert whole.at(1, now) == earlier.at(1, None)


def test_what_became_known_last_counts_whenever_it_is_told() -> None:
    assert ending_of(label(5, "network"), label(2, "hardware")).labels == {"team": "network"}
    assert ending_of(label(5, "network"), label(7, "hardware")).labels == {"team": "hardware"}
    assert ending_of(label(5, "network"), label(5, "hardware")).labels == {"team": "hardware"}


def test_what_is_read_again_does_not_replace_what_became_known_at_the_same_time() -> None:
    endings = LaterEndings(5)
    endings.tell(1, [label(5, "network")])
    endings.tell(1, [label(5, "hardware")], replaces=False)
    found = endings.at(1, None)
    assert found is not None
    assert found.labels == {"team": "network"}


def test_a_column_says_when_it_was_resolved_and_a_report_only_if_none_does() -> None:
    told = Fact(9, FactKind.RESOLVED_AT, "resolved_at", 4)
    closed = Fact(9, FactKind.RESOLVED_AT, "closed_at", 8)
    assert ending_of(stands(6, resolved=True)).resolved_at == 6
    assert ending_of(stands(6, resolved=True), closed, told).resolved_at == 4
    assert ending_of(stands(6, resolved=True), told, now=8).resolved_at == 6


def test_what_stands_open_again_was_reopened_and_updates_of_an_open_incident_say_nothing() -> None:
    again = ending_of(stands(6, resolved=True), stands(7, resolved=False))
    assert (again.resolved_at, again.reopened) == (None, True)
    assert ending_of(stands(6, resolved=True), stands(7, resolved=False), stands(9, resolved=True)).resolved_at == 9
    endings = LaterEndings(5)
    endings.tell(1, [stands(3, resolved=False)])
    assert endings.at(1, None) is None


def test_room_is_bounded_by_incidents_and_by_facts() -> None:
    endings = LaterEndings(2)
    for place in range(5):
        endings.tell(place, [label(at, str(at)) for at in range(1000)])
    assert [place for place in range(5) if endings.at(place, None)] == [3, 4]
    assert endings.at(4, 900) is None
    assert endings.resolved(None) == {3: False, 4: False}


def test_threads_may_tell_and_ask_at_once() -> None:
    endings = LaterEndings(50)

    def tell(number: int) -> None:
        for place in range(100):
            endings.tell(place, [label(number, str(number))])
            endings.resolved(None)
            endings.at(place, None)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(tell, range(8)))
    assert len(endings.resolved(None)) == 50
