"""Where messages go, and what may be done there: the ``[deliver.NAME]`` tables of ``triage.toml``, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from triage.errors import Problem, SettingsError
from triage.flow import MemberMode

__all__ = ["Destination", "FieldRule", "Kind", "Mode", "to_destinations"]

_E = TypeVar("_E", bound=StrEnum)
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
    found = [_Table(name, table, problems).read(environ) for name, table in tables.items()]
    if problems:
        raise SettingsError("Destinations under [deliver] cannot be used.", problems)
    return tuple(one for one in found if one is not None)


class _Table:
    """Reads one table, and remembers what is wrong with it."""

    def __init__(self, name: str, table: object, problems: list[Problem]) -> None:
        self._name = name
        self._left = dict(table) if isinstance(table, Mapping) else None
        self._problems = problems

    def read(self, environ: Mapping[str, str]) -> Destination | None:
        """Return the destination, or None where nothing can be made of it."""
        if not _NAME.fullmatch(self._name):
            self._refuse("", "must be called by small letters, digits, - and _, at most 63", self._name)
        if self._left is None:
            self._refuse("", "must be a table; write [deliver.NAME]", "")
            return None
        kind = self._one_of("kind", Kind, None)
        if kind is None:
            return None
        sources = self._texts("sources", _WARNINGS if kind in _NOTIFICATIONS else ())
        found = Destination(
            name=self._name,
            kind=kind,
            url=self._url(kind),
            secret=self._secret(kind, environ),
            user=self._text("user"),
            sources=sources,
            mode=self._one_of("mode", Mode, Mode.SUGGEST) or Mode.SUGGEST,
            fields=self._fields(),
            is_proxy=self._flag("proxy"),
            updates_own=self._flag("updates_own"),
            create=self._table("create"),
            to=self._texts("to", ()),
            timeout_s=self._number("timeout_s", 15.0),
            concurrency=int(self._number("concurrency", 8)),
        )
        usual = MemberMode.SEPARATE if found.updates_own else _MEMBERS.get(kind, MemberMode.SEPARATE)
        found = replace(found, members=self._one_of("members", MemberMode, usual) or usual)
        for key in self._left:
            self._refuse(key, "is not known here", "")
        if found.kind is Kind.MAIL and not (found.to and found.user):
            self._refuse("to", "must list recipients, and user must be the sender's address", "")
        if found.members is not MemberMode.SEPARATE and (kind is Kind.ALERTMANAGER or found.updates_own):
            why = "Alertmanager groups alerts itself" if kind is Kind.ALERTMANAGER else "updates_own says so"
            self._refuse("members", f"must be separate, as every incident has a record there: {why}", found.members)
        return found

    def _refuse(self, key: str, message: str, got: object) -> None:
        where = f"deliver.{self._name}.{key}" if key else f"deliver.{self._name}"
        self._problems.append(Problem(message, where=where, got=str(got)[:200]))

    def _take(self, key: str, default: object) -> object:
        return default if self._left is None else self._left.pop(key, default)

    def _text(self, key: str) -> str:
        value = self._take(key, "")
        if isinstance(value, str):
            return value
        self._refuse(key, "must be a text", value)
        return ""

    def _texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self._take(key, list(default))
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(one, str) and one for one in values):
            return tuple(values)
        self._refuse(key, "must be a list of texts", value)
        return default

    def _flag(self, key: str) -> bool:
        value = self._take(key, False)
        if not isinstance(value, bool):
            self._refuse(key, "must be true or false", value)
        return value is True

    def _number(self, key: str, default: float) -> float:
        value = self._take(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600:
            return value if key == "timeout_s" else max(1, value)
        self._refuse(key, "must be a number above 0, and at most 3600", value)
        return default

    def _table(self, key: str) -> Mapping[str, object]:
        value = self._take(key, {})
        if isinstance(value, Mapping):
            return value
        self._refuse(key, "must be a table", value)
        return {}

    def _one_of(self, key: str, kind: type[_E], default: _E | None) -> _E | None:
        value = self._take(key, default)
        if isinstance(value, str) and value in [each.value for each in kind]:
            return kind(value)
        self._refuse(key, f"must be one of {', '.join(kind)}", value)
        return default

    def _url(self, kind: Kind) -> str:
        value = self._text("url") or _DEFAULT_URLS.get(kind, "")
        schemes = _SCHEMES.get(kind, ("https", "http"))
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            self._refuse("url", f"must be an address that begins with {schemes[0]}://", "")
        return value.rstrip("/")

    def _secret(self, kind: Kind, environ: Mapping[str, str]) -> str:
        variable = self._text("secret_env")
        if variable and not environ.get(variable):
            self._refuse("secret_env", "must name a variable of the environment that is set", variable)
        elif not variable and kind in _NEED_SECRET:
            self._refuse("secret_env", f"must name the variable that holds the key: {kind} needs one", "")
        return environ.get(variable, "")

    def _fields(self) -> Mapping[str, FieldRule]:
        rules: dict[str, FieldRule] = {}
        for target, said in self._table("fields").items():
            table = said if isinstance(said, Mapping) else {"mode": said}
            inner = _Table(f"{self._name}.fields.{target}", table, self._problems)
            mode = inner._one_of("mode", Mode, Mode.SUGGEST) or Mode.SUGGEST  # a table in a table
            rules[target] = FieldRule(mode, inner._text("to"), inner._text("suggest_to"))
            for key in inner._left or ():
                inner._refuse(key, "is not known here", "")
        return rules
