"""Which moment of an incident's life a column tells, by the words of its name. Names only: no values are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.exports.names import (
    KNOWN_AT_NAMES,
    OPENED_AT_NAMES,
    UPDATED_AT_NAMES,
    any_word,
    canonical,
    first_named,
)

__all__ = ["changed_columns", "ended_columns", "opened_columns"]

# Several languages write the same word the same way without its accents; it stands under the first of them.
_OPENED = {
    "English": r"""open(?:ed|ing)? | creat(?:ed?|ion) | report(?:ed)? | submit(?:ted)? | submission | receiv(?:ed?|al) |
        logged | registered | raised | filed | arriv(?:ed|al)""",
    "German": r"angelegt | erstell(?:t|ung)\w* | eroffn(?:et|ung)\w* | gemeldet | meldung\w* | eingang\w* | erfasst",
    "French": r"ouvert\w* | ouverture | cree\w* | recu\w* | signale\w*",
    "Spanish": r"apertura | creacion | creado | abiert[oa] | recibid[oa]",
    "Portuguese": r"abertura | criacao | criado | aberto | recebid[oa]",
    "Italian": r"creazione | creato | aperto | ricevut[oa]",
    "Dutch": r"aangemaakt | geopend | gemeld",
    "Russian": r"создан\w* | открыт\w* | регистраци\w*",
}
_OPENED_UNSPACED = re.compile("创建|提交|报修|上报|建单|開始|作成|登録|起票|受付")
_RESOLVED = {
    "English": r"resol(?:ved?|ution) | solved | fixed",
    "German": r"geloe?st | loe?sung\w* | behoben | erledigt",
    "French": r"resolu\w* | resolution",
    "Spanish": r"resuelt[oa] | solucion",
    "Portuguese": r"resolvid[oa] | resolucao | solucao",
    "Italian": r"risolt[oa] | risoluzione",
    "Dutch": r"opgelost",
    "Russian": r"решен\w*",
}
_RESOLVED_UNSPACED = re.compile("解决|解決|修复")
_CLOSED = {
    "English": r"clos(?:ed?|ing|ure) | complet(?:ed|ion) | finished | done",
    "German": r"(?:ab)?geschlossen | abschluss\w* | beendet",
    "French": r"clotur\w* | ferme\w*",
    "Spanish": r"cierre | cerrad[oa]",
    "Portuguese": r"encerrament[oa] | encerrad[oa] | fechad[oa] | fechamento | conclusao",
    "Italian": r"chiusura | chius[oa]",
    "Dutch": r"gesloten | afgesloten",
    "Russian": r"закрыт\w*",
}
_CLOSED_UNSPACED = re.compile("关闭|结单|完成|完了|結束")
_CHANGED = {
    "English": r"updated? | modified | modification | chang(?:ed?|ing) | last_activity",
    "German": r"geandert | anderung\w* | aktualisiert\w*",
    "French": r"modifie\w* | mise_a_jour",
    "Spanish": r"actualizacion | modificacion | modificad[oa]",
    "Portuguese": r"atualizacao | modificacao | alteracao",
    "Italian": r"aggiornament[oa] | modifica",
    "Dutch": r"gewijzigd | bijgewerkt",
    "Russian": r"изменен\w* | обновлен\w*",
}
_CHANGED_UNSPACED = re.compile("更新|修改")
# A plan, a length of time, a person or a reason is no moment at which something happened.
_OTHER = any_word(
    r"""due | planned | target | expected | estimated | promised | sla | deadline | time_(?:to|until|spent) | by |
    code | notes? | duration | hours? | minutes? | days | reopen\w* | response | first_\w+ |
    fallig\w* | soll\w* | frist | vencimiento | vencimento | prevista? | echeance | scadenza"""
)

_KINDS = {
    "opened": (any_word(" | ".join(_OPENED.values())), _OPENED_UNSPACED),
    "resolved": (any_word(" | ".join(_RESOLVED.values())), _RESOLVED_UNSPACED),
    "closed": (any_word(" | ".join(_CLOSED.values())), _CLOSED_UNSPACED),
    "changed": (any_word(" | ".join(_CHANGED.values())), _CHANGED_UNSPACED),
}


def opened_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns that may say when an incident was opened, the likeliest first.

    Examples
    --------
    >>> opened_columns(["Fecha cierre", "Fecha apertura", "Date/Time Opened", "opened_by", "created"])
    ['created', 'Fecha apertura', 'Date/Time Opened']
    """
    return _told(columns, OPENED_AT_NAMES, "opened", against=("resolved", "closed", "changed"))


def ended_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns that may say when an incident was resolved, then those of its closing.

    Examples
    --------
    >>> ended_columns(["Closed", "Erledigt am", "Resolution due", "Time to resolution", "Data de encerramento"])
    ['Closed', 'Erledigt am', 'Data de encerramento']
    """
    there = list(columns)
    resolved = _told(there, KNOWN_AT_NAMES, "resolved", against=("opened", "changed"))
    closed = _told(there, (), "closed", against=("opened", "changed"))
    return list(dict.fromkeys((*resolved, *closed)))


def changed_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns that may say when a row was written or an incident last changed, the likeliest first.

    Examples
    --------
    >>> changed_columns(["Change Date+Time", "updated_by", "sys_updated_at"])
    ['sys_updated_at', 'Change Date+Time']
    """
    return _told(columns, UPDATED_AT_NAMES, "changed", against=())


def _told(columns: Iterable[str], names: Iterable[str], kind: str, against: Iterable[str]) -> list[str]:
    there = list(columns)
    exact = (first_named(there, [name]) for name in names)
    by_words = (
        column
        for column in there
        if _says(kind, canonical(column))
        and not _OTHER.search(canonical(column))
        and not any(_says(other, canonical(column)) for other in against)
    )
    return list(dict.fromkeys(column for column in (*exact, *by_words) if column is not None))


def _says(kind: str, name: str) -> bool:
    words, unspaced = _KINDS[kind]
    return words.search(name) is not None or unspaced.search(name) is not None
