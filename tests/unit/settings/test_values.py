from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from triage.settings import ColumnRoles, Origin, SettingRow, Settings, is_loopback, mask_password

HOME = Path("/srv/triage")


def test_defaults_live_under_home() -> None:
    settings = Settings(home=HOME)
    assert settings.database_url == "sqlite:////srv/triage/triage.db"
    assert settings.mlflow_uri == "sqlite:////srv/triage/mlflow.db"
    assert settings.models_dir == HOME / "models"
    assert settings.artifacts_dir == HOME / "models" / "_mlflow"
    assert (settings.host, settings.port, settings.promise) == ("127.0.0.1", 8000, 0.95)
    assert (settings.max_metrics_bytes, settings.alert_budget) == (64_000_000, "1/day")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings(home=HOME).port = 1


def test_environment_of_the_process_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_PORT", "1")
    monkeypatch.setenv("PORT", "2")
    assert Settings(home=HOME).port == 8000


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "0.0.0.0"),
        ("host", "192.168.1.5"),
        ("host", "example.org"),
        ("port", 65536),
        ("promise", 1.0),
        ("promise", float("nan")),
        ("max_body_bytes", 10),
        ("max_metrics_bytes", 10),
        ("journal_queue", 0),
        ("reload_interval_s", 0),
        ("reload_interval_s", float("inf")),
        ("log_level", "loud"),
        ("log_level", 3),
        ("database_url", "mysql://db/triage"),
        ("database_url", "triage.db"),
        ("database_url", "sqlite:///triage.db"),
        ("database_url", "sqlite://"),
        ("mlflow_uri", "sqlite+pysqlite:///mlflow.db"),
    ],
)
def test_values_that_cannot_work_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        Settings.model_validate({"home": HOME, key: value})


def test_service_and_mlflow_never_share_a_database() -> None:
    url = "postgresql+psycopg://db/triage"
    with pytest.raises(ValidationError, match="must not be database_url"):
        Settings.model_validate({"home": HOME, "database_url": url, "mlflow_uri": url})


def test_log_level_is_read_in_any_case() -> None:
    assert Settings.model_validate({"home": HOME, "log_level": "WARNING"}).log_level == "warning"


def test_rows_name_every_key_once_with_its_origin() -> None:
    rows = Settings(home=HOME, port=9000, origins={"port": Origin.FILE}).as_rows()
    assert [row.key for row in rows] == list(Settings.known_keys())
    assert SettingRow("port", "9000", Origin.FILE) in rows
    assert SettingRow("promise", "0.95", Origin.DEFAULT) in rows


def test_rows_show_the_columns_that_the_file_names() -> None:
    rows = Settings(home=HOME, columns=ColumnRoles(text=("title", "body"), time="created")).as_rows()
    assert rows[-2:] == (
        SettingRow("columns.text", "title, body", Origin.FILE),
        SettingRow("columns.time", "created", Origin.FILE),
    )


def test_rows_show_the_destinations_that_the_file_names_without_passwords() -> None:
    tables = {"desk": {"url": "https://ada:hunter2@desk/", "sources": ["a", "b"], "fields": {"team": "auto"}}}
    assert Settings(home=HOME, deliver=tables).as_rows()[-3:] == (
        SettingRow("deliver.desk.url", "https://ada:***@desk/", Origin.FILE),
        SettingRow("deliver.desk.sources", "a, b", Origin.FILE),
        SettingRow("deliver.desk.fields.team", "auto", Origin.FILE),
    )


def test_passwords_are_never_shown() -> None:
    settings = Settings(home=HOME, database_url="postgresql+psycopg://desk:hunter2@db/triage")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.as_rows())


@given(st.text("abc:/@?&=%", min_size=1), st.booleans())
def test_masking_hides_any_password(secret: str, in_query: bool) -> None:
    secret = f"S{secret.replace('&', '')}S"
    url = f"postgresql://db/x?password={secret}&a=b" if in_query else f"postgresql://desk:{secret}@db/triage"
    assert secret not in mask_password(url)


def test_masking_leaves_other_text_alone() -> None:
    for text in ("sqlite:////srv/triage/triage.db", "127.0.0.1", "/srv/a@b", "postgresql://desk@db/triage"):
        assert mask_password(text) == text


@given(st.ip_addresses())
def test_loopback_is_what_the_address_says(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_loopback(str(address)) == address.is_loopback


def test_all_of_127_and_both_families_are_loopback() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("", "127.0.0.1:80", "::", "localhost.example"))
