"""Writes which warnings of a file are one problem, and which of their entities is its likely root."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from triage.decide.grouping import GroupingRules, Topology
from triage.domain import EarlyWarning
from triage.errors import UsageError
from triage.flow.problems import to_problems
from triage.flow.roots import rank_roots

__all__ = ["write_problems"]


def write_problems(warnings: Iterable[EarlyWarning], rules: GroupingRules | None, out: Path) -> None:
    """Write a JSON list of problems, by when they began, as the service would have found them.

    Parameters
    ----------
    warnings : iterable of EarlyWarning
    rules : GroupingRules or None
        By what alerts are grouped; None makes every warning a problem of its own.
    out : Path

    Raises
    ------
    UsageError
        When ``out`` cannot be written.
    """
    topology = Topology() if rules is None else rules.topology
    documents = [_as_document(problem, topology) for problem in to_problems(warnings, rules)]
    try:
        out.write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")
    except OSError as err:
        raise UsageError(f"{out} cannot be written: {err.strerror}. Name another file by --problems.") from err


def _as_document(problem: Sequence[EarlyWarning], topology: Topology) -> dict[str, object]:
    return {
        "opened_at": problem[0].opened_at.isoformat(),
        "warnings": [
            {
                "entity": one.entity,
                "opened_at": one.opened_at.isoformat(),
                "similarity": one.similarity,
                "reasons": [each._asdict() for each in one.reasons],
            }
            for one in problem
        ],
        "root_causes": [
            {"entity": one.entity, "score": round(one.score, 4), "reasons": list(one.reasons)}
            for one in rank_roots(problem, topology)
        ],
    }
