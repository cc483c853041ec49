"""Which moment of an incident's life a column tells, by the words of its name. Names only: no values are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.exports.canonical import any_word, canonical, first_named
from triage.exports.names import KNOWN_AT_NAMES, OPENED_AT_NAMES, UPDATED_AT_NAMES

__all__ = ["changed_columns", "ended_columns", "opened_columns"]

# Several languages write the same word the same way without its accents; it stands under the first of them.
_WORDS = {
    "opened": r"""
        open(?:ed|ing)? | creat(?:ed?|ion) | report(?:ed)? | submit(?:ted)? | submission | receiv(?:ed?|al)  # English
        | logged | registered | raised | filed | arriv(?:ed|al)  # English
        | angelegt | erstell(?:t|ung)\w* | (?:er|ge)offn(?:et|ung)\w* | gemeldet | meldung\w*  # German
        | eingang\w* | erfasst  # German
        | ouvert\w* | ouverture | cree\w* | recu\w* | signale\w*  # French
        | apertura | creacion | creado | abiert[oa] | recibid[oa]  # Spanish
        | abertura | criacao | criado | aberto | recebid[oa]  # Portuguese
        | creazione | creato | aperto | ricevut[oa]  # Italian
        | aangemaakt | aanmaak\w* | geopend | gemeld  # Dutch
        | utworz\w* | zg[lł]osz\w* | otwar\w*  # Polish
        | vytvor\w* | zaloz\w* | skapad | oppnad | oprettet | opprettet  # Czech, Swedish, Danish, Norwegian
        | olusturma\w* | olusturul\w* | acilma\w*  # Turkish
        | создан\w* | открыт\w* | регистраци\w* | зарегистрир\w* | поступлен\w*  # Russian
    """,
    "resolved": r"""
        resol(?:ved?|ution) | solved | fixed  # English
        | geloe?st | loe?sung\w* | behoben | erledigt  # German
        | resolu\w* | resolution  # French
        | resuelt[oa] | solucion  # Spanish
        | resolvid[oa] | resolucao | solucao  # Portuguese
        | risolt[oa] | risoluzione  # Italian
        | opgelost  # Dutch
        | gereed  # Dutch
        | rozwi[aą]z\w* | vyres\w* | l[oø]st | cozul\w* | cozum\w*  # Polish, Czech, Scandinavian, Turkish
        | решен\w*  # Russian
    """,
    "closed": r"""
        clos(?:ed?|ing|ure) | complet(?:ed|ion) | finished | done  # English
        | (?:ab)?geschlossen | abschluss\w* | beendet  # German
        | clotur\w* | ferme\w*  # French
        | cierre | cerrad[oa]  # Spanish
        | encerrament[oa] | encerrad[oa] | fechad[oa] | fechamento | conclusao  # Portuguese
        | chiusura | chius[oa]  # Italian
        | gesloten | afgesloten  # Dutch
        | afgemeld | zamkni\w* | zako[nń]cz\w*  # Dutch, Polish
        | uzavr\w* | stangd | lukket | avslut\w* | afslut\w* | kapan\w* | kapatma\w*  # Czech, Scandinavian, Turkish
        | закрыт\w* | завершен\w*  # Russian
    """,
    "changed": r"""
        updated? | modified | modification | chang(?:ed?|ing) | last_activity  # English
        | geandert | anderung\w* | aktualisiert\w*  # German
        | modifie\w* | mise_a_jour  # French
        | actualizacion | modificacion | modificad[oa]  # Spanish
        | atualizacao | modificacao | alteracao  # Portuguese
        | aggiornament[oa] | modifica  # Italian
        | gewijzigd | bijgewerkt  # Dutch
        | modyfikac\w* | zmian\w* | aktualizac\w* | zmenen\w* | guncelle\w*  # Polish, Czech, Turkish
        | изменен\w* | обновлен\w*  # Russian
    """,
}
_UNSPACED = {
    "opened": "创建|提交|报修|上报|建单|開始|作成|登録|起票|受付|発生|접수|등록|생성|요청일|작성",
    "resolved": "解决|解決|修复|해결|조치일|처리일",
    "closed": "关闭|结单|完成|完了|結束|완료|종료|마감",
    "changed": "更新|修改|수정|변경",
}
# A plan, a length of time, a person or a reason is no moment at which something happened.
_OTHER = any_word(
    r"""due | planned | target | expected | estimated | required | promised | sla | deadline | time_(?:to|until|spent) |
    by | code | notes? | duration | hours? | minutes? | days | reopen\w* | response | first_\w+ |
    fallig\w* | soll\w* | frist | gewunscht\w* | \w*dauer | temps_\w+ | delai | echeance | tiempo\w* | plazo |
    vencimiento | vencimento | tempo_\w+ | prazo | prevista? | scadenza | doorlooptijd | streef\w* | czas_\w+ | termin |
    срок\w* | планов\w*"""
)
_OTHER_UNSPACED = re.compile(
    "预计|预期|计划|要求|时限|时长|耗时|分钟|人|"  # Chinese
    "期限|予定|希望|者|"  # Japanese
    "예정|기한|소요|희망|횟수|내용|자$"  # Korean
)

_KINDS = {kind: (any_word(words), re.compile(_UNSPACED[kind])) for kind, words in _WORDS.items()}


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
        and not _OTHER_UNSPACED.search(canonical(column))
        and not any(_says(other, canonical(column)) for other in against)
    )
    return list(dict.fromkeys(column for column in (*exact, *by_words) if column is not None))


def _says(kind: str, name: str) -> bool:
    words, unspaced = _KINDS[kind]
    return words.search(name) is not None or unspaced.search(name) is not None
