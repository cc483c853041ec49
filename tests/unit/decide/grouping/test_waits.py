"""Which alerts wait, and what ends their wait; what becomes of messages is tested with the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from triage.decide.grouping import (
    NOT_YET,
    Alert,
    Condition,
    GroupingRules,
    MemberRecord,
    OpenGroups,
    PauseRules,
    Pauses,
    Wait,
    moment,
)
from triage.domain import Pause, PauseState

RULES = PauseRules(acts=True, least=3, most_miss_risk=0.9, exempt=("ours",))
NOW = 100_000.0
CONDITION = Condition((("alertname", "Slow"),), needed=3, within_s=600.0)


def alert(
    at_s: float,
    number: int = 1,
    *,
    is_over: bool = False,
    severity: str = "error",
    source: str = "m",
    condition: Condition | None = None,
) -> Alert:
    key = (source, str(number))
    return Alert(key, NOW + at_s, NOW + at_s, "web-1", (), "slow", severity, is_over, condition)


def held(at_s: float, number: int = 1, *, is_over: bool = False, severity: str = "error") -> Alert:
    return alert(at_s, number, is_over=is_over, severity=severity, condition=CONDITION)


class Played:
    """Groups and pauses after some alerts that were over within two minutes."""

    def __init__(self, rules: PauseRules | None = RULES, source: str = "m") -> None:
        self.groups = OpenGroups(GroupingRules())
        self.pauses = Pauses(GroupingRules(pauses=rules, conditions=(CONDITION,)))
        past = [alert(-9000.0 * number, 100 + number, source=source) for number in range(3, 0, -1)]
        self.pauses.learn(
            MemberRecord("g", one.key, one, 1.0, (), one.received_s + 120, one.received_s, 1) for one in past
        )

    def place(self, one: Alert) -> Wait | None:
        expired = self.pauses.expire(one.received_s, self.groups.of)
        placed = self.groups.place(one)
        standing = self.groups.of(one.key)
        assert standing is not None
        return self.pauses.place(one, standing, placed, expired)

    def move(self, one: Alert) -> Wait | None:
        standing = self.groups.of(one.key)
        assert standing is not None
        before, severity = standing.members[one.key], standing.severity
        self.groups.update(one)
        return self.pauses.move(one, standing, before, is_worse=standing.severity != severity)

    def pause(self, number: int = 1) -> Pause | None:
        standing = self.groups.of(("m", str(number)))
        assert standing is not None
        return standing.members["m", str(number)].pause


def test_alert_waits_until_its_pause_is_over() -> None:
    played = Played()
    assert played.place(alert(0)) == Wait(opens_at=moment(NOW + 120))


@pytest.mark.parametrize(
    ("one", "source"),
    [(alert(0, severity="critical"), "m"), (alert(0, is_over=True), "m"), (alert(0, source="ours"), "ours")],
)
def test_what_is_critical_or_over_or_of_an_exempt_source_does_not_wait(one: Alert, source: str) -> None:
    assert Played(source=source).place(one) is None


def test_group_that_is_over_while_it_waits_is_spared() -> None:
    played = Played()
    played.place(alert(0))
    wait = played.move(alert(60, is_over=True))
    assert wait is not None
    assert (wait.is_silent, wait.is_silent_in_group, wait.due) == (True, True, {})
    assert wait.changed["m", "1"].state is PauseState.SPARED


def test_end_after_the_pause_leaves_it_as_it_was() -> None:
    played = Played()
    played.place(alert(0))
    assert played.move(alert(121, is_over=True)) == Wait(is_silent=True, is_silent_in_group=True)


def test_worse_alert_is_due_from_when_it_became_so() -> None:
    played = Played()
    played.place(alert(0, severity="warning"))
    wait = played.move(alert(60, severity="error"))
    assert wait is not None
    assert wait.due == {("m", "1"): moment(NOW + 60)}
    assert wait.changed["m", "1"].state is PauseState.ENDED


def test_what_comes_back_does_not_wait_and_ends_the_wait_of_its_group() -> None:
    played = Played()
    played.place(alert(0))
    played.place(alert(10, 2))
    played.move(alert(20, 2, is_over=True))
    wait = played.move(alert(30, 2))
    assert wait is not None
    assert wait.due == {("m", "1"): moment(NOW + 30)}


def test_spared_group_that_comes_back_is_spared_no_more() -> None:
    played = Played()
    played.place(alert(0))
    played.move(alert(60, is_over=True))
    wait = played.place(alert(300, 2))
    assert wait is not None
    assert (wait.opens_at, wait.due) == (None, {})
    assert wait.changed["m", "1"].state is PauseState.ENDED


def test_suggestion_changes_nothing_later() -> None:
    played = Played(replace(RULES, acts=False))
    assert played.place(alert(0)) is None
    assert played.move(alert(60, is_over=True)) is None
    pause = played.pause()
    assert pause is not None
    assert pause.state is PauseState.SUGGESTED


def test_held_alert_and_those_that_join_it_are_due_once_enough_have_come() -> None:
    played = Played()
    assert played.place(held(0)) == Wait(opens_at=NOT_YET)
    second = played.place(held(60, 2))
    assert second is not None
    assert (second.opens_at, second.joins_at, second.due) == (NOT_YET, NOT_YET, {})
    third = played.place(held(90, 3))
    assert third is not None
    now = moment(NOW + 90)
    assert (third.opens_at, third.joins_at, third.due) == (None, None, {("m", "1"): now, ("m", "2"): now})


def test_held_alert_expires_with_the_next_of_whatever_kind_after_its_time() -> None:
    played = Played(None)
    played.place(held(0))
    other = Alert(("m", "9"), NOW + 599, NOW + 599, "db-9", (), "failed", "error")
    assert played.place(other) is None
    wait = played.place(replace(other, key=("m", "10"), received_s=NOW + 600))
    assert wait is not None
    assert (wait.expired, wait.changed["m", "1"].state) == ((("m", "1"),), PauseState.EXPIRED)


def test_record_of_a_group_expires_after_the_last_that_is_held() -> None:
    played = Played(None)
    played.place(held(0))
    played.place(held(300, 2))
    lead = played.pause()
    assert lead is not None
    assert lead.until == moment(NOW + 900)
    assert played.pauses.expire(NOW + 899, played.groups.of) is None
    wait = played.pauses.expire(NOW + 900, played.groups.of)
    assert wait is not None
    assert set(wait.expired) == {("m", "1"), ("m", "2")}


def test_what_is_held_longer_than_what_joined_it_expires_though_that_was_over_before() -> None:
    played = Played(None)
    played.place(held(0))
    played.place(held(300, 2))
    played.move(held(301, 2, is_over=True))
    wait = played.pauses.expire(NOW + 900, played.groups.of)
    assert wait is not None
    assert wait.expired == (("m", "1"),)


def test_held_alert_is_not_told_for_becoming_worse_before_it_is_critical() -> None:
    played = Played()
    played.place(held(0, severity="warning"))
    worse = played.move(held(60, severity="error"))
    assert worse == Wait(is_silent=True)
    critical = played.move(held(90, severity="critical"))
    assert critical is not None
    assert critical.due == {("m", "1"): moment(NOW + 90)}


def test_condition_that_holds_critical_alerts_holds_what_becomes_so() -> None:
    played, condition = Played(), replace(CONDITION, critical=True)
    played.place(alert(0, condition=condition))
    assert played.move(alert(60, severity="critical", condition=condition)) == Wait(is_silent=True)
    assert played.place(alert(90, 2, severity="critical", condition=condition)) is not None
    pause = played.pause(2)
    assert pause is not None
    assert (pause.state, pause.alerts) == (PauseState.HELD, 2)


def test_alert_that_is_not_held_ends_the_wait_of_the_group_it_joins() -> None:
    played = Played()
    played.place(held(0))
    wait = played.place(alert(60, 2))
    assert wait is not None
    assert wait.due == {("m", "1"): moment(NOW + 60)}


def test_what_is_learnt_counts_and_what_is_restored_expires() -> None:
    before, after = Played(None), Played(None)
    before.place(held(0))
    before.place(held(300, 2))
    standing = before.groups.of(("m", "1"))
    assert standing is not None
    records = [
        MemberRecord(standing.group_id, standing.lead, one, 1.0, (), None, one.received_s, 1, before.pause(number))
        for number, one in enumerate((alert(0), alert(300, 2)), 1)
    ]
    after.groups.restore(records)
    after.pauses.learn(records)
    after.pauses.restore(records)
    assert after.place(held(599, 3)) == before.place(held(599, 3))
    assert after.pauses.expire(NOW + 899, after.groups.of) is None
