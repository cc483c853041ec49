"""Reads by what alerts are grouped: the ``[grouping]`` table of ``triage.toml``, and the file of dependencies."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from triage.decide.grouping import GroupingRules, PauseRules, Topology
from triage.errors import Problem, SettingsError, UsageError
from triage.flow import WARNING_SOURCE
from triage.settings import Settings

__all__ = ["read_dependencies", "to_grouping"]

_NUMBER = re.compile(r"\d+(\.\d+)?")
_KEYS = (
    "enabled",
    "window_s",
    "reopen_s",
    "entities",
    "scopes",
    "dependencies",
    "pause",
    "pause_share",
    "pause_longest_s",
    "pause_miss_risk",
)
_MODES = ("off", "suggest", "act")


def to_grouping(settings: Settings) -> GroupingRules | None:
    """Return by what alerts are grouped; None where they are not to be.

    Raises
    ------
    SettingsError
        Naming everything of ``[grouping]`` that cannot be used.
    """
    table = settings.grouping
    problems = [
        Problem(f"is not known here; known are {', '.join(_KEYS)}", where=f"grouping.{key}")
        for key in table
        if key not in _KEYS
    ]
    usual = GroupingRules()
    window_s = _number(table, "window_s", usual.window_s, problems)
    reopen_s = _number(table, "reopen_s", usual.reopen_s, problems)
    entities = _names(table, "entities", usual.entities, problems)
    scopes = _names(table, "scopes", usual.scopes, problems)
    enabled, file = table.get("enabled", True), table.get("dependencies", "")
    if not isinstance(enabled, bool):
        problems.append(Problem("must be true or false", where="grouping.enabled", got=str(enabled)))
    if not isinstance(file, str):
        problems.append(Problem("must be a path", where="grouping.dependencies", got=str(file)))
    pauses = _pauses(table, problems)
    if problems:
        raise SettingsError("[grouping] cannot be used.", problems)
    topology = read_dependencies(settings.home / str(file)) if file else Topology()
    try:
        rules = GroupingRules(window_s, reopen_s, entities, scopes, topology, pauses=pauses)
    except UsageError as err:
        raise SettingsError(f"[grouping] cannot be used. {err.message}") from err
    return rules if enabled else None


def read_dependencies(file: Path) -> Topology:
    """Read who depends on whom: two columns of a csv file with a header, whatever they are called, or a matrix.

    A matrix names who is called in its header, and who calls in its first column; a number above 0 is a call.

    Raises
    ------
    SettingsError
        The file cannot be read, or a line has not two names.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = [(number, row) for number, row in enumerate(csv.reader(stream), 1) if row] or [(1, [])]
    except (OSError, UnicodeDecodeError, csv.Error) as err:
        raise SettingsError(f"{file} cannot be read as csv in UTF-8: {err}. See grouping.dependencies.") from err
    if _is_matrix(header[1], rows):
        callees = [name.strip() for name in header[1][1:]]
        return Topology(
            (row[0].strip(), callee)
            for _, row in rows
            for callee, cell in zip(callees, row[1:], strict=True)
            if float(cell) > 0
        )
    bad = [number for number, row in rows if len(row) < 2 or not (row[0].strip() and row[1].strip())]
    if bad:
        shown = ", ".join(map(str, bad[:5]))
        raise SettingsError(f"{file} must name who depends on whom in its first two columns. Lines {shown} do not.")
    return Topology((row[0].strip(), row[1].strip()) for _, row in rows)


def _is_matrix(header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> bool:
    if len(header) < 2 or not rows or any(len(row) != len(header) for _, row in rows):
        return False
    # Names may be numbers as well; that those of the header are those of the first column only a matrix has.
    callers = {row[0].strip().lower() for _, row in rows}
    if not callers & {name.strip().lower() for name in header[1:]}:
        return False
    return all(_NUMBER.fullmatch(cell.strip()) for _, row in rows for cell in row[1:])


def _pauses(table: Mapping[str, object], problems: list[Problem]) -> PauseRules | None:
    usual, mode = PauseRules(), table.get("pause", _MODES[0])
    if mode not in _MODES:
        problems.append(Problem(f"must be one of {', '.join(_MODES)}", where="grouping.pause", got=str(mode)))
    share = _number(table, "pause_share", usual.share, problems, "a number")
    longest_s = _number(table, "pause_longest_s", usual.longest_s, problems)
    miss_risk = _number(table, "pause_miss_risk", usual.most_miss_risk, problems, "a number")
    try:
        # An early warning that waits is none any more.
        rules = PauseRules(mode == "act", share, longest_s, miss_risk, exempt=(WARNING_SOURCE,))
    except UsageError as err:
        problems.append(Problem(err.message, where="grouping.pause"))
        return None
    return None if mode == "off" else rules


def _number(
    table: Mapping[str, object], key: str, default: float, problems: list[Problem], what: str = "a number of seconds"
) -> float:
    value = table.get(key, default)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    problems.append(Problem(f"must be {what}", where=f"grouping.{key}", got=str(value)))
    return default


def _names(table: Mapping[str, object], key: str, default: tuple[str, ...], problems: list[Problem]) -> tuple[str, ...]:
    value = table.get(key, list(default))
    if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
        return tuple(value)
    problems.append(Problem("must be a list of labels' names", where=f"grouping.{key}", got=str(value)))
    return default
