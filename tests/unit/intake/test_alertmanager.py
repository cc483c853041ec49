"""Alertmanager's webhook, version 4, by the published example, and Grafana's superset of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.fakes import NOON

from triage.domain import IncidentState
from triage.errors import DataError
from triage.intake import to_alert_group

# The example of the format's documentation, with one alert firing and one resolved.
PUBLISHED: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}:{alertname="HighLatency"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "triage",
    "groupLabels": {"alertname": "HighLatency"},
    "commonLabels": {"severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "http://am:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "HighLatency", "instance": "a:9090"},
            "annotations": {"summary": "Slow", "description": "p99 is 3 s"},
            "startsAt": "2026-11-23T10:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prom/graph",
            "fingerprint": "1a30ba71cca2921f",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "HighLatency", "instance": "b:9090"},
            "annotations": {},
            "startsAt": "2026-11-23T09:00:00.123456789+01:00",
            "endsAt": "2026-11-23T10:02:00Z",
            "generatorURL": "http://prom/graph",
            "fingerprint": "bb30ba71cca2921f",
        },
    ],
}
# What Grafana adds, in its own documentation's example.
GRAFANA: dict[str, Any] = {
    **PUBLISHED,
    "version": "1",
    "orgId": 1,
    "title": "[FIRING:1] High latency (a)",
    "state": "alerting",
    "message": "**Firing**",
    "alerts": [
        {
            **PUBLISHED["alerts"][0],
            "silenceURL": "https://grafana.example/alerting/silence/new",
            "dashboardURL": "",
            "panelURL": "",
            "values": {"B": 44.2, "C": 1},
            "valueString": "[ var='B' value=44.2 ]",
            "imageURL": None,
        }
    ],
}


def with_alert(**changes: object) -> dict[str, Any]:
    payload = copy.deepcopy(PUBLISHED)
    payload["alerts"][0].update(changes)
    return payload


def test_each_alert_is_an_incident_by_fingerprint_and_beginning() -> None:
    firing, resolved = (one.incident for one in to_alert_group(PUBLISHED, NOON).received)
    assert (firing.source, firing.id) == ("alertmanager", "1a30ba71cca2921f@2026-11-23T10:00:00Z")
    assert resolved.id == "bb30ba71cca2921f@2026-11-23T08:00:00.123456Z"
    assert (firing.state, resolved.state) == (IncidentState.OPEN, IncidentState.RESOLVED)
    assert firing.opened_at is not None
    assert firing.opened_at.isoformat() == "2026-11-23T10:00:00+00:00"


def test_the_zero_time_means_that_it_still_fires_and_is_no_label() -> None:
    firing, resolved = (one.incident.labels for one in to_alert_group(PUBLISHED, NOON).received)
    assert "endsAt" not in firing
    assert resolved["endsAt"] == "2026-11-23T10:02:00Z"


def test_title_and_description_are_what_models_read_and_all_else_is_kept() -> None:
    labels = to_alert_group(PUBLISHED, NOON).received[0].incident.labels
    assert (labels["title"], labels["description"]) == ("Slow", "p99 is 3 s")
    assert (labels["alertname"], labels["instance"], labels["generatorURL"]) == (
        "HighLatency",
        "a:9090",
        "http://prom/graph",
    )
    assert labels["group.receiver"] == "triage"
    assert to_alert_group(PUBLISHED, NOON).received[1].incident.labels["title"] == "HighLatency"


def test_fields_of_grafana_are_kept() -> None:
    [one] = to_alert_group(GRAFANA, NOON).received
    assert one.incident.labels["values.B"] == "44.2"
    assert one.incident.labels["silenceURL"].startswith("https://grafana.example")
    assert one.incident.labels["group.title"] == "[FIRING:1] High latency (a)"


def test_truncated_alerts_are_told() -> None:
    group = to_alert_group({**PUBLISHED, "truncatedAlerts": 7}, NOON)
    assert group.truncated == 7
    assert group.received[0].incident.labels["group.truncatedAlerts"] == "7"


def test_the_same_alert_in_another_group_is_the_same_body() -> None:
    other = {**PUBLISHED, "receiver": "other", "groupKey": "{}", "truncatedAlerts": 2}
    digests = [[one.digest for one in to_alert_group(each, NOON).received] for each in (PUBLISHED, other)]
    assert digests[0] == digests[1]


def test_another_value_is_another_body_of_the_same_incident() -> None:
    first = to_alert_group(PUBLISHED, NOON).received[0]
    second = to_alert_group(with_alert(annotations={"summary": "Slower"}), NOON).received[0]
    assert first.incident.id == second.incident.id
    assert first.digest != second.digest


def test_labels_stand_in_for_a_fingerprint() -> None:
    one, other = (
        to_alert_group(with_alert(fingerprint=None, labels=labels), NOON).received[0].incident.id
        for labels in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"})
    )
    assert one == other


def test_a_group_without_alerts_is_one() -> None:
    assert to_alert_group({**PUBLISHED, "alerts": []}, NOON).received == ()


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({}, "alerts"),
        ({"alerts": {}}, "alerts"),
        ({"alerts": ["x"]}, "alerts.0"),
        (with_alert(labels=None), "alerts.0.labels"),
        (with_alert(annotations=[]), "alerts.0.annotations"),
        (with_alert(status="on"), "alerts.0.status"),
        (with_alert(status=None), "alerts.0.status"),
        (with_alert(startsAt="noon"), "alerts.0.startsAt"),
        (with_alert(startsAt=7), "alerts.0.startsAt"),
        (with_alert(endsAt="never"), "alerts.0.endsAt"),
        (with_alert(fingerprint=[]), "alerts.0.fingerprint"),
        ({**PUBLISHED, "truncatedAlerts": "many"}, "truncatedAlerts"),
        ({**PUBLISHED, "truncatedAlerts": -1}, "truncatedAlerts"),
    ],
)
def test_what_cannot_be_used_is_named_by_field_and_index(payload: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_alert_group(payload, NOON)
    assert where in [problem.where for problem in caught.value.problems]


@pytest.mark.parametrize("payload", [None, [], "x", 1])
def test_what_is_no_object_is_refused(payload: object) -> None:
    with pytest.raises(DataError):
        to_alert_group(payload, NOON)
