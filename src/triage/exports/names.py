"""What people and programs call the columns that every ticket table has. Names only: no values are looked at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = [
    "CALLER_NAMES",
    "DESCRIPTION_NAMES",
    "ID_NAMES",
    "KNOWN_AT_NAMES",
    "OPENED_AT_NAMES",
    "STATE_NAMES",
    "TITLE_NAMES",
    "UPDATED_AT_NAMES",
    "any_word",
    "canonical",
    "first_named",
    "is_caller",
    "without_prefix",
]

# Names are canonical (see `canonical`), commonest first: ServiceNow, Jira, Request Tracker, then what plain tables say.
TITLE_NAMES = (
    "short_description",
    "summary",
    "subject",
    "title",
    "headline",
    "betreff",
    "titel",
    "kurzbeschreibung",
    "objet",
    "asunto",
    "assunto",
    "标题",
    "件名",
    "主题",
)
DESCRIPTION_NAMES = (
    "description",
    "body",
    "text",
    "content",
    "message",
    "details",
    "document",
    "beschreibung",
    "nachricht",
    "descripcion",
    "descricao",
    "描述",
    "説明",
    "内容",
)
OPENED_AT_NAMES = (
    "opened_at",
    "opened",
    "opened_on",
    "open_time",
    "open_date",
    "created_at",
    "created",
    "created_on",
    "created_date",
    "creation_date",
    "creation_time",
    "create_time",
    "create_date",
    "date_created",
    "reported_at",
    "reported",
    "report_date",
    "submitted_at",
    "submitted",
    "submit_date",
    "received_at",
    "received",
    "sys_created_on",
    "sys_created_at",
    "timestamp",
    "datetime",
    "date",
    "erstellt_am",
    "erstellt",
    "eroffnet",
    "eroffnet_am",
    "erstellungsdatum",
    "gemeldet_am",
    "fecha_de_creacion",
    "data_de_criacao",
    "创建时间",
    "创建日期",
    "开始时间",
)
ID_NAMES = (
    "number",
    "key",
    "id",
    "no",
    "ticket",
    "sys_id",
    "reference",
    "ref",
    "unique_key",
    "unique_id",
    "identifier",
    "vorgangsnr",
    "ticketnr",
    "nr",
    "numero",
    "referencia",
    "folio",
    "chamado",
    "protocolo",
    "nummer",
    "ticketnummer",
    "vorgangsnummer",
    "编号",
    "番号",
    "工单号",
)
# When the labels were settled, the first that a row gives; the last change stands in where neither was filled in.
KNOWN_AT_NAMES = (
    "resolved_at",
    "resolved",
    "resolved_on",
    "resolved_time",
    "resolved_date",
    "resolution_date",
    "closed_at",
    "closed",
    "closed_on",
    "close_time",
    "closed_time",
    "closed_date",
    "close_date",
    "completed_at",
    "completed_on",
    "finished_at",
    "ended_at",
    "end_time",
    "end_date",
    "gelost_am",
    "gelost",
    "geschlossen_am",
    "geschlossen",
    "解决时间",
    "关闭时间",
    "完成时间",
)
UPDATED_AT_NAMES = (
    "sys_updated_at",
    "sys_updated_on",
    "updated_at",
    "updated",
    "updated_on",
    "last_updated",
    "update_time",
    "geandert_am",
    "更新时间",
)
# Who reported it, for whom, and who wrote it down: a person. Not "customer", which is mostly a company.
CALLER_NAMES = (
    "caller",
    "opened_by",
    "opened_for",
    "requested_by",
    "requested_for",
    "requester",
    "requestor",
    "requestors",
    "reporter",
    "reported_by",
    "reported_for",
    "creator",
    "created_by",
    "submitter",
    "submitted_by",
    "raised_by",
    "sender",
    "sent_by",
    "contact_name",
    "contact_person",
    "customer_name",
    "user",
    "username",
    "end_user",
    "affected_user",
    "employee",
    "employee_name",
    "first_name",
    "last_name",
    "full_name",
    "surname",
    "melder",
    "gemeldet_von",
    "gemeldet_fur",
    "anforderer",
    "antragsteller",
    "ersteller",
    "erstellt_von",
    "absender",
    "ansprechpartner",
    "anwender",
    "benutzer",
    "mitarbeiter",
    "vorname",
    "nachname",
    "demandeur",
    "signale_par",
    "utilisateur",
    "solicitante",
    "usuario",
    "заявитель",
    "инициатор",
    "报告人",
    "申请人",
    "提交人",
    "报修人",
    "申請者",
    "報告者",
)
STATE_NAMES = ("incident_state", "ident_state", "state", "status")

_CALLERS = frozenset(CALLER_NAMES)
# What of a person such a column holds, and the mark of a first event's value.
_ASPECTS = re.compile(r"(?:_(?:name|full_name|e?mail|email_address|id|login|open))+$")
# Exporters that put what they export in front of every name ("Ticket Subject"); the rest of the name is what counts.
_PREFIXES = ("ticket_", "incident_", "issue_", "case_", "request_")


def canonical(column: str) -> str:
    """Return a column's name without case, accents, camel case and punctuation.

    Examples
    --------
    >>> canonical("Affects Version/s"), canonical("LastUpdated"), canonical("Lösung")
    ('affects_version_s', 'last_updated', 'losung')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    # Some letters of mathematics have a case only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", spaced.casefold()).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", "_", plain).strip("_")


def any_word(pattern: str) -> re.Pattern[str]:
    """Return a pattern that finds whole words of a canonical name, joined by underscores; its blanks are layout."""
    return re.compile(rf"(?:^|_)(?:{pattern})(?:_|$)", re.VERBOSE)


def first_named(columns: Iterable[str], names: Iterable[str]) -> str | None:
    """Return the column that bears the earliest of the canonical names, or None.

    Examples
    --------
    >>> first_named(["Ticket Subject", "Body"], TITLE_NAMES)
    'Ticket Subject'
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(canonical(column), column)
    for name in list(by_name):
        by_name.setdefault(without_prefix(name), by_name[name])
    return next((by_name[name] for name in names if name in by_name), None)


# A sender uses the same names for all its incidents.
@lru_cache(maxsize=1024)
def is_caller(column: str) -> bool:
    """Return whether a column, by its name, says which person reported an incident.

    Examples
    --------
    >>> is_caller("caller_id"), is_caller("Requester Name"), is_caller("Ticket Reporter"), is_caller("assigned_to")
    (True, True, True, False)
    """
    name = canonical(column)
    return not _CALLERS.isdisjoint({name, _ASPECTS.sub("", name), _ASPECTS.sub("", without_prefix(name))})


def without_prefix(name: str) -> str:
    """Return a canonical name without the word that an exporter put in front of all of them.

    Examples
    --------
    >>> without_prefix("ticket_subject")
    'subject'
    """
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)
