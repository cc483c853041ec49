from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from triage.errors import SettingsError
from triage.settings import ColumnRoles, Origin, Settings, load_settings


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder in which `triage.toml` can be written; nothing above it holds one."""
    folder = tmp_path / "my site"
    folder.mkdir()
    return folder


def write(folder: Path, text: str) -> Path:
    file = folder / "triage.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(environ: dict[str, str], cwd: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, cwd)
    return str(caught.value)


def test_environment_wins_over_file_and_file_over_default(site: Path) -> None:
    write(site, "[settings]\nport = 9000\npromise = 0.9\n")
    settings = load_settings({"TRIAGE_PORT": "9100"}, site)
    assert (settings.port, settings.promise, settings.journal_queue) == (9100, 0.9, 10_000)
    assert settings.origins["port"] is Origin.ENVIRONMENT
    assert settings.origins["promise"] is Origin.FILE
    assert "journal_queue" not in settings.origins


def test_home_is_the_folder_that_holds_the_file_even_from_below(site: Path) -> None:
    file = write(site, "")
    below = site / "exports" / "2026"
    below.mkdir(parents=True)
    settings = load_settings({"HOME": "/nowhere"}, below)
    assert (settings.home, settings.config_file) == (site, file)
    assert settings.origins["home"] is Origin.FILE


def test_home_said_in_the_environment_wins(site: Path, tmp_path: Path) -> None:
    file = write(site, "[settings]\nport = 9000\n")
    settings = load_settings({"TRIAGE_HOME": str(tmp_path / "other")}, site)
    assert (settings.home, settings.port) == (tmp_path / "other", 9000)
    assert settings.config_file == file, "the nearest file still counts"
    own = tmp_path / "other"
    own.mkdir()
    write(own, "[settings]\nport = 9001\n")
    assert load_settings({"TRIAGE_HOME": str(own)}, site).port == 9001, "the file in the home counts more"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/desk"}, "/data/triage"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/home/desk"}, "/home/desk/.local/share/triage"),
        ({"HOME": "/home/desk"}, "/home/desk/.local/share/triage"),
        ({"HOME": "/home/desk", "TRIAGE_HOME": ""}, "/home/desk/.local/share/triage"),
        ({"HOME": "/home/desk", "TRIAGE_HOME": "~/triage"}, "/home/desk/triage"),
    ],
)
def test_home_without_a_file_is_the_user_data_folder(environ: dict[str, str], expected: str, site: Path) -> None:
    assert load_settings(environ, site).home == Path(expected)


def test_relative_home_is_relative_to_the_working_folder(site: Path) -> None:
    assert load_settings({"TRIAGE_HOME": "."}, site).home == site


def test_home_that_nothing_tells_is_refused(site: Path) -> None:
    assert "Set TRIAGE_HOME" in refused({}, site)


def test_paths_are_relative_to_where_they_were_said(site: Path) -> None:
    write(site, '[settings]\nmodels_dir = "shelf"\nartifacts_dir = "runs"\n')
    below = site / "below"
    below.mkdir()
    settings = load_settings({"TRIAGE_ARTIFACTS_DIR": "here"}, below)
    assert (settings.models_dir, settings.artifacts_dir) == (site / "shelf", below / "here")


def test_unknown_names_are_refused_with_close_matches(site: Path) -> None:
    file = write(site, "[settings]\nprot = 1\n[setings]\n[columns]\ntxt = 'a'\n")
    message = refused({"TRIAGE_PROMISSE": ".9", "HOME": "/home/desk"}, site)
    assert f"prot: is not a setting in {file}; did you mean port?" in message
    assert "setings: is not a table" in message
    assert "did you mean settings?" in message
    assert "columns.txt: is not a role; did you mean columns.text?" in message
    assert "TRIAGE_PROMISSE: is not a variable that is read; did you mean TRIAGE_PROMISE?" in message


def test_unknown_name_close_to_nothing_gets_the_whole_list(site: Path) -> None:
    message = refused({"TRIAGE_XYZZY": "1", "HOME": "/home/desk"}, site)
    assert "known are TRIAGE_HOME" in message
    assert "TRIAGE_LOG_LEVEL" in message


def test_facts_about_the_settings_cannot_be_set(site: Path) -> None:
    for name in ("TRIAGE_ORIGINS", "TRIAGE_COLUMNS", "TRIAGE_CONFIG_FILE", "TRIAGE_port"):
        assert name in refused({name: "1", "HOME": "/home/desk"}, site)


def test_home_in_the_file_is_refused_with_what_to_do(site: Path) -> None:
    write(site, '[settings]\nhome = "/srv"\n')
    assert "only TRIAGE_HOME can say otherwise" in refused({}, site)


def test_wrong_values_name_key_value_and_place_in_one_pass(site: Path) -> None:
    file = write(site, '[settings]\npromise = 95\nlog_level = "loud"\nmodels_dir = 3\n')
    message = refused({"TRIAGE_PORT": "http"}, site)
    assert "(from TRIAGE_PORT). Got 'http'." in message
    assert f"(from {file} [settings]). Got '95'." in message
    assert "log_level: " in message
    assert "models_dir: " in message
    assert "artifacts_dir" not in message, "it only follows from models_dir"
    assert message.splitlines()[0] == "These settings cannot be used: port, promise, models_dir, log_level."


def test_wrong_address_does_not_give_its_password_away(site: Path) -> None:
    secret = "hunter" + str(2)  # in one piece it would stand in the source lines of the traceback
    with pytest.raises(SettingsError) as caught:
        load_settings({"TRIAGE_HOME": "/srv", "TRIAGE_DATABASE_URL": f"mysql://desk:{secret}@db/triage"}, site)
    assert "mysql://desk:***@db/triage" in str(caught.value)
    assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("content", [b"[settings\n", b"\xff\xfe", b"port = = 1\n"])
def test_unreadable_file_is_named(site: Path, content: bytes) -> None:
    (site / "triage.toml").write_bytes(content)
    assert str(site / "triage.toml") in refused({}, site)


def test_table_that_is_no_table_is_refused(site: Path) -> None:
    write(site, "settings = 3\ncolumns = 'title'\n")
    message = refused({}, site)
    assert "write [settings]" in message
    assert "write [columns]" in message


def test_tables_of_trackers_are_handed_on_as_they_are(site: Path) -> None:
    write(site, "[trackers.desk]\nkind = 'jira'\nurl = 'https://desk'\n")
    settings = load_settings({}, site)
    assert settings.trackers == {"desk": {"kind": "jira", "url": "https://desk"}}
    assert ("trackers.desk.url", "https://desk") in [(row.key, row.value) for row in settings.as_rows()]


def test_columns_take_a_name_or_a_list(site: Path) -> None:
    write(
        site,
        "[columns]\ntext = ['title', 'body', 'title']\nfields = 'site'\ntime = 'created'\ntargets = ['team']",
    )
    assert load_settings({}, site).columns == ColumnRoles(
        text=("title", "body"), fields=("site",), time="created", targets=("team",)
    )


@pytest.mark.parametrize("line", ["text = 3", "text = ['a', 3]", "text = ''", "time = ['a', 'b']", "id = [' ']"])
def test_column_roles_that_cannot_be_meant_are_refused(site: Path, line: str) -> None:
    write(site, f"[columns]\n{line}\n")
    assert f"columns.{line.partition(' ')[0]}" in refused({}, site)


def test_other_variables_are_nobodys_business(site: Path) -> None:
    settings = load_settings({"HOME": "/home/desk", "PORT": "1", "triage_port": "2", "PATH": "/bin"}, site)
    assert settings.model_copy(update={"origins": {}}) == Settings(home=Path("/home/desk/.local/share/triage"))
