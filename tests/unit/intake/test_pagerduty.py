"""PagerDuty's Events API v2 by its published examples."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import NOON

from triage.errors import MalformedBody
from triage.flow import SignalKind
from triage.intake import to_change, to_signal

KEY = "samplekeyhere0123456789abcdef0123"
# The example of the API's reference.
PUBLISHED: dict[str, Any] = {
    "payload": {
        "summary": "Example alert on host1.example.com",
        "timestamp": "2015-07-17T08:42:58.315+0000",
        "source": "monitoringtool:cloudvendor:central-region-dc-01:852559987:cluster/api-stats-prod-003",
        "severity": "info",
        "component": "postgres",
        "group": "prod-datapipe",
        "class": "deploy",
        "custom_details": {"ping time": "1500ms", "load avg": 0.75, "nested": {"a": [1, 2]}},
    },
    "routing_key": KEY,
    "dedup_key": "samplekeyhere",
    "images": [{"src": "https://www.pagerduty.com/wp-content/uploads/pagerduty-logo-green.png"}],
    "links": [{"href": "https://example.com/", "text": "Link text"}],
    "event_action": "trigger",
    "client": "Sample Monitoring Service",
    "client_url": "https://monitoring.example.com",
}
CHANGE: dict[str, Any] = {
    "routing_key": KEY,
    "payload": {
        "summary": "Build Success - Increase snapshot create timeout to 30 seconds",
        "timestamp": "2020-07-17T08:42:58.315+0000",
        "source": "acme-build-pipeline-tool-default-i-9999",
        "custom_details": {"build_state": "passed", "build_number": "220", "run_time": "1236s"},
    },
    "links": [{"href": "https://acme.pagerduty.dev/build/2", "text": "View more details in Acme!"}],
}


def of(**changes: object) -> dict[str, Any]:
    return {**PUBLISHED, **changes}


def problems(payload: object) -> list[str]:
    with pytest.raises(MalformedBody) as caught:
        to_signal(payload, NOON)
    return [problem.where for problem in caught.value.problems]


def test_a_trigger_is_read() -> None:
    signal, key = to_signal(PUBLISHED, NOON)
    incident = signal.received.incident
    assert (signal.kind, key, incident.id) == (SignalKind.TRIGGER, "samplekeyhere", "samplekeyhere")
    assert incident.opened_at is not None
    assert incident.opened_at.isoformat() == "2015-07-17T08:42:58.315000+00:00"
    assert incident.labels["title"] == incident.labels["summary"] == "Example alert on host1.example.com"
    assert (incident.labels["class"], incident.labels["custom_details.load avg"]) == ("deploy", "0.75")
    assert incident.labels["custom_details.nested.a"] == "1, 2"
    assert incident.labels["links.0.href"] == "https://example.com/"


def test_the_routing_key_is_kept_nowhere_but_tells_services_apart() -> None:
    first, second = to_signal(PUBLISHED, NOON)[0].received, to_signal(of(routing_key="other"), NOON)[0].received
    assert first.incident.source != second.incident.source
    assert KEY not in f"{first}"


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_acknowledge_and_resolve_need_no_more_than_the_key(action: str) -> None:
    signal, _ = to_signal({"routing_key": KEY, "event_action": action, "dedup_key": "1.0"}, NOON)
    assert (signal.kind.value, signal.received.incident.id) == (action, "1.0")


def test_a_dedup_key_is_made_of_what_was_said() -> None:
    event = {name: value for name, value in PUBLISHED.items() if name != "dedup_key"}
    turned = dict(reversed(event.items()))
    assert to_signal(event, NOON)[1] == to_signal(turned, NOON)[1]
    assert to_signal(event, NOON)[1] != to_signal({**event, "client": "other"}, NOON)[1]


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        (of(routing_key=None), "routing_key"),
        (of(routing_key=" "), "routing_key"),
        (of(event_action=None), "event_action"),
        (of(event_action="open"), "event_action"),
        (of(dedup_key="x" * 256), "dedup_key"),
        (of(event_action="resolve", dedup_key=None), "dedup_key"),
        (of(payload=None), "payload"),
        (of(payload=[]), "payload"),
        (of(payload={**PUBLISHED["payload"], "summary": None}), "payload.summary"),
        (of(payload={**PUBLISHED["payload"], "source": ""}), "payload.source"),
        (of(payload={**PUBLISHED["payload"], "severity": "high"}), "payload.severity"),
        (of(payload={**PUBLISHED["payload"], "severity": None}), "payload.severity"),
        (of(payload={**PUBLISHED["payload"], "timestamp": "now"}), "payload.timestamp"),
    ],
)
def test_what_cannot_be_used_is_named(payload: object, where: str) -> None:
    assert problems(payload) == [where]


def test_what_is_no_object_is_refused() -> None:
    assert problems([]) == []


def test_a_key_of_255_characters_is_kept_apart_from_another() -> None:
    one, other = (to_signal(of(dedup_key="x" * 254 + end), NOON) for end in "ab")
    assert one[1] == "x" * 254 + "a"
    assert one[0].received.incident.id != other[0].received.incident.id
    assert len(one[0].received.incident.id) <= 240


def test_a_summary_above_1024_characters_is_cut_as_pagerduty_does() -> None:
    signal, _ = to_signal(of(payload={**PUBLISHED["payload"], "summary": "x" * 2000}), NOON)
    assert len(signal.received.incident.labels["title"]) == 1024


def test_a_change_is_read() -> None:
    change = to_change(CHANGE, NOON)
    assert change.summary.startswith("Build Success")
    assert change.occurred_at is not None
    assert change.occurred_at.isoformat() == "2020-07-17T08:42:58.315000+00:00"
    assert change.labels["custom_details.build_number"] == "220"
    assert change.id == to_change(dict(reversed(CHANGE.items())), NOON).id
    assert KEY not in f"{change}"


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({**CHANGE, "routing_key": None}, "routing_key"),
        ({"routing_key": KEY}, "payload"),
        ({**CHANGE, "payload": {"source": "ci"}}, "payload.summary"),
        ({**CHANGE, "payload": {"summary": "x", "timestamp": "soon"}}, "payload.timestamp"),
    ],
)
def test_a_change_that_cannot_be_used_is_named(payload: object, where: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        to_change(payload, NOON)
    assert [problem.where for problem in caught.value.problems] == [where]
