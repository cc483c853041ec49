"""What the columns are called that say how an incident went: agreement, hand-overs, re-opening, fix."""

from __future__ import annotations

from collections.abc import Iterable

from triage.exports.canonical import canonical, first_named

__all__ = ["OUTCOME_NAMES", "outcome_columns", "to_truth"]

_TRUE = frozenset({"true", "yes", "y", "ja", "oui", "si", "sim", "是", "はい"})
_FALSE = frozenset({"false", "no", "n", "nein", "non", "nao", "否", "いいえ"})

# By what they say, canonical (see `canonical`), commonest first. `kept` is the opposite of `breached`.
OUTCOME_NAMES = {
    "kept": ("made_sla", "sla_met", "met_sla", "within_sla", "sla_kept", "sla_eingehalten"),
    "breached": ("sla_breached", "breached", "sla_breach", "has_breached", "breach", "sla_violated", "sla_verletzt"),
    "reassigned": (
        "reassignment_count",
        "reassign_count",
        "reassignments",
        "reassigned",
        "transfer_count",
        "weiterleitungen",
    ),
    "escalated": ("escalated", "is_escalated", "escalation_count", "escalations", "escalation", "eskaliert"),
    "reopened": ("reopen_count", "reopened_count", "reopened", "is_reopened", "reopens", "wiedereroffnet"),
    "fix": (
        "close_notes",
        "closing_notes",
        "resolution_notes",
        "resolution_note",
        "resolution_details",
        "fix",
        "solution",
        "resolution",
        "workaround",
        "losung",
        "loesung",
        "behebung",
        "solucion",
        "solucao",
        "解决方案",
        "处理措施",
        "解決策",
    ),
}


def outcome_columns(columns: Iterable[str]) -> dict[str, str]:
    """Return which column says what, for what there is a column.

    Examples
    --------
    >>> outcome_columns(["Number", "Made SLA", "reassignment_count_final"])
    {'kept': 'Made SLA', 'reassigned': 'reassignment_count_final'}
    """
    there = list(columns)
    found = {
        meaning: first_named(there, [*names, *(f"{name}_final" for name in names)])
        for meaning, names in OUTCOME_NAMES.items()
    }
    return {meaning: column for meaning, column in found.items() if column is not None}


def to_truth(cell: str) -> bool | None:
    """Return whether a cell says yes, or counts at least one; None where it says neither.

    Examples
    --------
    >>> to_truth("Ja"), to_truth("0"), to_truth("2"), to_truth("perhaps")
    (True, False, True, None)
    """
    word = canonical(cell)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    try:
        return float(cell) > 0
    except ValueError:
        return None
