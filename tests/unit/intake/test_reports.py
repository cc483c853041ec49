"""What all formats have in common."""

from __future__ import annotations

import pytest
from tests.fakes import NOON

from triage.errors import DataError
from triage.intake.reports import Findings, Report, digest_of, fitting_key, to_received_report


def test_context_is_kept_in_the_body_but_makes_no_other_body() -> None:
    plain = to_received_report(Report("1", "s", {}, {"a": 1}), NOON)
    told = to_received_report(Report("1", "s", {}, {"a": 1}, context={"b": 2}), NOON)
    assert plain.digest == told.digest
    assert (plain.body, told.body) == (b'{"a":1}', b'{"context":{"b":2},"said":{"a":1}}')


@pytest.mark.parametrize(("key", "kept"), [("a\nb", "a b"), ("x" * 240, "x" * 240), ("1.0", "1.0")])
def test_keys_that_fit_are_kept(key: str, kept: str) -> None:
    assert fitting_key(key) == kept


def test_long_keys_stay_apart() -> None:
    assert fitting_key("x" * 500 + "a") != fitting_key("x" * 500 + "b")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "", None])
def test_the_zero_time_is_none(moment: object) -> None:
    findings = Findings()
    assert findings.moment_of({"at": moment}, "at") is None
    assert findings.problems == []


def test_problems_of_parts_are_told_by_their_path() -> None:
    findings = Findings()
    findings.within("a").within("0").text_of({}, "b", needed=True)
    with pytest.raises(DataError) as caught:
        findings.check("It")
    assert [problem.where for problem in caught.value.problems] == ["a.0.b"]


def test_of_a_part_that_is_refused_as_a_whole_nothing_more_is_said() -> None:
    findings = Findings()
    part = findings.within("items.0")
    part.refuse("", "must be an object", 1)
    part.text_of({}, "b", needed=True)
    findings.within("items.1").text_of({}, "b", needed=True)
    assert [problem.where for problem in findings.problems] == ["items.0", "items.1.b"]


@pytest.mark.parametrize(("value", "kept"), [("1.0", "1.0"), (7, "7"), ("none", "none"), (None, ""), (" ", "")])
def test_identifiers_are_kept_to_the_letter(value: object, kept: str) -> None:
    assert Findings().identifier_of({"id": value}, "id") == kept


def test_what_is_nested_too_deep_to_be_written_is_refused() -> None:
    value: object = "deep"
    for _ in range(300):
        value = [value]
    with pytest.raises(DataError, match="stored as JSON"):
        digest_of(value)
