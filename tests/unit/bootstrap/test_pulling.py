"""Which account is meant by a pull."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from triage.bootstrap.pulling import pull_history, to_account
from triage.errors import UsageError
from triage.settings import Settings

TABLE = {"kind": "jira", "url": "https://desk.example", "secret_env": "DESK"}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK", "s3cret")


def settings(**tables: object) -> Settings:
    return Settings(home=Path("/home/desk"), trackers=tables)


def test_only_account_of_a_kind_needs_no_name_and_of_several_one_is_named() -> None:
    both = settings(a=TABLE, b=TABLE, c={**TABLE, "kind": "servicenow"})
    assert to_account(both, "servicenow", None).name == "c"
    assert to_account(both, "jira", "b").name == "b"
    with pytest.raises(UsageError, match="Name one by --tracker: a, b"):
        to_account(both, "jira", None)


@pytest.mark.parametrize(("kind", "name", "told"), [("jira", None, r"\[trackers.NAME\]"), ("remedy", None, "one of")])
def test_what_is_missing_is_told(kind: str, name: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        to_account(settings(), kind, name)


def test_span_and_file_that_cannot_be_meant_are_refused() -> None:
    account = to_account(settings(a=TABLE), "jira", None)
    day = datetime(2026, 11, 23, tzinfo=UTC)
    with pytest.raises(UsageError, match=r"ends in \.csv"):
        pull_history(account, None, None, Path("/tmp/a.parquet"), lambda _: None)
    with pytest.raises(UsageError, match="--since must be before --until"):
        pull_history(account, day, day, Path("/tmp/a.csv"), lambda _: None)
