"""Why a column cannot be read as a feature: its value was not known at opening. Judged by names alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.exports.names import canonical, without_prefix

__all__ = ["refusal", "snapshot_refusal"]


def _any_word(pattern: str) -> re.Pattern[str]:
    # Of a canonical name, whose words are joined by underscores.
    return re.compile(rf"(?:^|_)(?:{pattern})(?:_|$)", re.VERBOSE)


_ASSIGNEE = _any_word(
    r"assigned_(?:to|agent) | assignee | owner | agent | technician | resolver | bearbeiter\w* | asignado_a"
)
_COUNTED = _any_word(
    """counts? | cnt | n | num | no_of | number_of | hours? | hrs | minutes? | mins | days | duration | elapsed |
    dauer | time_(?:to|spent|worked|left) | handle_time | work_ratio | estimate | votes? | watch(?:es|ers)"""
)
_CHANGED = _any_word(
    """updated | modified | changed | geandert | last_(?:viewed|update|activity|seen|change) | told | started | due |
    planned"""
)
_AFTERWARDS = _any_word(
    r"""resol(?:ved?|ving|utions?|ver) | clos(?:ed?|ing|ure) | reopen\w* | reassign\w* | final | state | status |
    outcome | solutions? | workaround | answers? | repl(?:y|ies) | responses? | responded | work_?notes? | work_log |
    comments? | activit(?:y|ies) | fix(?:ed)? | caus(?:es?|ed) | problem_id | rfc | related | sla | breach\w* |
    escalat\w* | satisfaction | ratings? | survey | feedback | csat | nps | actual | active | confirm\w* |
    duplicates? | tags? | kb_number | parent_incident |
    gelost\w* | losung\w* | geschlossen\w* | abgeschlossen\w* | abschluss\w* | behoben\w* | behebung\w* |
    erledigt\w* | antwort\w* | zustand |
    resuelt\w* | solucion | cerrad\w* | estado | respuesta | resolvid\w* | solucao | fechad\w* | encerrad\w* |
    resposta | resolu\w* | clotur\w* | reponse | ferme\w* | statut"""
)
_ASSIGNED = "who works on it is decided after opening"
_LATER = "filled in while the incident is worked on or closed, not known at opening"
# First match says the reason.
_REFUSALS = (
    (re.compile(r"^sys_"), "bookkeeping of the ticket system, not known at opening"),
    (_ASSIGNEE, _ASSIGNED),
    (re.compile(r"处理人|负责人"), _ASSIGNED),
    (_AFTERWARDS, "filled in while the incident is worked on or closed, not known at opening"),
    (
        re.compile(r"解决|关闭|状态|回复|答复"),
        "filled in while the incident is worked on or closed, not known at opening",
    ),
    (_CHANGED, "changes after opening"),
    (_COUNTED, "a count or a duration that grows after opening"),
)

# Each of a family tells the others: impact and urgency make the priority exactly, a subcategory has one category.
_FAMILIES = (frozenset({"impact", "urgency", "priority"}), frozenset({"category", "subcategory"}))
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
