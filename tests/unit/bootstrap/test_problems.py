"""Problems of a file's warnings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.bootstrap.problems import write_problems
from triage.decide.grouping import Topology
from triage.domain import EarlyWarning
from triage.errors import UsageError

_AT = datetime(2024, 5, 1, tzinfo=UTC)


def _warning(entity: str, minutes: int) -> EarlyWarning:
    return EarlyWarning(entity, entity, _AT + timedelta(minutes=minutes), None, 0.9, (), "")


def test_warnings_within_ten_minutes_are_one_problem_with_its_root_first(tmp_path: Path) -> None:
    warnings = [_warning("web", 0), _warning("db", 5), _warning("mail", 60)]
    write_problems(warnings, Topology([("web", "db")]), tmp_path / "problems.json")
    problems = json.loads((tmp_path / "problems.json").read_text(encoding="utf-8"))
    assert [[one["entity"] for one in problem["root_causes"]] for problem in problems] == [["db", "web"], ["mail"]]
    assert problems[0]["root_causes"][0]["reasons"][0] == "began 300 s after the first"


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_problems([], None, tmp_path / "none" / "problems.json")
