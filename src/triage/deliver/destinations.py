"""Where messages go, and what may be done there: the ``[deliver.NAME]`` tables of ``triage.toml``, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from triage.errors import Problem, SettingsError
from triage.flow import MemberMode
from triage.sections import Section, TextOrTexts

__all__ = ["Destination", "FieldRule", "Kind", "Mode", "to_destinations"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
# Warnings come in under this source; a plain notification is about them unless it says otherwise.
_WARNINGS = ("triage.watch",)


class Kind(StrEnum):
    """How a destination is spoken to."""

    WEBHOOK = "webhook"
    PAGERDUTY = "pagerduty"
    SERVICENOW = "servicenow"
    JIRA = "jira"
    REQUEST_TRACKER = "request-tracker"
    ALERTMANAGER = "alertmanager"
    SLACK = "slack"
    TEAMS = "teams"
    MAIL = "mail"


class Mode(StrEnum):
    """What is done with a predicted label: filled in, suggested, or kept to ourselves."""

    AUTO = "auto"
    SUGGEST = "suggest"
    SHADOW = "shadow"


_NOTIFICATIONS = (Kind.SLACK, Kind.TEAMS, Kind.MAIL)
_DEFAULT_URLS = {Kind.PAGERDUTY: "https://events.pagerduty.com"}
_SCHEMES = {Kind.MAIL: ("smtp", "smtps")}
# Where a record is worked on, one problem is one record; people are told of it once. Others judge for themselves.
_MEMBERS = {
    Kind.SERVICENOW: MemberMode.COMMENT,
    Kind.JIRA: MemberMode.COMMENT,
    Kind.REQUEST_TRACKER: MemberMode.COMMENT,
    Kind.PAGERDUTY: MemberMode.COMMENT,
    Kind.SLACK: MemberMode.QUIET,
    Kind.TEAMS: MemberMode.QUIET,
    Kind.MAIL: MemberMode.QUIET,
}
_Number = Annotated[float, Field(gt=0, le=3600)]
_NEED_SECRET = (Kind.PAGERDUTY, Kind.SERVICENOW, Kind.JIRA, Kind.REQUEST_TRACKER)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What is done with one target.

    Parameters
    ----------
    mode : Mode
    to : str
        The core's field that is filled in; empty for the target's own name.
    suggest_to : str
        The core's field that suggestions go into; empty for a comment.
    """

    mode: Mode
    to: str = ""
    suggest_to: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """One destination.

    Parameters
    ----------
    name : str
    kind : Kind
    url : str
    secret : str
        Key, token or password; never shown.
    user : str
        For basic authentication, and as the sender of mail.
    sources : tuple of str
        Only incidents of these sources go there; all, if empty.
    mode : Mode
        Of targets without a rule of their own.
    fields : mapping of str to FieldRule
        By target.
    is_proxy : bool
        Webhooks only: the sender's own body is passed on with the answer added to it.
    updates_own : bool
        Ticket systems only: the incident's id is the core's own number of it, so nothing is ever created.
    create : mapping of str to object
        What every created record holds besides.
    to : tuple of str
        Recipients of mail.
    timeout_s : float
        How long one attempt may take.
    concurrency : int
        Attempts at a time.
    members : MemberMode
        What it is told of an alert that another one's group has taken in.
    """

    name: str
    kind: Kind
    url: str
    secret: str = field(default="", repr=False)
    user: str = ""
    sources: tuple[str, ...] = ()
    mode: Mode = Mode.SUGGEST
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    is_proxy: bool = False
    updates_own: bool = False
    create: Mapping[str, object] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    timeout_s: float = 15.0
    concurrency: int = 8
    members: MemberMode = MemberMode.SEPARATE

    def takes(self, source: str) -> bool:
        """Tell whether incidents of a source go there."""
        return not self.sources or source in self.sources

    def rule(self, target: str) -> FieldRule:
        """Return what is done with a target."""
        return self.fields.get(target) or FieldRule(self.mode)


def to_destinations(tables: Mapping[str, object], environ: Mapping[str, str]) -> tuple[Destination, ...]:
    """Check the tables of all destinations.

    Parameters
    ----------
    tables : mapping of str to object
        ``[deliver]`` of ``triage.toml``, by name.
    environ : mapping of str to str
        Where ``secret_env`` is looked up.

    Raises
    ------
    SettingsError
        Naming everything that cannot be used.
    """
    problems: list[Problem] = []
    found = [_to_destination(name, table, environ, problems) for name, table in tables.items()]
    if problems:
        raise SettingsError("Destinations under [deliver] cannot be used.", problems)
    return tuple(one for one in found if one is not None)


