"""What an alert changes about what waits in its group; what comes of it all is tested with `Pauses`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.decide.grouping import Alert, Condition
from triage.decide.grouping.news import News, is_acted_on, is_held
from triage.decide.grouping.standing import Standing
from triage.domain import Pause, PauseState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOLDS_ALL = Condition((("a", "b"),), 2, 60.0, critical=True)


def pause(state: PauseState = PauseState.HELD, rule: str = "a=b") -> Pause:
    return Pause(state, NOW, "Why.", None, "condition", 1, needed=2, rule=rule)


def news(
    severity: str = "error", condition: Condition | None = None, *, loud: bool = False, worse: bool = False
) -> News:
    alert = Alert(("m", "1"), 0.0, 0.0, "web-1", (), "slow", severity, condition=condition)
    standing = Standing("g", alert.key)
    standing.add(alert, None, 1.0, ())
    return News(alert, standing, is_loud=loud, is_worse=worse)


@pytest.mark.parametrize(
    ("one", "ends_pause", "ends_hold"),
    [
        (news(), False, False),
        (news(loud=True), True, True),
        (news(worse=True), True, False),
        (news("critical", worse=True), True, True),
        (news("critical", HOLDS_ALL, worse=True), True, False),
        (news("critical"), False, False),
    ],
)
def test_pause_ends_with_whatever_is_worse_and_a_hold_only_with_what_becomes_critical(
    one: News, ends_pause: bool, ends_hold: bool
) -> None:
    assert (one.ends(pause(PauseState.PAUSED, rule="")), one.ends(pause())) == (ends_pause, ends_hold)


def test_changes_add_up() -> None:
    one = news()
    one.set(("m", "1"), pause(), NOW)
    one.set(("m", "1"), pause(PauseState.ENDED))
    one.silence(own=True, group=False)
    one.silence(own=False, group=False)
    assert one.wait is not None
    assert (one.wait.due, one.wait.is_silent, one.wait.is_silent_in_group) == ({("m", "1"): NOW}, True, False)
    assert one.wait.changed["m", "1"].state is PauseState.ENDED
    assert one.standing.members["m", "1"].pause == one.wait.changed["m", "1"]


def test_suggestion_is_not_acted_on_and_only_what_waits_for_more_is_held() -> None:
    states = list(PauseState)
    assert [state for state in states if not is_acted_on(pause(state))] == [PauseState.SUGGESTED]
    assert [state for state in states if is_held(pause(state))] == [PauseState.HELD]
    assert not is_acted_on(None)
    assert not is_held(None)
