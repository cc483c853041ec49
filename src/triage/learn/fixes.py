"""What fixed incidents: what of it may be kept, and which fix to suggest of what was found."""

from __future__ import annotations

from collections.abc import Sequence

from triage.domain import Precedent, SuggestedFix
from triage.learn.redaction import redact

__all__ = ["suggest_fix", "to_fix"]

# A fix is a note to a colleague; what is longer is a log.
_MOST_CHARACTERS = 500


def to_fix(text: str, callers: Sequence[str]) -> str:
    """Return what may be kept of a text that says what fixed an incident: its beginning, redacted.

    Parameters
    ----------
    text : str
    callers : sequence of str
        Their names, as the incident's columns give them.
    """
    return redact(text, callers)[:_MOST_CHARACTERS]


def suggest_fix(precedents: Sequence[Precedent]) -> SuggestedFix | None:
    """Return the fix of the precedents that held best: by what was not opened again, then by likeness.

    Examples
    --------
    >>> from triage.domain import ModelRef
    >>> desk = ModelRef("desk", "1")
    >>> near = Precedent("1", 0.9, None, {}, "Restarted.", 1.0, True, desk)
    >>> held = Precedent("2", 0.6, None, {}, "Certificate renewed.", 2.0, False, desk)
    >>> suggest_fix([near, held]).text
    'Certificate renewed.'
    """
    by_fix: dict[str, list[Precedent]] = {}
    for precedent in precedents:
        if precedent.fix:
            by_fix.setdefault(precedent.fix.casefold(), []).append(precedent)
    held = [fellows for fellows in by_fix.values() if [each for each in fellows if not each.reopened]]
    if not held:
        return None
    best = held[0] if len(held) == 1 else max(held, key=_likeness)
    first = next(each for each in best if not each.reopened)
    return SuggestedFix(first.fix, first.id, len(best), sum(bool(each.reopened) for each in best))


def _likeness(fellows: Sequence[Precedent]) -> float:
    return sum([-each.similarity if each.reopened else each.similarity for each in fellows])
