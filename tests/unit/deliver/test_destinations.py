"""The tables of destinations."""

from __future__ import annotations

import pytest

from triage.deliver import FieldRule, Kind, Mode, to_destinations
from triage.errors import SettingsError

ENVIRON = {"DESK_KEY": "hunter2"}


def test_destination_is_read_with_its_secret_from_the_environment() -> None:
    table = {
        "kind": "servicenow",
        "url": "https://desk.example/",
        "secret_env": "DESK_KEY",
        "user": "triage",
        "sources": ["mail"],
        "mode": "shadow",
        "updates_own": True,
        "timeout_s": 2,
        "create": {"contact_type": "monitoring"},
        "fields": {"team": "auto", "impact": {"mode": "suggest", "to": "impact", "suggest_to": "u_impact"}},
    }
    [found] = to_destinations({"desk": table}, ENVIRON)
    assert (found.name, found.kind, found.url, found.secret) == (
        "desk",
        Kind.SERVICENOW,
        "https://desk.example",
        "hunter2",
    )
    assert (found.takes("mail"), found.takes("phone")) == (True, False)
    assert found.rule("team") == FieldRule(Mode.AUTO)
    assert found.rule("impact") == FieldRule(Mode.SUGGEST, "impact", "u_impact")
    assert found.rule("priority") == FieldRule(Mode.SHADOW)
    assert "hunter2" not in repr(found)


def test_defaults_suggest_and_take_every_source_but_notifications_are_about_warnings() -> None:
    tables = {
        "hook": {"kind": "webhook", "url": "http://127.0.0.1:1/"},
        "pager": {"kind": "pagerduty", "secret_env": "DESK_KEY"},
        "chat": {"kind": "slack", "url": "https://hooks.example/x"},
    }
    hook, pager, chat = to_destinations(tables, ENVIRON)
    assert hook.rule("team").mode is Mode.SUGGEST
    assert pager.url == "https://events.pagerduty.com"
    assert (hook.takes("mail"), chat.takes("mail"), chat.takes("triage.watch")) == (True, False, True)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("text", "deliver.desk"),
        ({"kind": "telex"}, "deliver.desk.kind"),
        ({"kind": "webhook"}, "deliver.desk.url"),
        ({"kind": "webhook", "url": "ftp://x"}, "deliver.desk.url"),
        ({"kind": "webhook", "url": "http://x", "secret_env": "NOT_THERE"}, "deliver.desk.secret_env"),
        ({"kind": "jira", "url": "https://x"}, "deliver.desk.secret_env"),
        ({"kind": "webhook", "url": "http://x", "colour": "red"}, "deliver.desk.colour"),
        ({"kind": "webhook", "url": "http://x", "proxy": "yes"}, "deliver.desk.proxy"),
        ({"kind": "webhook", "url": "http://x", "timeout_s": 0}, "deliver.desk.timeout_s"),
        ({"kind": "webhook", "url": "http://x", "sources": [1]}, "deliver.desk.sources"),
        ({"kind": "webhook", "url": "http://x", "mode": "loud"}, "deliver.desk.mode"),
        ({"kind": "webhook", "url": "http://x", "user": 1}, "deliver.desk.user"),
        ({"kind": "webhook", "url": "http://x", "create": 1}, "deliver.desk.create"),
        ({"kind": "webhook", "url": "http://x", "fields": {"a": "loud"}}, "deliver.desk.fields.a.mode"),
        ({"kind": "webhook", "url": "http://x", "fields": {"a": {"for": "b"}}}, "deliver.desk.fields.a.for"),
        ({"kind": "mail", "url": "smtp://x"}, "deliver.desk.to"),
    ],
)
def test_what_cannot_be_used_is_named(table: object, where: str) -> None:
    with pytest.raises(SettingsError) as caught:
        to_destinations({"desk": table}, ENVIRON)
    assert where in [problem.where for problem in caught.value.problems]


def test_name_that_could_not_be_shown_everywhere_is_refused() -> None:
    with pytest.raises(SettingsError, match="small letters"):
        to_destinations({"Service Desk": {"kind": "webhook", "url": "http://x"}}, {})


def test_a_problem_is_one_record_where_records_are_worked_on_and_told_once_where_people_are() -> None:
    tables = {
        "desk": {"kind": "jira", "url": "https://x", "secret_env": "DESK_KEY"},
        "own": {"kind": "jira", "url": "https://x", "secret_env": "DESK_KEY", "updates_own": True},
        "chat": {"kind": "slack", "url": "https://hooks.example/x"},
        "hook": {"kind": "webhook", "url": "http://127.0.0.1:1/", "members": "quiet"},
        "am": {"kind": "alertmanager", "url": "http://127.0.0.1:1/"},
    }
    modes = [found.members.value for found in to_destinations(tables, ENVIRON)]
    assert modes == ["comment", "separate", "quiet", "quiet", "separate"]


@pytest.mark.parametrize("changes", [{"kind": "alertmanager"}, {"kind": "jira", "updates_own": True}])
def test_members_stay_apart_where_every_incident_has_a_record(changes: dict[str, object]) -> None:
    table = {"url": "https://x", "secret_env": "DESK_KEY", "members": "comment", **changes}
    with pytest.raises(SettingsError, match=r"deliver\.desk\.members"):
        to_destinations({"desk": table}, ENVIRON)
