"""Which alerts wait before they open a record, and what ends their wait. It neither writes nor sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from heapq import heappop, heappush

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.grouping.conditions import Arrivals
from triage.decide.grouping.groups import MemberRecord, Placement
from triage.decide.grouping.news import (
    NEVER,
    NOT_YET,
    News,
    Wait,
    is_acted_on,
    is_held,
    tell_group,
    tell_own,
)
from triage.decide.grouping.pauses import Lifetimes
from triage.decide.grouping.rules import GroupingRules
from triage.decide.grouping.standing import Standing, moment
from triage.domain import GroupMember, Pause, PauseState

__all__ = ["Pauses"]


class Pauses:
    """Says which alerts wait; a plain function of the alerts so far in their order.

    Parameters
    ----------
    rules : GroupingRules
        With pauses, or conditions, or both, or neither: then what waits by earlier rules is still seen to. What a
        condition holds has no pause besides.

    Notes
    -----
    Nothing critical waits, but by a condition that says so, and nothing is paused that opens a group again: what comes
    back is no transient. The record of a group waits only while every member does: it is opened at once when one of
    them becomes worse or comes back, another one joins that is worse than the group or does not wait itself, or a
    condition is met; and with the first pause that ends. What a condition holds expires with the next alert of whatever
    kind after its time; the record of a group, after that of the last member that is held.
    """

    def __init__(self, rules: GroupingRules) -> None:
        self._rules = rules
        self._conditions = {one.rule: one for one in reversed(rules.conditions)}
        self._lifetimes = Lifetimes()
        self._arrivals = Arrivals()
        # Until when, as far as is known: more may have joined since.
        self._held: list[tuple[float, Key]] = []

    def learn(self, records: Iterable[MemberRecord]) -> None:
        """Take over how long members lasted as they were kept, in the order in which they came."""
        for record in records:
            if self._rules.pauses is not None:
                self._lifetimes.begin(record.alert, record.ended_s)
            condition = None if record.pause is None else self._conditions.get(record.pause.rule)
            if condition is not None:
                self._arrivals.add(record.alert, condition, record.group_id)

    def restore(self, records: Iterable[MemberRecord]) -> None:
        """Take over which members are over by now, and which are held."""
        for record in records:
            self._lifetimes.end(record.alert.key, record.ended_s)
            self._watch(record.alert.key, record.pause)

    def expire(self, now_s: float, find: Callable[[Key], Standing | None]) -> Wait | None:
        """Let go of what was held and of which too few came; None where there is none.

        Parameters
        ----------
        now_s : float
            When the alert has come in that is to be placed next.
        find : callable of (str, str) returning Standing or None
            The group of a member, even one that nothing can become a part of any more.
        """
        changed: dict[Key, Pause] = {}
        while self._held and self._held[0][0] <= now_s:
            _, key = heappop(self._held)
            standing = find(key)
            if standing is None:
                continue
            pause = standing.members[key].pause
            if not is_held(pause):
                continue
            if pause.until.timestamp() > now_s:  # more have joined since
                self._watch(key, pause)
                continue
            changed[key] = replace(pause, state=PauseState.EXPIRED)
            standing.note(key, changed[key])
        return Wait(changed=changed, expired=tuple(changed)) if changed else None

    def place(self, alert: Alert, standing: Standing, placed: Placement, expired: Wait | None = None) -> Wait | None:
        """Decide about an alert that has been placed, and note it in its group; None where nothing waits.

        Parameters
        ----------
        alert : Alert
        standing : Standing
            Its group, as it stands now.
        placed : Placement
        expired : Wait or None, default=None
            What `expire` said before it was placed.
        """
        news = News(alert, standing, is_worse=placed.is_worse, wait=expired)
        pause = None if alert.is_over else self._of_new(alert, standing, reopens=placed.reopens)
        standing.note(alert.key, pause)
        if self._rules.pauses is not None:
            self._lifetimes.begin(alert, alert.received_s if alert.is_over else None)
        news.own = pause if is_acted_on(pause) else None
        news.is_loud = not alert.is_over and (news.own is None or news.own.state is PauseState.ENDED)
        if news.own is not None and news.own.state is PauseState.ENDED:
            for key, member in standing.members.items():
                if is_held(member.pause) and member.pause.rule == news.own.rule:
                    news.set(key, replace(member.pause, state=PauseState.ENDED), moment(alert.received_s))
        if alert.key != standing.lead:
            tell_group(news)
            self._watch(standing.lead, standing.members[standing.lead].pause)
        if news.own is None or news.own.state is PauseState.ENDED:
            return news.wait
        return replace(news.wait or Wait(), opens_at=NOT_YET if is_held(news.own) else news.own.until)

    def move(
        self, alert: Alert, standing: Standing, before: GroupMember, *, is_worse: bool, expired: Wait | None = None
    ) -> Wait | None:
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
        expired : Wait or None, default=None
            What `expire` said before it was moved.
        """
        self._lifetimes.end(alert.key, alert.received_s if alert.is_over else None)
        now = standing.members[alert.key]
        news = News(alert, standing, wait=expired)
        news.is_loud = before.ended_at is not None and now.ended_at is None
        news.is_worse = is_worse or now.severity != before.severity
        tell_group(news)
        if alert.key != standing.lead:
            tell_own(news)
        return news.wait

    def _of_new(self, alert: Alert, standing: Standing, *, reopens: bool) -> Pause | None:
        condition, rules = alert.condition, self._rules.pauses
        if condition is not None and (alert.severity != NEVER or condition.critical):
            pause = self._arrivals.decide(alert, condition, standing.group_id)
            self._arrivals.add(alert, condition, standing.group_id)
            self._watch(alert.key, pause)
            return pause
        if rules is None or reopens or standing.severity == NEVER or alert.key[0] in rules.exempt:
            return None
        return self._lifetimes.choose(alert, rules)

    def _watch(self, key: Key, pause: Pause | None) -> None:
        if is_held(pause):
            heappush(self._held, (pause.until.timestamp(), key))
