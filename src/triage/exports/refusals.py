"""Why a column cannot be read as a feature: its value was not known at opening. Judged by names alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.exports.afterwards import (
    AFTERWARDS,
    AFTERWARDS_UNSPACED,
    ASSIGNED_TO,
    ASSIGNED_TO_UNSPACED,
    CHANGED,
    COUNTED,
)
from triage.exports.canonical import canonical, without_prefix

__all__ = ["creator_refusal", "is_handler", "refusal", "snapshot_refusal"]


# Agents and owners of the ticket; "Agent version" and "Service owner" are about a thing that it concerns.
_HANDLER = re.compile(
    r"""^(?:(?:ticket|incident|issue|case|request|current|support|final|last)_)* (?:agent|owner)
    (?:_(?:id|(?:first_|last_|full_)?name|e?mail|group|team))?$""",
    re.VERBOSE,
)
_ASSIGNED = "who works on it is decided after opening"
_BOOKKEEPING = "bookkeeping of the ticket system, not known at opening"
_LATER = "filled in while the incident is worked on or closed, not known at opening"
# First match says the reason.
_REFUSALS = (
    (re.compile(r"^sys_"), _BOOKKEEPING),
    (_HANDLER, _ASSIGNED),
    (ASSIGNED_TO, _ASSIGNED),
    (ASSIGNED_TO_UNSPACED, _ASSIGNED),
    (AFTERWARDS, _LATER),
    (AFTERWARDS_UNSPACED, _LATER),
    (CHANGED, "changes after opening"),
    (COUNTED, "a count or a duration that grows after opening"),
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


def is_handler(column: str) -> bool:
    """Return whether a column, by its name, says who works on an incident.

    Examples
    --------
    >>> is_handler("Owner First Name"), is_handler("Bearbeiter"), is_handler("Service owner")
    (True, True, False)
    """
    name = canonical(column)
    return any(pattern.search(name) for pattern in (_HANDLER, ASSIGNED_TO, ASSIGNED_TO_UNSPACED))


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
