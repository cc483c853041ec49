"""Where tickets are read from: the ``[trackers.NAME]`` tables of ``triage.toml``, checked. Fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from triage.errors import Problem, SettingsError
from triage.sections import Section

__all__ = ["Account", "TrackerKind", "to_accounts"]


class TrackerKind(StrEnum):
    """How a tracker is spoken to."""

    SERVICENOW = "servicenow"
    JIRA = "jira"
    REQUEST_TRACKER = "request-tracker"


@dataclass(frozen=True, slots=True)
class Account:
    """How a tracker is read.

    Parameters
    ----------
    name : str
        Of the table.
    kind : TrackerKind
    url : str
        Of the tracker, without the path of its API.
    user : str, default=""
        For basic authentication; without one the secret is a token.
    secret : str, default=""
        Never shown.
    query : str, default=""
        Only what it picks, in the tracker's own language: an encoded query, JQL or TicketSQL.
    fields : mapping of str to str
        Further columns: our name by the tracker's.
    has_changes : bool, default=True
        Whether changes are read; off where the account may not see them.
    per_page : int, default=100
        Tickets a call.
    rate : float, default=5.0
        Calls a second at most.
    timeout_s : float, default=30.0
        How long a call may take.
    ca_file : Path or None, default=None
        Certificates that are trusted instead of the system's.
    source : str, default=""
        What incidents of it are called in `triage serve`; as the kind if the table does not say.
    destination : str, default=""
        Under which ``[deliver.NAME]`` we make tickets in it ourselves; empty if we do not.
    poll_s : float, default=0.0
        How often `triage serve` reads what is new and changed, in seconds; never if 0.
    takes_incidents, takes_outcomes : bool, default=True
        What polling brings in.
    """

    name: str
    kind: TrackerKind
    url: str
    user: str = ""
    secret: str = field(default="", repr=False)
    query: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    has_changes: bool = True
    per_page: int = 100
    rate: float = 5.0
    timeout_s: float = 30.0
    ca_file: Path | None = None
    source: str = ""
    destination: str = ""
    poll_s: float = 0.0
    takes_incidents: bool = True
    takes_outcomes: bool = True


class _Table(Section):
    """A ``[trackers.NAME]`` table, as it is written."""

    kind: Annotated[TrackerKind, Field(strict=False)]
    url: Annotated[str, Field(repr=False)]
    secret_env: str
    user: str = ""
    query: str = ""
    fields_: dict[str, str] = Field(default_factory=dict, alias="fields")
    changes: bool = True
    per_page: Annotated[int, Field(ge=1, le=1000)] = 100
    rate: Annotated[float, Field(gt=0, le=100)] = 5.0
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    ca_file: Annotated[Path | None, Field(strict=False)] = None
    source: Annotated[str, Field(max_length=255)] = ""
    destination: Annotated[str, Field(max_length=63)] = ""
    poll_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    # The others send their own.
    incidents: bool | None = None
    outcomes: bool = True

    @field_validator("url")
    @classmethod
    def _refuse_no_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise ValueError("must be an address that begins with https://, without a user in it")
        return url.rstrip("/")

    @field_validator("secret_env")
    @classmethod
    def _refuse_unset(cls, variable: str, info: ValidationInfo[Mapping[str, str]]) -> str:
        if not info.context.get(variable):
            raise ValueError("must name a variable of the environment that holds the password or token")
        return variable


def to_accounts(tables: Mapping[str, object], environ: Mapping[str, str]) -> tuple[Account, ...]:
    """Check the tables of all trackers.

    Parameters
    ----------
    tables : mapping of str to object
        ``[trackers]`` of ``triage.toml``, by name.
    environ : mapping of str to str
        Where ``secret_env`` is looked up.

    Raises
    ------
    SettingsError
        Naming everything that cannot be used.

    Examples
    --------
    >>> table = {"kind": "jira", "url": "https://example.atlassian.net/", "secret_env": "JIRA_TOKEN"}
    >>> [account] = to_accounts({"desk": table}, {"JIRA_TOKEN": "s3cret"})
    >>> account.url, account.kind.value
    ('https://example.atlassian.net', 'jira')
    """
    problems: list[Problem] = []
    found = [_to_account(name, table, environ, problems) for name, table in tables.items()]
    if problems:
        raise SettingsError("Trackers under [trackers] cannot be used.", problems)
    return tuple(one for one in found if one is not None)


def _to_account(name: str, table: object, environ: Mapping[str, str], problems: list[Problem]) -> Account | None:
    read = _Table.find(table, f"trackers.{name}", problems, environ)
    if read is None:
        return None
    return Account(
        name,
        read.kind,
        read.url,
        read.user,
        environ[read.secret_env],
        read.query,
        read.fields_,
        read.changes,
        read.per_page,
        read.rate,
        read.timeout_s,
        read.ca_file,
        read.source or read.kind.value,
        read.destination,
        read.poll_s,
        read.kind is TrackerKind.REQUEST_TRACKER if read.incidents is None else read.incidents,
        read.outcomes,
    )
