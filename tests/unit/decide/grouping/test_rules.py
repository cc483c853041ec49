"""By what alerts are grouped."""

from __future__ import annotations

import pytest
from tests.alerting import alert_incident

from triage.decide.grouping import Condition, GroupingRules, to_alert
from triage.errors import UsageError


@pytest.mark.parametrize("wrong", [{"window_s": 0.0}, {"window_s": 1e6}, {"reopen_s": -1.0}, {"entities": ()}])
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        GroupingRules(**wrong)  # type: ignore[arg-type]  # what a file may hold


MATCH = (("severity", "warning"), ("source", "monitor"))


@pytest.mark.parametrize(
    ("match", "needed", "within_s"),
    [((), 2, 60.0), (MATCH, 1, 60.0), (MATCH, 101, 60.0), (MATCH, 2, 0.9), (MATCH, 2, 604_801.0)],
)
def test_condition_that_makes_no_sense_is_refused(
    match: tuple[tuple[str, str], ...], needed: int, within_s: float
) -> None:
    with pytest.raises(UsageError, match="A condition must"):
        Condition(match, needed, within_s)


@pytest.mark.parametrize(
    ("source", "labels", "matches"),
    [
        ("monitor", {"severity": "warning", "host": "web-1"}, True),
        ("other", {"severity": "warning"}, False),
        ("monitor", {"severity": "error"}, False),
        ("monitor", {}, False),
        # A label of that name is not who sent it.
        ("other", {"severity": "warning", "source": "monitor"}, False),
    ],
)
def test_condition_is_about_alerts_that_have_all_that_it_matches(
    source: str, labels: dict[str, str], matches: bool
) -> None:
    assert Condition(MATCH, 2, 60.0).matches(source, labels) is matches


def test_condition_is_never_about_alerts_of_exempt_sources() -> None:
    condition = Condition(MATCH[:1], 2, 60.0, exempt=("ours",))
    assert [condition.matches(source, {"severity": "warning"}) for source in ("monitor", "ours")] == [True, False]


def test_condition_is_shown_by_what_it_matches() -> None:
    assert Condition(MATCH, 2, 60.0).rule == "severity=warning, source=monitor"


def test_first_condition_that_matches_an_alert_counts() -> None:
    narrow, wide = Condition(MATCH, 2, 60.0), Condition(MATCH[1:], 3, 60.0)
    rules = GroupingRules(conditions=(narrow, wide))
    found = [to_alert(alert_incident("slow", "web-1", severity=severity), rules) for severity in ("warning", "error")]
    assert [one and one.condition for one in found] == [narrow, wide]
