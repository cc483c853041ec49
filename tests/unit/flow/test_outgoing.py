"""Keys of messages."""

from __future__ import annotations

from dataclasses import replace

from tests.delivery import message

from triage.flow import Message, MessageKind


def about(incident_id: str, source: str = "mail") -> Message:
    one = message()
    triage = replace(one.content.triage, incident_id=incident_id, source=source)
    return replace(one, content=replace(one.content, triage=triage))


def test_incident_has_one_key_whatever_is_said_of_it() -> None:
    keys = {one.incident_key for one in (message(), message(revision=2), message(kind=MessageKind.LABELS))}
    assert len(keys) == 1


def test_incidents_and_sources_do_not_share_keys_however_they_are_cut() -> None:
    assert len({about("1").incident_key, about("2").incident_key, about("1", "desk").incident_key}) == 3
    assert about("b", "a").incident_key != about("", "ab").incident_key


def test_every_message_has_a_key_of_its_own() -> None:
    one = message()
    assert one.key == message(was_tried=True).key
    others = [message(revision=2), message(kind=MessageKind.LABELS), replace(one, destination="pager")]
    assert len({one.key, *(each.key for each in others)}) == 4
