"""The ``[trackers.NAME]`` tables."""

from __future__ import annotations

import pytest

from triage.errors import SettingsError
from triage.trackers import TrackerKind, to_accounts

TABLE = {"kind": "servicenow", "url": "https://desk.example/", "secret_env": "DESK"}


def test_table_is_read_with_its_secret_from_the_environment_and_never_shows_it() -> None:
    more = {"user": "bot", "fields": {"u_team": "team"}, "changes": False, "poll_s": 60, "rate": 0.5}
    [account] = to_accounts({"desk": {**TABLE, **more}}, {"DESK": "s3cret"})
    assert (account.kind, account.url, account.secret) == (TrackerKind.SERVICENOW, "https://desk.example", "s3cret")
    assert (account.fields, account.has_changes, account.poll_s, account.rate) == ({"u_team": "team"}, False, 60.0, 0.5)
    # Those of webhooks are called so too, and these send their own.
    assert (account.source, account.takes_incidents) == ("servicenow", False)
    assert "s3cret" not in repr(account)


def test_request_tracker_sends_nothing_so_that_its_incidents_are_polled() -> None:
    [account] = to_accounts({"desk": {**TABLE, "kind": "request-tracker"}}, {"DESK": "s3cret"})
    assert (account.source, account.takes_incidents, account.poll_s) == ("request-tracker", True, 0.0)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({**TABLE, "kind": "remedy"}, "trackers.desk.kind"),
        ({**TABLE, "url": "desk.example"}, "trackers.desk.url"),
        ({**TABLE, "url": "https://bot:pw@desk.example"}, "trackers.desk.url"),
        ({**TABLE, "secret_env": "OTHER"}, "trackers.desk.secret_env"),
        ({**TABLE, "pase": 1}, "trackers.desk.pase"),
        ({**TABLE, "changes": "no"}, "trackers.desk.changes"),
        ({**TABLE, "rate": 0}, "trackers.desk.rate"),
        ({"kind": "jira"}, "trackers.desk.url"),
        ("https://desk.example", "trackers.desk"),
    ],
)
def test_what_cannot_be_used_is_named_and_secrets_are_not_shown(table: object, where: str) -> None:
    with pytest.raises(SettingsError) as caught:
        to_accounts({"desk": table}, {"DESK": "s3cret"})
    assert where in [problem.where for problem in caught.value.problems]
    assert "pw" not in str(caught.value)
