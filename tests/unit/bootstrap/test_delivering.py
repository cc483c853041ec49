"""Delivery as it is wired from settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.bootstrap.delivering import open_relay, read_destinations
from triage.errors import Conflict, SettingsError, UsageError
from triage.settings import Settings
from triage.store import SqlJournal

HOOK = {"hook": {"kind": "webhook", "url": "http://127.0.0.1:9/"}}


def test_destinations_are_those_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER_KEY", "k")
    tables = {**HOOK, "pager": {"kind": "pagerduty", "secret_env": "PAGER_KEY"}}
    found = read_destinations(Settings(home=tmp_path, deliver=tables))
    assert [(one.name, one.secret) for one in found] == [("hook", ""), ("pager", "k")]


def test_relay_alone_delivers_to_all_of_them(tmp_path: Path) -> None:
    with open_relay(Settings(home=tmp_path, deliver=HOOK)) as relay:
        assert relay.of("mail") == ("hook",)


def test_relay_without_a_destination_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\[deliver\.NAME\]"), open_relay(Settings(home=tmp_path)):
        pass
    assert not (tmp_path / "triage.db").exists()


def test_relay_beside_a_service_on_a_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, deliver=HOOK)
    with SqlJournal.open(settings.database_url), pytest.raises(Conflict, match="PostgreSQL"), open_relay(settings):
        pass


def test_destination_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="url"):
        read_destinations(Settings(home=tmp_path, deliver={"hook": {"kind": "webhook"}}))
