"""How long it is worth waiting whether an alert is over by itself, by how long those before it lasted. No clock.

Nothing is known here but what has come in: an alert that still goes on counts by how long it has so far.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.grouping.rules import PauseRules
from triage.decide.grouping.standing import moment
from triage.decide.grouping.times import spoken
from triage.domain import Pause, PauseState
from triage.measure.intervals import precision_lower_bound

__all__ = ["Lifetimes"]

# As many alerts as a restart reads back, so that it knows the same; of one kind the last 200, as habits change.
_MOST_ALERTS = 20_000
_MOST_OF_A_KIND = 200
# Shares such as .7 of 10 are not whole in binary.
_ROUNDING = 1e-9


@dataclass(slots=True)
class _Life:
    received_s: float
    ended_s: float | None


class Lifetimes:
    """How long alerts last, by fingerprint, template and source. A plain function of the alerts so far in their order.

    Notes
    -----
    An alert is *transient* where it is over within ``longest_s``, else *real*. The pause is the shortest that spares
    ``share`` of the transient alerts of a kind, which is the narrowest of fingerprint, template and source (each of one
    sender) of which ``least`` alerts have come to an end.

    The *miss risk* is the one-sided Clopper-Pearson upper bound at 95 % on the chance that such an alert is real, so
    that waiting delays it by just the pause: k of the n that came in longer than ``longest_s`` ago were, those that
    still go on among them. It takes alerts to be independent and the past to be like the present; alerts that come in
    bursts say less than they count.

    Examples
    --------
    >>> lifetimes = Lifetimes()
    >>> for at in range(20):
    ...     past = Alert(("m", str(at)), 900.0 * at, 900.0 * at, "web-1", (), "latency is high", "warning")
    ...     lifetimes.begin(past, ended_s=900.0 * at + 100)
    >>> pause = lifetimes.choose(Alert(("m", "20"), 2e4, 2e4, "web-1", (), "latency is high", "warning"), PauseRules())
    >>> pause.until.timestamp() - 2e4, round(pause.miss_risk, 3), pause.level
    (100.0, 0.139, 'fingerprint')
    """

    def __init__(self) -> None:
        self._lives: OrderedDict[Key, tuple[_Life, tuple[str, ...]]] = OrderedDict()
        self._of_a_kind: dict[str, deque[_Life]] = {}

    def begin(self, alert: Alert, ended_s: float | None = None) -> None:
        """Remember an alert; one that was over when it came in says nothing about how long such an alert lasts."""
        if alert.key in self._lives:
            self.end(alert.key, ended_s)
            return
        life, kinds = _Life(alert.received_s, ended_s), tuple(kind for _, kind in _kinds(alert))
        self._lives[alert.key] = life, kinds
        for kind in kinds:
            self._of_a_kind.setdefault(kind, deque(maxlen=_MOST_OF_A_KIND)).append(life)
        if len(self._lives) > _MOST_ALERTS:
            self._forget(*self._lives.popitem(last=False)[1])

    def end(self, key: Key, ended_s: float | None) -> None:
        """Take over when an alert was over; None where it is not, or not any more."""
        if key in self._lives:
            self._lives[key][0].ended_s = ended_s

    def choose(self, alert: Alert, rules: PauseRules) -> Pause | None:
        """Return how long an alert that has just come in may wait; None where too little, or nothing, speaks for it."""
        for level, kind in _kinds(alert):
            lives = [life for life in self._of_a_kind.get(kind, ()) if life.ended_s != life.received_s]
            if sum(life.ended_s is not None for life in lives) >= rules.least:
                return _shortest(lives, alert.received_s, rules, level)
        return None

    def _forget(self, life: _Life, kinds: Iterable[str]) -> None:
        for kind in kinds:
            lives = self._of_a_kind[kind]
            if lives[0] is life:
                lives.popleft()
            if not lives:
                del self._of_a_kind[kind]


def _kinds(alert: Alert) -> tuple[tuple[str, str], ...]:
    """Return the names under which an alert is counted, the narrowest first; one sender says nothing about another."""
    source = alert.key[0]
    return (
        ("fingerprint", f"f\0{alert.fingerprint}\0{source}"),
        ("template", f"t\0{alert.template}\0{source}"),
        ("source", f"s\0{source}"),
    )


def _shortest(lives: Sequence[_Life], now_s: float, rules: PauseRules, level: str) -> Pause | None:
    lasted = [life.ended_s - life.received_s for life in lives if life.ended_s is not None]
    transient = sorted(each for each in lasted if each <= rules.longest_s)
    if not transient:
        return None
    spared_s = transient[ceil(rules.share * len(transient) - _ROUNDING) - 1]
    pause_s = min(float(ceil(spared_s)), rules.longest_s)
    # Of those that came in since, only what is over already would be known: the transient ones.
    known = [life for life in lives if now_s - life.received_s > rules.longest_s]
    alerts = len(known)
    over = sum(life.ended_s is not None and life.ended_s - life.received_s <= rules.longest_s for life in known)
    # Rounded up, as it is a bound.
    miss_risk = ceil((1.0 - precision_lower_bound(over, alerts)) * 1e4) / 1e4
    if miss_risk > rules.most_miss_risk:
        return None
    reason = (
        f"{over} of {alerts} earlier alerts of this {level} were over within {spoken(rules.longest_s)}, "
        f"{rules.share:.0%} of such ones within {spoken(pause_s)}; "
        f"at most {miss_risk:.0%} go on for longer (95% confidence)."
    )
    state = PauseState.PAUSED if rules.acts else PauseState.SUGGESTED
    return Pause(state, moment(now_s + pause_s), reason, miss_risk, level, alerts, alerts - over)
