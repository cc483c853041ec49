"""What people and programs call the columns that every ticket table has. Names only: no values are looked at."""

from __future__ import annotations

import re
from functools import lru_cache

from triage.exports.canonical import canonical, without_prefix

__all__ = [
    "CALLER_NAMES",
    "DESCRIPTION_NAMES",
    "ID_NAMES",
    "KNOWN_AT_NAMES",
    "OPENED_AT_NAMES",
    "STATE_NAMES",
    "TITLE_NAMES",
    "UPDATED_AT_NAMES",
    "is_caller",
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
