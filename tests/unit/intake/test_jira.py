"""Jira's webhooks, with descriptions of both kinds."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import NOON

from triage.domain import Incident
from triage.errors import DataError
from triage.exports import to_issue_text
from triage.intake.jira import to_issue

# The document of Atlassian's reference, with a list, a mention and a line break added.
DOCUMENT = {
    "version": 1,
    "type": "doc",
    "content": [
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "Hello "},
                {"type": "text", "text": "world", "marks": [{"type": "strong"}]},
                {"type": "hardBreak"},
                {"type": "mention", "attrs": {"id": "5", "text": "@ada"}},
            ],
        },
        {
            "type": "bulletList",
            "content": [
                {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": word}]}]}
                for word in ("one", "two")
            ],
        },
    ],
}
FIELDS: dict[str, Any] = {
    "summary": "VPN down",
    "description": DOCUMENT,
    "priority": {"id": "2", "name": "High"},
    "issuetype": {"name": "Incident"},
    "project": {"key": "OPS", "name": "Operations"},
    "labels": ["vpn", "bonn"],
    "components": [{"name": "network"}],
    "status": {"name": "Open", "statusCategory": {"key": "new"}},
    "created": "2026-11-23T12:00:00.000+0200",
    "customfield_10010": {"value": "Extensive / Widespread"},
    "customfield_10011": {"value": "EMEA", "child": {"value": "Bonn"}},
    "customfield_10012": None,
    "resolution": None,
}


def webhook(event: str = "jira:issue_created", **fields: object) -> dict[str, Any]:
    issue = {"id": "10002", "key": "OPS-7", "fields": {**FIELDS, **fields}}
    return {"webhookEvent": event, "timestamp": 1700000000000, "issue": issue, "changelog": {"items": []}}


def read(payload: object, names: dict[str, str] | None = None) -> Incident:
    received = to_issue(payload, NOON, names)
    assert received is not None
    return received.incident


def test_an_issue_is_an_incident_by_its_key() -> None:
    incident = read(webhook())
    assert (incident.source, incident.id) == ("jira", "OPS-7")
    assert incident.opened_at is not None
    assert incident.opened_at.isoformat() == "2026-11-23T10:00:00+00:00"
    assert incident.labels["summary"] == "VPN down"
    assert (incident.labels["priority"], incident.labels["issuetype"]) == ("High", "Incident")
    assert (incident.labels["labels"], incident.labels["components"]) == ("vpn, bonn", "network")
    assert incident.labels["customfield_10011"] == "EMEA / Bonn"
    assert "customfield_10012" not in incident.labels


def test_descriptions_are_text_whether_they_are_documents_or_strings() -> None:
    assert read(webhook()).labels["description"] == "Hello world\n@ada\none\ntwo"
    assert read(webhook(description="h2. Plain")).labels["description"] == "h2. Plain"
    assert to_issue_text(None) == ""


def test_custom_fields_have_the_names_that_the_settings_give() -> None:
    labels = read(webhook(), {"impact": "customfield_10010", "urgency": "customfield_99999"}).labels
    assert labels["impact"] == labels["customfield_10010"] == "Extensive / Widespread"
    assert "urgency" not in labels


@pytest.mark.parametrize(
    ("event", "fields", "state"),
    [
        (
            "jira:issue_updated",
            {"status": {"name": "Doing", "statusCategory": {"key": "indeterminate"}}},
            "acknowledged",
        ),
        ("jira:issue_updated", {"status": {"name": "Done", "statusCategory": {"key": "done"}}}, "resolved"),
        ("jira:issue_updated", {"status": {"name": "Done"}, "resolution": {"name": "Fixed"}}, "resolved"),
        ("jira:issue_updated", {"status": {"name": "Reopened", "statusCategory": {"key": "new"}}}, "open"),
        ("jira:issue_deleted", {}, "resolved"),
    ],
)
def test_states_are_read_by_their_category(event: str, fields: dict[str, object], state: str) -> None:
    assert read(webhook(event, **fields)).state.value == state


def test_the_same_event_sent_again_later_is_the_same_body() -> None:
    first, second = to_issue(webhook(), NOON), to_issue({**webhook(), "timestamp": 1700000009999}, NOON)
    assert first is not None
    assert second is not None
    assert first.digest == second.digest


@pytest.mark.parametrize("event", ["comment_created", "sprint_started", "jira:worklog_updated"])
def test_other_events_are_ignored(event: str) -> None:
    assert to_issue({"webhookEvent": event}, NOON) is None


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({}, "webhookEvent"),
        ({"webhookEvent": "jira:issue_created"}, "issue"),
        ({**webhook(), "issue": {"fields": FIELDS}}, "issue.key"),
        ({**webhook(), "issue": {"key": "OPS-7"}}, "issue.fields"),
        (webhook(created="today"), "issue.fields.created"),
    ],
)
def test_what_cannot_be_used_is_named(payload: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_issue(payload, NOON)
    assert where in [problem.where for problem in caught.value.problems]


def test_documents_that_are_too_deep_end() -> None:
    node: dict[str, object] = {"type": "text", "text": "deep"}
    for _ in range(200):
        node = {"type": "paragraph", "content": [node]}
    assert to_issue_text(node) == ""