def _to_destination(
    name: str, table: object, environ: Mapping[str, str], problems: list[Problem]
) -> Destination | None:
    if not _NAME.fullmatch(name):
        message = "must be called by small letters, digits, - and _, at most 63"
        problems.append(Problem(message, f"deliver.{name}", got=name))
    read = _Table.find(table, f"deliver.{name}", problems, environ)
    if read is None:
        return None
    return Destination(
        name=name,
        kind=read.kind,
        url=read.url,
        secret=environ.get(read.secret_env, ""),
        user=read.user,
        sources=(_WARNINGS if read.kind in _NOTIFICATIONS else ()) if read.sources is None else read.sources,
        mode=read.mode,
        fields={target: FieldRule(rule.mode, rule.to, rule.suggest_to) for target, rule in read.fields_.items()},
        is_proxy=read.proxy,
        updates_own=read.updates_own,
        create=read.create,
        to=read.to,
        timeout_s=read.timeout_s,
        concurrency=max(1, int(read.concurrency)),
        members=read.members or _usual_members(read.kind, read.updates_own),
    )


def _usual_members(kind: Kind, updates_own: bool) -> MemberMode:
    return MemberMode.SEPARATE if updates_own else _MEMBERS.get(kind, MemberMode.SEPARATE)


class _Rule(Section):
    """One of ``[deliver.NAME.fields]``; a mode alone stands for a table of it."""

    mode: Annotated[Mode, Field(strict=False)] = Mode.SUGGEST
    to: str = ""
    suggest_to: str = ""


class _Table(Section):
    """A ``[deliver.NAME]`` table, as it is written; what depends on the kind comes after it."""

    kind: Annotated[Kind, Field(strict=False)]
    url: Annotated[str, Field(repr=False, validate_default=True)] = ""
    secret_env: Annotated[str, Field(validate_default=True)] = ""
    user: str = ""
    sources: TextOrTexts | None = None
    mode: Annotated[Mode, Field(strict=False)] = Mode.SUGGEST
    fields_: dict[
        str, Annotated[_Rule, BeforeValidator(lambda rule: {"mode": rule} if isinstance(rule, str) else rule)]
    ] = Field(default_factory=dict, alias="fields")
    proxy: bool = False
    updates_own: bool = False
    create: dict[str, object] = Field(default_factory=dict)
    to: Annotated[TextOrTexts, Field(validate_default=True)] = ()
    timeout_s: _Number = 15.0
    concurrency: _Number = 8.0
    members: Annotated[MemberMode | None, Field(strict=False)] = None

    @field_validator("url")
    @classmethod
    def _refuse_other_schemes(cls, url: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind is None:  # nothing can be said of it
            return url
        url = url or _DEFAULT_URLS.get(kind, "")
        schemes = _SCHEMES.get(kind, ("https", "http"))
        parts = urlsplit(url)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"must be an address that begins with {schemes[0]}://")
        return url.rstrip("/")

    @field_validator("secret_env")
    @classmethod
    def _refuse_unset(cls, variable: str, info: ValidationInfo[Mapping[str, str]]) -> str:
        kind = info.data.get("kind")
        if variable and not info.context.get(variable):
            raise ValueError("must name a variable of the environment that is set")
        if not variable and kind in _NEED_SECRET:
            raise ValueError(f"must name the variable that holds the key: {kind} needs one")
        return variable

    @field_validator("to")
    @classmethod
    def _refuse_mail_to_nobody(cls, to: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("kind") is Kind.MAIL and not (to and info.data.get("user")):
            raise ValueError("must list recipients, and user must be the sender's address")
        return to

    @field_validator("members")
    @classmethod
    def _refuse_members_of_records_apart(cls, members: MemberMode | None, info: ValidationInfo) -> MemberMode | None:
        is_regrouped = info.data.get("kind") is Kind.ALERTMANAGER
        if members not in (None, MemberMode.SEPARATE) and (is_regrouped or info.data.get("updates_own")):
            why = "Alertmanager groups alerts itself" if is_regrouped else "updates_own says so"
            raise ValueError(f"must be separate, as every incident has a record there: {why}")
        return members
