"""Writes which warnings of a file are one problem, and which of their entities is its likely root."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from triage.decide.grouping import GroupingRules, Topology
from triage.decide.root_causes import Evidence, rank_root_causes
from triage.domain import EarlyWarning
from triage.errors import UsageError

__all__ = ["write_problems"]


def write_problems(warnings: Iterable[EarlyWarning], topology: Topology | None, out: Path) -> None:
    """Write a JSON list of problems, by time: those of warnings that opened within ten minutes of the last one.

    Raises
    ------
    UsageError
        When ``out`` cannot be written.
    """
    documents = [_as_document(problem, topology) for problem in _by_time(warnings)]
    try:
        out.write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")
    except OSError as err:
        raise UsageError(f"{out} cannot be written: {err.strerror}. Name another file by --problems.") from err


def _by_time(warnings: Iterable[EarlyWarning]) -> list[list[EarlyWarning]]:
    window_s = GroupingRules().window_s
    problems: list[list[EarlyWarning]] = []
    for warning in sorted(warnings, key=lambda one: (one.opened_at, one.entity)):
        if problems and (warning.opened_at - problems[-1][-1].opened_at).total_seconds() <= window_s:
            problems[-1].append(warning)
        else:
            problems.append([warning])
    return problems


def _as_document(problem: list[EarlyWarning], topology: Topology | None) -> dict[str, object]:
    ranked = rank_root_causes((Evidence(one.entity, one.opened_at, one.score) for one in problem), topology)
    return {
        "opened_at": problem[0].opened_at.isoformat(),
        "warnings": [{"entity": one.entity, "opened_at": one.opened_at.isoformat()} for one in problem],
        "root_causes": [
            {"entity": one.entity, "score": round(one.score, 4), "reasons": list(one.reasons)} for one in ranked
        ],
    }
