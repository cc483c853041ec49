"""N of M: which alerts are held until enough of their like have come."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from triage.decide.grouping import Alert, Condition, moment
from triage.decide.grouping.conditions import Arrivals
from triage.domain import Pause, PauseState

CONDITION = Condition((("alertname", "Slow"),), needed=3, within_s=600.0)
HELD, ENDED = PauseState.HELD, PauseState.ENDED


def alert(at_s: float, number: int = 1, entity: str = "web-1", template: str = "slow", source: str = "m") -> Alert:
    return Alert((source, str(number)), at_s, at_s, entity, (), template, "error", condition=CONDITION)


def play(
    *alerts: Alert, groups: Sequence[str] = (), conditions: Sequence[Condition] = (), arrivals: Arrivals | None = None
) -> list[Pause]:
    """Decide about alerts one by one, all of one group unless it is said of which."""
    counter = Arrivals() if arrivals is None else arrivals
    pauses = []
    for at, one in enumerate(alerts):
        condition = conditions[at] if conditions else CONDITION
        group = groups[at] if groups else "g"
        pauses.append(counter.decide(one, condition, group))
        counter.add(one, condition, group)
    return pauses


def counts(pauses: Sequence[Pause]) -> list[int]:
    return [pause.alerts for pause in pauses]


def test_alert_is_held_until_the_last_that_is_needed_has_come() -> None:
    first, second, third, fourth = play(alert(0, 1), alert(60, 2), alert(599, 3), alert(600, 4))
    assert [one.state for one in (first, second, third, fourth)] == [HELD, HELD, ENDED, ENDED]
    assert (first.until, first.needed, first.rule, first.level) == (moment(600), 3, "alertname=Slow", "condition")
    assert first.reason == "1 of 3 alerts with alertname=Slow within 10 min."
    assert first.miss_risk is None


def test_alert_counts_for_just_as_long_as_the_time() -> None:
    assert counts(play(alert(0, 1), alert(599.9, 2), alert(600, 3))) == [1, 2, 2]


def test_same_alert_counts_once() -> None:
    assert counts(play(alert(0, 1), alert(1, 1), alert(2, 2))) == [1, 1, 2]


def test_sentences_of_one_group_count_together_and_those_of_two_do_not() -> None:
    mixed = [alert(0, 1), alert(1, 2, template="slower"), alert(2, 3, "web-2")]
    assert counts(play(*mixed)) == [1, 2, 3]
    assert counts(play(*mixed, groups=["a", "b", "c"])) == [1, 1, 1]


def test_same_sentence_about_the_same_entity_counts_whatever_its_group_is() -> None:
    alerts = [alert(0, 1), alert(1, 2), alert(2, 3, source="other")]
    assert counts(play(*alerts, groups=["a", "b", "c"])) == [1, 2, 1]


def test_conditions_count_apart() -> None:
    other = Condition((("alertname", "Down"),), needed=2, within_s=600.0)
    assert counts(play(alert(0, 1), alert(1, 2), conditions=[CONDITION, other])) == [1, 1]


def test_what_came_before_counts_by_the_time_that_is_wanted_now() -> None:
    arrivals = Arrivals()
    arrivals.add(alert(0, 1), CONDITION, "g")
    shorter = Condition(CONDITION.match, needed=3, within_s=60.0)
    arrivals.add(alert(1, 2), shorter, "g")
    assert counts(play(alert(100, 3), arrivals=arrivals)) == [2]


@given(st.lists(st.floats(0.0, 2000.0), min_size=1, max_size=30), st.integers(2, 5), st.floats(1.0, 900.0))
def test_count_is_of_those_within_the_time_and_is_enough_just_where_so_many_are(
    times: Sequence[float], needed: int, within_s: float
) -> None:
    times, condition = sorted(times), Condition((("a", "b"),), needed, within_s)
    pauses = play(*(alert(at_s, n) for n, at_s in enumerate(times)), conditions=[condition] * len(times))
    for at, pause in enumerate(pauses):
        assert pause.alerts == sum(each + within_s > times[at] for each in times[: at + 1])
        assert (pause.state is ENDED) == (pause.alerts >= needed)


def test_storm_counts_as_a_thousand() -> None:
    assert counts(play(*(alert(0, number) for number in range(1_010))))[-1] == 1_001
