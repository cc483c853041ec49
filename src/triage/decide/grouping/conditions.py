"""N of M: which alerts open a record only once so many of them have come within a time. No clock."""

from __future__ import annotations

from collections import OrderedDict, deque

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.grouping.rules import Condition
from triage.decide.grouping.standing import moment
from triage.decide.grouping.times import spoken
from triage.domain import Pause, PauseState

__all__ = ["Arrivals"]

# What is counted at once; beyond that the oldest are forgotten, as nobody waits for so many.
_MOST_COUNTED = 1_000
_MOST_NAMES = 20_000


class Arrivals:
    """Counts the alerts that a condition is about: those of one group, and of one fingerprint whatever its group is.

    Examples
    --------
    >>> condition, arrivals = Condition((("alertname", "Slow"),), needed=2, within_s=600.0), Arrivals()
    >>> for at in (0.0, 60.0):
    ...     alert = Alert(("m", str(at)), at, at, "web-1", (), "slow", "error", condition=condition)
    ...     pause = arrivals.decide(alert, condition, "g")
    ...     arrivals.add(alert, condition, "g")
    ...     pause.state.value, pause.reason
    ('held', '1 of 2 alerts with alertname=Slow within 10 min.')
    ('ended', '2 of 2 alerts with alertname=Slow within 10 min.')
    """

    def __init__(self) -> None:
        self._counted: OrderedDict[tuple[str, ...], deque[tuple[float, Key]]] = OrderedDict()

    def decide(self, alert: Alert, condition: Condition, group_id: str) -> Pause:
        """Return whether an alert that has just come in is held, or is the one that was waited for."""
        now_s = alert.received_s
        counted = {
            key
            for name in _names(condition.rule, alert, group_id)
            for until_s, key in self._counted.get(name, ())
            if until_s > now_s
        }
        count = len(counted | {alert.key})
        state = PauseState.HELD if count < condition.needed else PauseState.ENDED
        of_all = f"{count} of {condition.needed} alerts"
        reason = f"{of_all} with {condition.rule} within {spoken(condition.within_s)}."
        until = moment(now_s + condition.within_s)
        return Pause(state, until, reason, None, "condition", count, needed=condition.needed, rule=condition.rule)

    def add(self, alert: Alert, condition: Condition, group_id: str) -> None:
        """Count an alert until its time within the condition is over."""
        until_s = alert.received_s + condition.within_s
        for name in _names(condition.rule, alert, group_id):
            counted = self._counted.pop(name, None) or deque(maxlen=_MOST_COUNTED)
            counted.append((until_s, alert.key))
            while counted[0][0] <= alert.received_s:
                counted.popleft()
            self._counted[name] = counted
            if len(self._counted) > _MOST_NAMES:
                self._counted.popitem(last=False)


def _names(rule: str, alert: Alert, group_id: str) -> tuple[tuple[str, ...], ...]:
    return (rule, "group", group_id), (rule, "fingerprint", alert.fingerprint, alert.key[0])
