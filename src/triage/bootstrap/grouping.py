"""Reads by what alerts are grouped: the ``[grouping]`` table of ``triage.toml``, and the file of dependencies."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from triage.decide.grouping import Condition, GroupingRules, PauseRules, Topology
from triage.errors import SettingsError, UsageError
from triage.flow import WARNING_SOURCE
from triage.sections import Section, Texts
from triage.settings import Settings

__all__ = ["read_dependencies", "to_grouping"]

_NUMBER = re.compile(r"\d+(\.\d+)?")
_USUAL, _USUAL_PAUSES = GroupingRules(), PauseRules()


class _Condition(Section):
    """One of ``[[grouping.conditions]]``, as it is written."""

    match: dict[str, Annotated[str, Field(min_length=1)]]
    n: int
    within_s: float
    critical: bool = False

    @model_validator(mode="after")
    def _refuse_what_never_holds(self) -> Self:
        try:
            self.to_condition()
        except UsageError as err:
            raise ValueError(err.message) from err
        return self

    def to_condition(self) -> Condition:
        # An early warning that waits is none any more, unless just that is wanted.
        exempt = () if "source" in self.match else (WARNING_SOURCE,)
        return Condition(tuple(sorted(self.match.items())), self.n, self.within_s, self.critical, exempt)


class _Grouping(Section):
    """The ``[grouping]`` table, as it is written."""

    enabled: bool = True
    window_s: float = _USUAL.window_s
    reopen_s: float = _USUAL.reopen_s
    entities: Texts = _USUAL.entities
    scopes: Texts = _USUAL.scopes
    dependencies: str = ""
    pause: Literal["off", "suggest", "act"] = "off"
    pause_share: float = _USUAL_PAUSES.share
    pause_longest_s: float = _USUAL_PAUSES.longest_s
    pause_miss_risk: float = _USUAL_PAUSES.most_miss_risk
    conditions: list[_Condition] = Field(default_factory=list)


def to_grouping(settings: Settings) -> GroupingRules | None:
    """Return by what alerts are grouped; None where they are not to be.

    Raises
    ------
    SettingsError
        Naming everything of ``[grouping]`` that cannot be used.
    """
    table = _Grouping.read(settings.grouping, "grouping")
    topology = read_dependencies(settings.home / table.dependencies) if table.dependencies else Topology()
    try:
        rules = GroupingRules(
            table.window_s,
            table.reopen_s,
            table.entities,
            table.scopes,
            topology,
            pauses=_pauses(table),
            conditions=tuple(one.to_condition() for one in table.conditions),
        )
    except UsageError as err:
        raise SettingsError(f"[grouping] cannot be used. {err.message}") from err
    return rules if table.enabled else None


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


def _pauses(table: _Grouping) -> PauseRules | None:
    rules = PauseRules(
        table.pause == "act",
        table.pause_share,
        table.pause_longest_s,
        table.pause_miss_risk,
        exempt=(WARNING_SOURCE,),  # an early warning that waits is none any more
    )
    return None if table.pause == "off" else rules
