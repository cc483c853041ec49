"""Why a column cannot be read as a feature: its value was not known at opening. Judged by names alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.exports.canonical import any_word, canonical, without_prefix

__all__ = ["creator_refusal", "refusal", "snapshot_refusal"]


# Agents and owners of the ticket; "Agent version" and "Service owner" are about a thing that it concerns.
_HANDLER = re.compile(
    r"""^(?:(?:ticket|incident|issue|case|request|current|support|final|last)_)* (?:agent|owner)
    (?:_(?:id|name|e?mail|group|team))?$""",
    re.VERBOSE,
)
# Words of names in scripts that part words by spaces. Several languages write the same word the same way without its
# accents; it stands under the first of them.
_ASSIGNED_TO = {
    "English": r"""assigned_(?:to|agent) | assignee | technician | resolver | (?:handled|handling|worked)_\w+ | routed |
        (?:last|final|current|closing)_(?:group|team|queue)""",
    "German": r"bearbeiter\w* | zugewiesen\w* | verantwortlich\w*",
    "French": r"technicien\w* | responsable | traite_par",
    "Spanish": r"asignad[oa]\w* | resolutor\w* | tecnico",
    "Portuguese": r"responsavel | atribuid[oa]\w* | atendente",
    "Italian": r"assegnat[oa]\w*",
    "Dutch": r"toegewezen\w* | behandelaar",
    "Russian": r"исполнител\w* | ответственн\w*",
}
_AFTERWARDS = {
    "English": r"""resol(?:v|ution)\w* | clos(?:ed?|ing|ure) | reopen\w* | reassign\w* | final | status | ttr | mttr |
        (?<!province_)state(?!_province) | outcomes? | results? | solutions? | solved | workaround | answers? |
        repl(?:y|ies) | responses? | responded | work_?notes? | work_log | comments? | activit(?:y|ies) | fix(?:ed)? |
        caus(?:es?|ed) | rca | diagnos(?:is|es) | post_?mortem | actions?_taken | disposition | end_time | finished |
        completed | completion | done | problem_id | rfc | related | sla | breach\w* | escalat\w* | satisfaction |
        ratings? | survey | feedback | csat | nps | actual | active(?!_directory) | confirm\w* | duplicates? | tags? |
        kb_number | parent_incident""",
    "German": r"""geloe?st\w* | loe?sung\w* | (?:ab)?geschlossen\w* | abschluss\w* | behoben\w* | behebung\w* |
        erledigt\w* | antwort\w* | zustand | ergebnis\w* | \w*ursache\w* | bearbeit(?:et|ung)\w* | massnahme\w* |
        eskal(?:iert|ation)\w* | weiter(?:geleitet|leitung)\w* | wiedereroff\w*""",
    "French": r"resolu\w* | clotur\w* | reponse | ferme\w* | statut | etat",
    "Spanish": r"resuelt\w* | solucion | cerrad\w* | cierre | estado | respuesta",
    "Portuguese": r"resolvid\w* | solucao | fecha(?:d\w* | mento) | encerra(?:d\w* | mento) | resposta | situacao",
    "Italian": r"risol\w* | soluzione | chius\w* | stato | risposta",
    "Dutch": r"opgelost\w* | oplossing | gesloten | afgesloten",
    "Russian": r"решени\w* | статус\w* | закрыт\w*",
}
# Chinese and Japanese part no words: wherever it stands in the name.
_ASSIGNED_TO_UNSPACED = re.compile("处理人|负责人|担当")
_AFTERWARDS_UNSPACED = re.compile(
    "解决|关闭|状态|回复|答复|结果|结单|完成|处理措施|根因|满意度|"  # Chinese
    "解決|対応|完了"  # Japanese
)
_COUNTED = any_word(
    r"""counts? | cnt | n | num | no_of | number(?=_of_)(?!_of_(?:affected_)?(?:users?|people|persons|devices?)) |
    (?<!business_)(?<!office_)(?<!opening_)(?<!working_)hours? | hrs | minutes? | mins | days | duration | elapsed |
    dauer | time_(?:to|spent|worked|left) | handle_time | work_ratio | estimate | votes? | watch(?:es|ers)"""
)
_CHANGED = any_word(
    r"""updated | modified | changed | geandert | aktualisiert\w* | mis_a_jour | modifiee? | actualizad[oa] |
    atualizad[oa] | modificad[oa] | aggiornat[oa] | gewijzigd | bijgewerkt |
    last_(?:viewed|update|activity|seen|change) | told | started | due | planned"""
)
_ASSIGNED = "who works on it is decided after opening"
_BOOKKEEPING = "bookkeeping of the ticket system, not known at opening"
_LATER = "filled in while the incident is worked on or closed, not known at opening"
# First match says the reason.
_REFUSALS = (
    (re.compile(r"^sys_"), _BOOKKEEPING),
    (_HANDLER, _ASSIGNED),
    (any_word(" | ".join(_ASSIGNED_TO.values())), _ASSIGNED),
    (_ASSIGNED_TO_UNSPACED, _ASSIGNED),
    (any_word(" | ".join(_AFTERWARDS.values())), _LATER),
    (_AFTERWARDS_UNSPACED, _LATER),
    (_CHANGED, "changes after opening"),
    (_COUNTED, "a count or a duration that grows after opening"),
)

# Each of a family tells the others: impact and urgency make the priority exactly, a subcategory has one category.
_FAMILIES = (frozenset({"impact", "urgency", "priority"}), frozenset({"category", "subcategory"}))
# ServiceNow's list views call ``opened_by`` and ``sys_created_by`` so, by language of the user.
_OPENERS = frozenset({"opened_by", "geoffnet_von", "eroffnet_von", "ouvert_par", "abierto_por", "aberto_por"})
_CREATORS = frozenset({"created_by", "erstellt_von", "cree_par", "creado_por", "criado_por"})
_ROUTED = frozenset({"assignment_group", "assigned_group", "assigned_team", "support_group", "resolver_group"})


def refusal(column: str) -> str | None:
    """Return why a column's value is not known at opening, judged by its name; None when nothing speaks against it.

    Examples
    --------
    >>> refusal("Resolution"), refusal("category")
    ('filled in while the incident is worked on or closed, not known at opening', None)
    """
    name = canonical(column)
    return next((reason for pattern, reason in _REFUSALS if pattern.search(name)), None)


def creator_refusal(column: str, columns: Iterable[str]) -> str | None:
    """Return why who created a record is not read beside who opened the incident, or None.

    Alone it says who reported the incident; beside the opener it is bookkeeping: whoever or whatever wrote it down.

    Examples
    --------
    >>> creator_refusal("Created by", ["Opened by", "Created by"]), creator_refusal("Created by", ["Created by"])
    ('bookkeeping of the ticket system, not known at opening', None)
    """
    if canonical(column) in _CREATORS and not _OPENERS.isdisjoint(map(canonical, columns)):
        return _BOOKKEEPING
    return None


def snapshot_refusal(column: str, targets: Iterable[str]) -> str | None:
    """Return why a column of a table with one row an incident is not read beside these targets, or None.

    Such a table holds how things stood when it was exported, so a value that is corrected together with a target,
    or that routing itself sets, would tell the answer.

    Examples
    --------
    >>> snapshot_refusal("Urgency", ["Priority"])
    'tells Priority, and one row an incident cannot say what it was at opening'
    """
    name = without_prefix(canonical(column))
    if name in _ROUTED:
        return "set by routing, and one row an incident cannot say what it was at opening"
    for target in targets:
        pair = {name, without_prefix(canonical(target))}
        if any(pair <= family for family in _FAMILIES):
            return f"tells {target}, and one row an incident cannot say what it was at opening"
    return None
