"""What can be set, its defaults and its bounds. It must not look for values by itself: `sources` brings them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

__all__ = ["ColumnRoles", "Origin", "SettingRow", "Settings", "is_loopback", "mask_password"]

# What `load_settings` states about the settings; neither the file nor the environment can give them.
_FACTS = ("config_file", "columns", "deliver", "grouping", "intake", "limits", "trackers", "sla", "origins")


class Origin(StrEnum):
    """Where the value of a setting came from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of ``triage config show``: key, value as text without secrets, and where it came from."""

    key: str
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """What the columns of a team's own files mean: the ``[columns]`` table of ``triage.toml``.

    Parameters
    ----------
    text, fields, targets : tuple of str
        Columns of free text, of categories, and to be predicted; empty when the file does not say.
    time, id : str or None
        The column of the opening time, and the one of the incident's number.
    state, updated : str or None
        Of an event log: the column of the state or step that a row tells of, and of when the row was written.
    """

    text: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    time: str | None = None
    id: str | None = None
    state: str | None = None
    updated: str | None = None
    targets: tuple[str, ...] = ()


class Settings(BaseSettings):
    """Everything that can be set, once, for the whole process. Build it with `load_settings`.

    Parameters
    ----------
    home : Path
        The folder that holds the models and the databases; absolute.
    host : str, default="127.0.0.1"
        Where the service listens. Loopback only, until requests carry keys.
    port : int, default=8000
        In [0, 65535]; 0 takes any free port.
    max_body_bytes : int, default=5_000_000
        Largest request body that is read, in bytes; at least 1024.
    max_metrics_bytes : int, default=64_000_000
        The same for a batch of metrics: 64 MB hold a million points.
    journal_queue : int, default=10_000
        How many accepted events may wait for the writer before senders are pushed back; at least 1.
    answer_deadline_ms : float, default=500
        How long an incident waits for its labels before it goes on without, in milliseconds, above 0; they follow.
    precedents_tail : int, default=5_000
        How many accepted incidents are findable as precedents beside those that a model was trained on; 0 for none.
    entity_labels : str
        Which labels of foreign metrics name the entity, by commas, the one that counts most first.
    promise : float, default=0.95
        Precision promised for automatic labels, in (0, 1); a higher one labels fewer.
    under_triage_cost : float, default=1.0
        What it costs to take an incident for less urgent than it is, where taking it for more urgent costs 1; above 0.
    audit_share : float, default=0.03
        Share of the incidents whose automatic labels are left to people, in [0, 1], so that live precision is known.
    alert_budget : str, default="1/day"
        Alerts an entity, by event time, as long as no model of metrics is in force: ``N/day``, ``N/30d``.
    time_zone : str, default="UTC"
        IANA name of the zone by whose clocks days go, as long as no model of metrics is in force.
    silences : Path or None
        File of windows in which nothing of metrics is warned of or learnt.
    forget_after_days : float, default=30.0
        For how long an entity may send no metrics before the service forgets it, at least 0; 0 means for ever.
    database_url : str
        The service's database. Default: SQLite in ``home/triage.db``.
    mlflow_uri : str
        The store of training runs, never the service's own database. Default: SQLite in ``home/mlflow.db``.
    models_dir : Path
        The bundles. Default: ``home/models``.
    artifacts_dir : Path
        MLflow's artifacts. Default: ``_mlflow`` in ``models_dir``, a name that no bundle can have.
    reload_interval_s : float, default=2.0
        How often the service looks for a new champion, in seconds, above 0.
    relay : bool, default=True
        Whether ``triage serve`` also delivers; else ``triage deliver`` does.
    log_level : str, default="info"
        One of debug, info, warning, error, critical.
    config_file : Path or None, default=None
        The ``triage.toml`` that was read.
    columns : ColumnRoles
        Its ``[columns]`` table.
    deliver : mapping of str to object
        Its ``[deliver.NAME]`` tables, as they are written there.
    grouping : mapping of str to object
        Its ``[grouping]`` table, as it stands there.
    intake : mapping of str to mapping of str to object
        Its ``[intake.NAME]`` tables, as they stand there.
    limits : mapping of str to object
        Its ``[limits]`` table, as it stands there.
    trackers : mapping of str to object
        Its ``[trackers.NAME]`` tables, likewise.
    sla : mapping of str to object
        Its ``[sla]`` table, as it stands there.
    origins : mapping of str to Origin
        Where the keys that are not defaults came from.
    """

    # Inputs are hidden in pydantic's own message: it is chained to ours, and a database URL may hold a password.
    model_config = SettingsConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    home: Path
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    max_body_bytes: Annotated[int, Field(ge=1024)] = 5_000_000  # below 1 KiB not even a short ticket fits
    max_metrics_bytes: Annotated[int, Field(ge=1024)] = 64_000_000
    journal_queue: Annotated[int, Field(ge=1)] = 10_000
    answer_deadline_ms: Annotated[float, Field(gt=0, le=60_000)] = 500.0
    precedents_tail: Annotated[int, Field(ge=0, le=1_000_000)] = 5_000  # reading them takes .1 ms a thousand, each time
    entity_labels: str = "instance,host,host.name,node,service,service.name,pod,k8s.pod.name,job"
    promise: Annotated[float, Field(gt=0, lt=1)] = 0.95
    under_triage_cost: Annotated[float, Field(gt=0, le=1000)] = 1.0
    audit_share: Annotated[float, Field(ge=0, le=1)] = 0.03
    alert_budget: str = "1/day"
    time_zone: str = "UTC"
    silences: Path | None = None
    forget_after_days: Annotated[float, Field(ge=0, le=36_500)] = 30.0
    database_url: str = Field(default_factory=lambda known: f"sqlite:///{known['home'] / 'triage.db'}", repr=False)
    mlflow_uri: str = Field(default_factory=lambda known: f"sqlite:///{known['home'] / 'mlflow.db'}", repr=False)
    models_dir: Path = Field(default_factory=lambda known: known["home"] / "models")
    artifacts_dir: Path = Field(default_factory=lambda known: known["models_dir"] / "_mlflow")
    reload_interval_s: Annotated[float, Field(gt=0)] = 2.0
    relay: bool = True
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"],
        BeforeValidator(lambda level: level.lower() if isinstance(level, str) else level),
    ] = "info"
    config_file: Path | None = None
    columns: ColumnRoles = ColumnRoles()
    deliver: Mapping[str, object] = Field(default_factory=dict)
    grouping: Mapping[str, object] = Field(default_factory=dict)
    intake: Mapping[str, Mapping[str, object]] = Field(default_factory=dict)
    limits: Mapping[str, object] = Field(default_factory=dict)
    trackers: Mapping[str, object] = Field(default_factory=dict)
    sla: Mapping[str, object] = Field(default_factory=dict)
    origins: Mapping[str, Origin] = Field(default_factory=dict, repr=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only from the caller: `load_settings` is given the environment, and knows each value's origin."""
        return (init_settings,)

    @field_validator("host")
    @classmethod
    def _refuse_other_machines(cls, host: str) -> str:
        if not is_loopback(host):
            raise ValueError("must be a loopback address (127.0.0.1, ::1, localhost), as requests carry no keys yet")
        return host

    @field_validator("database_url", "mlflow_uri")
    @classmethod
    def _refuse_unusable_url(cls, url: str, info: ValidationInfo) -> str:
        if info.field_name == "mlflow_uri" and url == info.data.get("database_url"):
            raise ValueError("must not be database_url: MLflow keeps tables of its own, some by the same names")
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.partition("+")[0] not in ("sqlite", "postgresql"):
            raise ValueError("must look like sqlite:////absolute/path.db or postgresql+psycopg://host/name")
        if scheme.startswith("sqlite") and not Path(rest.removeprefix("/")).is_absolute():
            raise ValueError("must give an absolute path (sqlite:////…), so that the working folder does not matter")
        return url

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Name every key that can be set, in the order in which they are shown."""
        return tuple(key for key in cls.model_fields if key not in _FACTS)

    def as_rows(self) -> tuple[SettingRow, ...]:
        """Render every key and entry of a table with where its value came from; passwords are masked."""
        keys = [
            SettingRow(key, mask_password(str(getattr(self, key))), self.origins.get(key, Origin.DEFAULT))
            for key in self.known_keys()
        ]
        roles = ((each.name, getattr(self.columns, each.name)) for each in fields(self.columns))
        named = [(name, value if isinstance(value, str) else ", ".join(value)) for name, value in roles if value]
        columns = (SettingRow(f"columns.{name}", value, Origin.FILE) for name, value in named)
        names = ("deliver", "grouping", "intake", "limits", "trackers", "sla")
        tables = ((name, getattr(self, name)) for name in names)
        return (*keys, *columns, *(row for key, table in tables for row in _table_rows(key, table)))


def _table_rows(key: str, value: object) -> tuple[SettingRow, ...]:
    if isinstance(value, Mapping):
        return tuple(row for name, each in value.items() for row in _table_rows(f"{key}.{name}", each))
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return (SettingRow(key, mask_password(text), Origin.FILE),)


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def mask_password(text: str) -> str:
    """Replace the password of a URL, in its authority or its query, by three asterisks.

    Examples
    --------
    >>> mask_password("postgresql+psycopg://desk:hunter2@db/triage?sslpassword=x&application_name=desk")
    'postgresql+psycopg://desk:***@db/triage?sslpassword=***&application_name=desk'
    """
    # Up to the last @: a password may itself hold an unescaped @ or /.
    text = re.sub(r"(://[^/:@]*:).*@", r"\1***@", text)
    return re.sub(r"([?&][^=&]*(?:passw|secret|token)[^=&]*=)[^&]*", r"\1***", text, flags=re.IGNORECASE)
