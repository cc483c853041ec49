"""Where settings come from: default, then `[settings]` of `triage.toml`, then TRIAGE_* variables, the last one winning.

The environment and the working folder are passed in; this module never looks at the process's own. The file is the one
in TRIAGE_HOME, else the nearest one upwards from the working folder, else the one in the user data folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from triage.errors import Problem, SettingsError, bounded
from triage.settings.values import ColumnRoles, Origin, Settings, mask_password
from triage.wording import wanted

__all__ = ["load_settings"]

_FILE_NAME = "triage.toml"
_PREFIX = "TRIAGE_"
_TABLES = ("settings", "columns", "deliver", "grouping", "intake", "limits", "trackers", "sla")
_PATH_KEYS = ("models_dir", "artifacts_dir")
_SINGLE_ROLES = ("time", "id", "state", "updated")


@dataclass(frozen=True, slots=True)
class _Layer:
    """Values of one origin, by setting key: how each is called there, and what relative paths are relative to."""

    origin: Origin
    values: Mapping[str, object]
    names: Mapping[str, str]
    base: Path


@dataclass(slots=True)
class _Findings:
    """What was read so far, and everything that was wrong with it."""

    values: dict[str, object] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Build the settings from an environment and a working folder.

    Parameters
    ----------
    environ : mapping of str to str
        Usually ``os.environ``. A TRIAGE_* variable that is empty counts as not set.
    cwd : Path
        Where the search for ``triage.toml`` begins, upwards; absolute.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        For a file that cannot be read, an unknown table, key or variable, and a value that cannot be used. Everything
        wrong is found in one pass; each problem names its key, what was got and the file or variable it stands in.
    """
    given = {name: value for name, value in environ.items() if name.startswith(_PREFIX) and value}
    file = _find_file(environ, cwd)
    document = _read_document(file) if file else {}

    found = _Findings()
    found.problems += [_unknown(table, _TABLES, f"a table of {file}") for table in document if table not in _TABLES]
    layers = [_to_environment_layer(given, cwd, found.problems)]
    if file:
        layers.insert(0, _to_file_layer(document, file, found.problems))
    for layer in layers:
        _lay_over(found, layer, environ)
    found.values["home"], found.origins["home"] = _find_home(environ, cwd, file)
    found.values |= {
        "config_file": file,
        "columns": _to_roles(_table(document, "columns", found.problems), found.problems),
        "deliver": _table(document, "deliver", found.problems),
        "trackers": _table(document, "trackers", found.problems),
        "grouping": _table(document, "grouping", found.problems),
        "intake": _to_intake(_table(document, "intake", found.problems), found.problems),
        "limits": _table(document, "limits", found.problems),
        "sla": _table(document, "sla", found.problems),
    }
    return _build(found)


def _build(found: _Findings) -> Settings:
    cause: ValidationError | None = None
    try:
        settings = Settings.model_validate(found.values | {"origins": found.origins})
    except ValidationError as err:
        cause = err
        found.problems += [
            _wrong_value(str(each["loc"][0]), wanted(each["type"], each["msg"], each.get("ctx", {})), found)
            for each in err.errors()
            if each["type"] != "default_factory_not_called"  # follows from another error in the same list
        ]
    if found.problems:
        keys = bounded(dict.fromkeys(problem.where for problem in found.problems))
        raise SettingsError(f"These settings cannot be used: {keys}.", found.problems) from cause
    return settings


def _find_file(environ: Mapping[str, str], cwd: Path) -> Path | None:
    own = [_under(said, cwd, environ)] if (said := environ.get("TRIAGE_HOME")) else []
    data = [folder] if (folder := _find_user_data_folder(environ)) else []
    candidates = (each / _FILE_NAME for each in (*own, cwd, *cwd.parents, *data))
    return next((path for path in candidates if path.is_file()), None)


def _find_home(environ: Mapping[str, str], cwd: Path, file: Path | None) -> tuple[Path, Origin]:
    if said := environ.get("TRIAGE_HOME"):
        return _under(said, cwd, environ), Origin.ENVIRONMENT
    if file:
        return file.parent, Origin.FILE
    if folder := _find_user_data_folder(environ):
        return folder, Origin.DEFAULT
    raise SettingsError("home is not known: there is no triage.toml, and HOME is not set. Set TRIAGE_HOME to a folder.")


