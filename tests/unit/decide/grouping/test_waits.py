"""Which alerts wait, and what ends their wait; what becomes of messages is tested with the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from triage.decide.grouping import Alert, GroupingRules, MemberRecord, OpenGroups, PauseRules, Pauses, Wait, moment
from triage.domain import Pause, PauseState

RULES = PauseRules(acts=True, least=3, most_miss_risk=0.9, exempt=("ours",))
NOW = 100_000.0


def alert(at_s: float, number: int = 1, *, is_over: bool = False, severity: str = "error", source: str = "m") -> Alert:
    return Alert((source, str(number)), NOW + at_s, NOW + at_s, "web-1", (), "slow", severity, is_over)


class Played:
    """Groups and pauses after some alerts that were over within two minutes."""

    def __init__(self, rules: PauseRules = RULES, source: str = "m") -> None:
        self.groups = OpenGroups(GroupingRules())
        self.pauses = Pauses(rules)
        past = [alert(-9000.0 * number, 100 + number, source=source) for number in range(3, 0, -1)]
        self.pauses.learn(
            MemberRecord("g", one.key, one, 1.0, (), one.received_s + 120, one.received_s, 1) for one in past
        )

    def place(self, one: Alert) -> Wait | None:
        placed = self.groups.place(one)
        standing = self.groups.of(one.key)
        assert standing is not None
        return self.pauses.place(one, standing, placed)

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
    assert (wait.is_over, wait.is_all_over, wait.due) == (True, True, {})
    assert wait.changed["m", "1"].state is PauseState.SPARED


def test_end_after_the_pause_leaves_it_as_it_was() -> None:
    played = Played()
    played.place(alert(0))
    assert played.move(alert(121, is_over=True)) == Wait(is_over=True, is_all_over=True)


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
