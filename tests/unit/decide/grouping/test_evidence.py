"""Why an alert may be part of a group, and how surely."""

from __future__ import annotations

from tests.alerting import alert_incident

from triage.decide.grouping import Alert, GroupingRules, Standing, to_alert
from triage.decide.grouping.evidence import Weigher

RULES = GroupingRules()


def alert(name: str, host: str, minutes: float) -> Alert:
    found = to_alert(alert_incident(name, host, minutes), RULES)
    assert found is not None
    return found


def test_similarity_falls_with_the_time_between_and_is_nothing_beyond_the_window() -> None:
    first = alert("slow", "web-1", 0)
    standing = Standing("g", first.key)
    standing.add(first, None, 1.0, ())
    weights = [Weigher(RULES).weigh(alert("errors", "web-1", minutes), standing)[0] for minutes in (0, 3, 9, 11)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 0.9
    assert weights[-1] == 0.0


def test_service_in_which_something_begins_all_the_time_says_less() -> None:
    first = alert("slow", "web-1", 0)
    standing = Standing("g", first.key)
    standing.add(first, None, 1.0, ())
    busy = Weigher(RULES)
    for minute in range(0, 600, 5):
        busy.learn(alert("any", "web-9", minute - 600), begins_group=True)
    later = alert("locks", "web-2", 5)
    assert busy.weigh(later, standing)[0] < Weigher(RULES).weigh(later, standing)[0]
