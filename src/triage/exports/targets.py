"""What the columns are called that a desk wants to have filled in: team, category, priority. Names only."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.exports.canonical import any_word, canonical, first_named, without_prefix

__all__ = ["target_columns"]

# Canonical (see `canonical`), commonest first: English, then other languages.
_CATEGORY_NAMES = (
    "category",
    "topic",
    "topic_group",
    "component_s",
    "components",
    "component",
    "kategorie",
    "categorie",
    "categoria",
    "kategoria",
    "kategori",
    "категория",
    "分类",
    "问题分类",
    "问题类型",
    "类别",
    "カテゴリ",
    "カテゴリー",
    "分類",
    "카테고리",
    "분류",
)
_PRIORITY_NAMES = (
    "priority",
    "severity",
    "prioritat",
    "priorite",
    "prioridad",
    "prioridade",
    "priorita",
    "prioriteit",
    "priorytet",
    "prioritet",
    "oncelik",
    "приоритет",
    "优先级",
    "紧急程度",
    "優先度",
    "우선순위",
)
# Who is to have it. A bare "group" or "team" is that in a ticket table; a group of users or assets says so.
_TEAM_NAMES = (
    "assignment_group",
    "assigned_group",
    "assigned_team",
    "support_group",
    "support_team",
    "resolver_group",
    "queue",
    "queue_name",
    "group",
    "group_name",
    "org_group",
    "team",
    "team_name",
    "gruppe",
    "groupe",
    "equipe",
    "grupo",
    "equipo",
    "cola",
    "fila",
    "gruppo",
    "coda",
    "groep",
    "grupa",
    "zespoł",
    "kolejka",
    "skupina",
    "grupp",
    "grup",
    "группа",
    "команда",
    "очередь",
)
_TEAM = any_word(
    r"""(?:assign\w*|support|resol\w*|responsible|service_desk)_(?:group|team|queue)
    | (?:zuweisungs|bearbeiter|losungs|support|zustandige)_?(?:gruppe|team|queue)
    | groupe_(?:de_|d_)?(?:techniciens|support|affectation|resolution|assignation)
    | (?:grupo|equipo|equipe)_(?:de_)?(?:resolutor\w*|asignad[oa]|soporte|solucionador\w*|designad[oa]|atendimento
    | suporte|responsavel|atribuid[oa])
    | gruppo_(?:di_)?(?:assegnazione|supporto) | (?:behandelaars|oplos)_?groep | grupa_(?:wsparcia|przypisan\w*)
    | (?:рабочая|ответственная|назначенная)_(?:группа|команда)"""
)
_TEAM_UNSPACED = re.compile(
    "^(?:处理|负责|受理|支持|技术|服务)(?:组|部门|团队|小组)$|^(?:担当|対応|割当)(?:グループ|チーム|部署|部門)$|"
    "^(?:처리|담당|배정)(?:부서|팀|그룹)$"
)


def target_columns(columns: Iterable[str]) -> list[list[str]]:
    """Return the columns that may say which team, which category and which priority, each the likeliest first.

    Examples
    --------
    >>> target_columns(["Subject", "User group", "Group", "Kategorie", "Priority"])
    [['Group'], ['Kategorie'], ['Priority']]
    >>> target_columns(["Asunto", "Grupo resolutor", "Prioridad"])
    [['Grupo resolutor'], [], ['Prioridad']]
    """
    there = list(columns)
    by_words = [name for name in there if _is_team(canonical(name))]
    teams = list(dict.fromkeys((*_named(there, _TEAM_NAMES), *by_words)))
    return [teams, _named(there, _CATEGORY_NAMES), _named(there, _PRIORITY_NAMES)]


def _named(columns: Iterable[str], names: Iterable[str]) -> list[str]:
    there = list(columns)
    found = (first_named(there, [name]) for name in names)
    return list(dict.fromkeys(name for name in found if name is not None))


def _is_team(name: str) -> bool:
    return _TEAM.search(name) is not None or _TEAM_UNSPACED.search(without_prefix(name)) is not None
