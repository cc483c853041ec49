"""Problems of a file's warnings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fakes import warning_on

from triage.bootstrap.problems import write_problems
from triage.decide.grouping import GroupingRules, Topology
from triage.errors import UsageError

WARNINGS = [warning_on("web", 0, "latency"), warning_on("db", 300, "locks"), warning_on("mail", 420, "queue")]
CALLS = GroupingRules(topology=Topology([("web", "db")]))


def entities(problems: list[dict[str, list[dict[str, str]]]], key: str) -> list[list[str]]:
    return [[one["entity"] for one in problem[key]] for problem in problems]


def test_warnings_that_the_service_would_hold_together_are_one_problem_with_its_root_first(tmp_path: Path) -> None:
    write_problems(WARNINGS, CALLS, tmp_path / "problems.json")
    problems = json.loads((tmp_path / "problems.json").read_text(encoding="utf-8"))
    assert entities(problems, "warnings") == [["web", "db"], ["mail"]]
    assert entities(problems, "root_causes") == [["db", "web"], ["mail"]]
    assert problems[0]["warnings"][0]["reasons"] == []
    assert problems[0]["warnings"][1]["reasons"][0]["kind"] == "dependency"
    assert problems[0]["root_causes"][0]["reasons"][0] == "began 300 s after the first"


@pytest.mark.parametrize("rules", [GroupingRules(), None])
def test_time_alone_makes_no_problem(tmp_path: Path, rules: GroupingRules | None) -> None:
    write_problems(WARNINGS, rules, tmp_path / "problems.json")
    problems = json.loads((tmp_path / "problems.json").read_text(encoding="utf-8"))
    assert entities(problems, "warnings") == [["web"], ["db"], ["mail"]]


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_problems([], None, tmp_path / "none" / "problems.json")
