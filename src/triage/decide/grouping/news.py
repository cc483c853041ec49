"""What an alert changes about what waits in its group. It neither counts nor chooses how long anything waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeGuard

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.grouping.standing import Standing, moment
from triage.domain import Pause, PauseState

__all__ = ["NEVER", "NOT_YET", "News", "Wait", "is_acted_on", "is_held", "tell_group", "tell_own"]

# When what waits for more alerts is due: not before they come.
NOT_YET = datetime(9000, 1, 1, tzinfo=UTC)
NEVER = "critical"
_UNOPENED = (PauseState.SPARED, PauseState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Wait:
    """What an alert changes about what waits, on its own record or on that of the alert that began its group.

    Parameters
    ----------
    opens_at, joins_at : datetime or None, default=None
        When what opens its own record, or is said of it at that of its group, may be sent (aware, UTC); None for at
        once.
    due : mapping of (str, str) to datetime
        From when on what waits on the record of these alerts may be sent.
    changed : mapping of (str, str) to Pause
        What became of pauses of members that are stored already.
    expired : tuple of (str, str)
        Alerts on whose records nothing waits any more, and none is opened.
    is_silent, is_silent_in_group : bool, default=False
        Whether a record of its own, or that of the group, is not opened by it where it has not been.
    """

    opens_at: datetime | None = None
    joins_at: datetime | None = None
    due: Mapping[Key, datetime] = field(default_factory=dict)
    changed: Mapping[Key, Pause] = field(default_factory=dict)
    expired: tuple[Key, ...] = ()
    is_silent: bool = False
    is_silent_in_group: bool = False


@dataclass(slots=True)
class News:
    """What has happened to an alert, and what that does to pauses; put together step by step."""

    alert: Alert
    standing: Standing
    own: Pause | None = None
    is_loud: bool = False
    is_worse: bool = False
    wait: Wait | None = None

    def ends(self, pause: Pause) -> bool:
        """Whether it is told at once, whatever waits by this pause."""
        if not pause.rule or self.is_loud:
            return self.is_loud or self.is_worse
        condition = self.alert.condition
        may_stay = condition is not None and condition.critical
        return self.is_worse and self.alert.severity == NEVER and not may_stay

    def set(self, key: Key, pause: Pause, due_at: datetime | None = None) -> None:
        """Change a pause, and perhaps when what waits for it is due."""
        self.standing.note(key, pause)
        wait = self.wait or Wait()
        due = wait.due if due_at is None else {**wait.due, key: due_at}
        self.wait = replace(wait, changed={**wait.changed, key: pause}, due=due)

    def silence(self, *, own: bool, group: bool) -> None:
        """Say which records are not opened by it."""
        wait = self.wait or Wait()
        self.wait = replace(wait, is_silent=wait.is_silent or own, is_silent_in_group=wait.is_silent_in_group or group)


def tell_group(news: News) -> None:
    """Decide about the record of a group: that of the alert that began it."""
    alert, standing, own = news.alert, news.standing, news.own
    lead, pause = standing.lead, standing.members[standing.lead].pause
    if not is_acted_on(pause):
        return
    is_lead, is_over = alert.key == lead, not standing.is_open
    if _waits(pause, alert.received_s):
        if is_over:
            news.set(lead, replace(pause, state=PauseState.SPARED))
        else:
            _tell_waiting(news, pause)
        # Held again for its group after it had expired, its own record is not opened by what is said of it.
        news.silence(own=is_lead and (alert.is_over or is_held(pause)), group=is_over)
    elif pause.state in _UNOPENED and not is_over:
        if is_held(own):
            news.set(lead, replace(pause, state=PauseState.HELD, until=own.until))
        elif news.ends(pause):
            news.set(lead, replace(pause, state=PauseState.ENDED))
        else:
            news.silence(own=is_lead, group=True)
    else:
        news.silence(own=is_lead and alert.is_over, group=is_over)
    if is_held(own) and is_held(standing.members[lead].pause):
        news.wait = replace(news.wait or Wait(), joins_at=NOT_YET)


def _tell_waiting(news: News, pause: Pause) -> None:
    """Decide for how long the record of a group goes on waiting."""
    lead, own = news.standing.lead, news.own
    if news.ends(pause) or (is_held(pause) and own is not None and not is_held(own)):
        news.set(lead, replace(pause, state=PauseState.ENDED), moment(news.alert.received_s))
    elif is_held(own):
        if is_held(pause):
            news.set(lead, replace(pause, until=max(own.until, pause.until)))
    elif own is not None and own.until < pause.until:
        news.set(lead, replace(pause, until=own.until), own.until)


def tell_own(news: News) -> None:
    """Decide about the own record of a member that did not begin its group."""
    alert, pause = news.alert, news.standing.members[news.alert.key].pause
    if not is_acted_on(pause):
        return
    waits, is_unopened = _waits(pause, alert.received_s), pause.state in _UNOPENED
    if alert.is_over:
        if waits:
            news.set(alert.key, replace(pause, state=PauseState.SPARED))
        news.silence(own=True, group=False)
    elif (waits or is_unopened) and news.ends(pause):
        news.set(alert.key, replace(pause, state=PauseState.ENDED), moment(alert.received_s) if waits else None)
    elif is_unopened:
        news.silence(own=True, group=False)


def is_acted_on(pause: Pause | None) -> TypeGuard[Pause]:
    """Tell whether something waits, or waited, by a pause."""
    return pause is not None and pause.state is not PauseState.SUGGESTED


def is_held(pause: Pause | None) -> TypeGuard[Pause]:
    """Tell whether an alert waits for more of its like."""
    return pause is not None and pause.state is PauseState.HELD


def _waits(pause: Pause, now_s: float) -> bool:
    return is_held(pause) or (pause.state is PauseState.PAUSED and now_s < pause.until.timestamp())
