"""Which alerts wait before they open a record, and what ends their wait. It neither writes nor sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.grouping.groups import MemberRecord, Placement
from triage.decide.grouping.pauses import Lifetimes
from triage.decide.grouping.rules import PauseRules
from triage.decide.grouping.standing import Standing, moment
from triage.domain import GroupMember, Pause, PauseState

__all__ = ["Pauses", "Wait"]

_NEVER = "critical"


@dataclass(frozen=True, slots=True)
class Wait:
    """What an alert changes about what waits, on its own record or on that of the alert that began its group.

    Parameters
    ----------
    opens_at : datetime or None, default=None
        When what opens its own record may be sent (aware, UTC); None for at once.
    due : mapping of (str, str) to datetime
        From when on what waits on the record of these alerts may be sent.
    changed : mapping of (str, str) to Pause
        What became of pauses of members that are stored already.
    is_over, is_all_over : bool, default=False
        Whether a record of its own, or that of the group, is not opened any more where it has not been.
    """

    opens_at: datetime | None = None
    due: Mapping[Key, datetime] = field(default_factory=dict)
    changed: Mapping[Key, Pause] = field(default_factory=dict)
    is_over: bool = False
    is_all_over: bool = False


class Pauses:
    """Says which alerts wait; a plain function of the alerts so far in their order.

    Parameters
    ----------
    rules : PauseRules

    Notes
    -----
    Nothing critical waits, and nothing that opens a group again: what comes back is no transient. The record of a group
    waits only while every member does: it is opened at once when one of them becomes worse or comes back, or another
    one joins that is worse than the group or does not wait itself; and with the first of those waits that ends.
    """

    def __init__(self, rules: PauseRules) -> None:
        self._rules = rules
        self._lifetimes = Lifetimes()

    def learn(self, records: Iterable[MemberRecord]) -> None:
        """Take over how long members lasted as they were kept, in the order in which they came."""
        for record in records:
            self._lifetimes.begin(record.alert, record.ended_s)

    def restore(self, records: Iterable[MemberRecord]) -> None:
        """Take over which members are over by now."""
        for record in records:
            self._lifetimes.end(record.alert.key, record.ended_s)

    def place(self, alert: Alert, standing: Standing, placed: Placement) -> Wait | None:
        """Decide about an alert that has been placed, and note it in its group; None where nothing waits."""
        pause = None
        if not (alert.is_over or placed.reopens or standing.severity == _NEVER or alert.key[0] in self._rules.exempt):
            pause = self._lifetimes.choose(alert, self._rules)
            standing.note(alert.key, pause)
        self._lifetimes.begin(alert, alert.received_s if alert.is_over else None)
        own = pause if _is_acted_on(pause) else None
        ends = not alert.is_over and (placed.is_worse or placed.reopens or own is None)
        wait = _of_group(standing, alert, ends=ends, own=own)
        if own is None:
            return wait
        return replace(wait or Wait(), opens_at=own.until)

    def move(self, alert: Alert, standing: Standing, before: GroupMember, *, is_worse: bool) -> Wait | None:
        """Decide about a member that stands otherwise than before; None where nothing waits or did.

        Parameters
        ----------
        alert : Alert
        standing : Standing
            Its group, as it stands now.
        before : GroupMember
            As the member stood before.
        is_worse : bool
            Whether it has made its group worse.
        """
        self._lifetimes.end(alert.key, alert.received_s if alert.is_over else None)
        now = standing.members[alert.key]
        is_back = before.ended_at is not None and now.ended_at is None
        ends = is_worse or is_back or now.severity != before.severity
        wait = _of_group(standing, alert, ends=ends)
        pause = now.pause
        if pause is None or not _is_acted_on(pause) or alert.key == standing.lead:
            return wait
        wait = wait or Wait()
        if not _waits(pause, alert.received_s):
            return replace(wait, is_over=alert.is_over)
        if not (alert.is_over or ends):
            return wait
        pause = replace(pause, state=PauseState.SPARED if alert.is_over else PauseState.ENDED)
        standing.note(alert.key, pause)
        due = {} if alert.is_over else {alert.key: moment(alert.received_s)}
        return replace(wait, due={**wait.due, **due}, changed={**wait.changed, alert.key: pause}, is_over=alert.is_over)


def _of_group(standing: Standing, alert: Alert, *, ends: bool, own: Pause | None = None) -> Wait | None:
    """Decide about the record of a group: that of the alert that began it."""
    pause = standing.members[standing.lead].pause
    if pause is None or not _is_acted_on(pause) or pause is own:
        return None
    of_lead = alert.is_over and alert.key == standing.lead
    due: dict[Key, datetime] = {}
    if not _waits(pause, alert.received_s):
        if pause.state is not PauseState.SPARED or not standing.is_open:
            return Wait(is_over=of_lead, is_all_over=not standing.is_open)
        after = replace(pause, state=PauseState.ENDED)
    elif not standing.is_open:
        after = replace(pause, state=PauseState.SPARED)
    elif ends:
        after, due = replace(pause, state=PauseState.ENDED), {standing.lead: moment(alert.received_s)}
    elif own is not None and own.until < pause.until:
        after, due = replace(pause, until=own.until), {standing.lead: own.until}
    else:
        return Wait(is_over=of_lead)
    standing.note(standing.lead, after)
    return Wait(due=due, changed={standing.lead: after}, is_over=of_lead, is_all_over=not standing.is_open)


def _is_acted_on(pause: Pause | None) -> bool:
    return pause is not None and pause.state is not PauseState.SUGGESTED


def _waits(pause: Pause, now_s: float) -> bool:
    return pause.state is PauseState.PAUSED and now_s < pause.until.timestamp()