def _find_user_data_folder(environ: Mapping[str, str]) -> Path | None:
    """Follow the XDG rules, by which a relative XDG_DATA_HOME is ignored. LOCALAPPDATA is there on Windows only."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        if Path(environ.get(name, "")).is_absolute():
            return Path(environ[name]) / "triage"
    return Path(environ["HOME"]) / ".local" / "share" / "triage" if environ.get("HOME") else None


def _under(path: str, base: Path, environ: Mapping[str, str]) -> Path:
    """Make a path absolute: ``~`` is HOME, and what is relative is relative to `base`."""
    if path == "~" or path.startswith("~/"):
        return Path(environ.get("HOME", "~") + path[1:])
    return Path(base, path)


def _read_document(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise SettingsError(f"{file} cannot be read as TOML in UTF-8: {err}.") from err


def _table(document: Mapping[str, object], name: str, problems: list[Problem]) -> Mapping[str, object]:
    table = document.get(name, {})
    if isinstance(table, Mapping):
        return table
    problems.append(Problem(f"must be a table; write [{name}].", name, got=str(table)))
    return {}


def _to_file_layer(document: Mapping[str, object], file: Path, problems: list[Problem]) -> _Layer:
    table = _table(document, "settings", problems)
    allowed = [key for key in Settings.known_keys() if key != "home"]
    if "home" in table:
        problems.append(Problem(f"is the folder that holds {file}; only TRIAGE_HOME can say otherwise.", "home"))
    problems += [_unknown(key, allowed, f"a setting in {file}") for key in table if key not in (*allowed, "home")]
    values = {key: value for key, value in table.items() if key in allowed}
    return _Layer(Origin.FILE, values, dict.fromkeys(values, f"{file} [settings]"), file.parent)


def _to_environment_layer(given: Mapping[str, str], cwd: Path, problems: list[Problem]) -> _Layer:
    names = {key: f"{_PREFIX}{key.upper()}" for key in Settings.known_keys()}
    allowed = list(names.values())
    problems += [_unknown(name, allowed, "a variable that is read", _PREFIX) for name in given if name not in allowed]
    values = {key: given[name] for key, name in names.items() if name in given}
    return _Layer(Origin.ENVIRONMENT, values, names, cwd)


def _lay_over(found: _Findings, layer: _Layer, environ: Mapping[str, str]) -> None:
    for key, value in layer.values.items():
        is_path = key in _PATH_KEYS and isinstance(value, str)
        found.values[key] = _under(str(value), layer.base, environ) if is_path else value
        found.origins[key] = layer.origin
        found.names[key] = layer.names[key]


def _to_roles(table: Mapping[str, object], problems: list[Problem]) -> ColumnRoles:
    roles = [each.name for each in fields(ColumnRoles)]
    allowed = [f"columns.{role}" for role in roles]
    problems += [_unknown(f"columns.{key}", allowed, "a role", "columns.") for key in table if key not in roles]
    named: dict[str, tuple[str, ...]] = {}
    for role in roles:
        value = table.get(role, [])
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            problems.append(Problem("must be a column's name or a list of names.", f"columns.{role}", got=str(value)))
        elif role in _SINGLE_ROLES and len(names) > 1:
            problems.append(Problem("must be a single column.", f"columns.{role}", got=str(value)))
        else:
            named[role] = tuple(dict.fromkeys(names))
    single = {role: next(iter(named.pop(role, ())), None) for role in _SINGLE_ROLES}
    return ColumnRoles(
        text=named.get("text", ()), fields=named.get("fields", ()), targets=named.get("targets", ()), **single
    )


def _to_intake(table: Mapping[str, object], problems: list[Problem]) -> dict[str, Mapping[str, object]]:
    """Return the tables ``[intake.NAME]``; what stands in them is read by the intake itself."""
    tables = {name: inner for name, inner in table.items() if isinstance(inner, Mapping)}
    problems += [
        Problem(f"must be a table; write [intake.{name}].", f"intake.{name}", got=str(table[name]))
        for name in table
        if name not in tables
    ]
    return tables


def _unknown(name: str, allowed: Collection[str], what: str, prefix: str = "") -> Problem:
    # Compared without what all of them share, which would make any two of them look alike.
    close = get_close_matches(name.removeprefix(prefix), [each.removeprefix(prefix) for each in allowed])
    hint = (
        f"did you mean {' or '.join(prefix + each for each in close)}?" if close else f"known are {', '.join(allowed)}."
    )
    return Problem(f"is not {what}; {hint}", name)


def _wrong_value(key: str, message: str, found: _Findings) -> Problem:
    where = f" (from {found.names[key]})" if key in found.names else ""
    return Problem(f"{message}{where}.", key, got=mask_password(str(found.values.get(key, ""))))
