"""The groups that an alert may still become a part of, found by what it shares with them. No input or output."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.grouping.evidence import LEAST_SIMILARITY, Weigher
from triage.decide.grouping.rules import GroupingRules
from triage.decide.grouping.standing import Standing
from triage.domain import GroupReason, Pause

__all__ = ["FORGET_S", "MemberRecord", "OpenGroups", "Placement"]

# A repeat of what has been open for longer begins a group of its own: nobody looks at the old one any more.
FORGET_S = 7 * 86_400.0
_MOST_GROUPS = 20_000
# The latest of the groups that share something with an alert; beyond that, sharing says nothing.
_MOST_WEIGHED = 24


@dataclass(frozen=True, slots=True)
class Placement:
    """Which group an alert is a part of.

    Parameters
    ----------
    group_id : str
    is_new : bool
        Whether the alert began it.
    reopens : bool
        Whether the group was over before.
    is_worse : bool
        Whether it is worse than the group was.
    similarity : float
        In [0, 1]; 1 for the alert that began it and for a repeat.
    reasons : tuple of GroupReason
        Strongest first; empty for the alert that began it.
    """

    group_id: str
    is_new: bool
    reopens: bool
    is_worse: bool
    similarity: float
    reasons: tuple[GroupReason, ...]


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as it is kept: what `OpenGroups.restore` needs of it.

    Parameters
    ----------
    group_id : str
    lead : tuple of (str, str)
        The group's first member.
    alert : Alert
        As it was placed, with the highest severity since.
    similarity : float
    reasons : tuple of GroupReason
    ended_s : float or None
        When it was over, where it is.
    touched_s : float
        When something about it came in last.
    change : int
        The place of that among everything that came in on members.
    pause : Pause or None, default=None
        What its record waits for, or might.
    """

    group_id: str
    lead: Key
    alert: Alert
    similarity: float
    reasons: tuple[GroupReason, ...]
    ended_s: float | None
    touched_s: float
    change: int
    pause: Pause | None = None

    @property
    def begins_group(self) -> bool:
        """Whether it is the group's first member."""
        return self.alert.key == self.lead


class OpenGroups:
    """Places alerts one by one; what it answers depends on the alerts so far and their order, and on nothing else.

    Parameters
    ----------
    rules : GroupingRules

    Notes
    -----
    An alert costs some tens of microseconds: it is compared with at most 24 groups, which an index finds. Groups that
    are over and beyond the guard are let go, open ones after seven days or when there are more than 20,000.

    Examples
    --------
    >>> groups = OpenGroups(GroupingRules())
    >>> slow = Alert(("m", "1"), 0.0, 0.0, "web-1", ("shop",), "latency is high", "error")
    >>> down = Alert(("m", "2"), 60.0, 60.0, "db-1", ("shop",), "replica is down", "critical")
    >>> first, second = groups.place(slow), groups.place(down)
    >>> second.group_id == first.group_id, [reason.kind for reason in second.reasons]
    (True, ['scope'])
    """

    def __init__(self, rules: GroupingRules) -> None:
        self._rules = rules
        self._weigher = Weigher(rules)
        # Both in the order in which something last came in on them.
        self._near: OrderedDict[str, Standing] = OrderedDict()
        self._groups: OrderedDict[str, Standing] = OrderedDict()
        self._by_member: dict[Key, Standing] = {}
        self._by_name: dict[str, dict[str, None]] = {}
        self._by_fingerprint: dict[str, dict[str, Standing]] = {}
        self._now_s = float("-inf")

    @property
    def size(self) -> int:
        """How many groups are known."""
        return len(self._groups)

    def of(self, key: Key) -> Standing | None:
        """Return the group of a member; None where it is in none, or that has been let go."""
        return self._by_member.get(key)

    def place(self, alert: Alert) -> Placement:
        """Make an alert, which is in no group yet, a part of the likest one, or begin one."""
        self._now_s = max(self._now_s, alert.received_s)
        self._let_go()
        group, similarity, reasons = self._repeated(alert) or self._likest(alert) or (None, 1.0, ())
        begins = group is None
        if group is None:
            group = Standing(_group_id(alert.key), alert.key)
        was_over, severity = not (begins or group.is_open), group.severity
        group.add(alert, alert.received_s if alert.is_over else None, similarity, reasons)
        self._enter(group, alert)
        self._weigher.learn(alert, begins_group=begins)
        is_worse = not begins and group.severity != severity
        return Placement(group.group_id, begins, was_over and group.is_open, is_worse, similarity, reasons)

    def update(self, alert: Alert) -> None:
        """Take over how a member stands now."""
        self._now_s = max(self._now_s, alert.received_s)
        group = self._by_member[alert.key]
        group.mark(alert.key, alert.received_s if alert.is_over else None, alert.severity, alert.received_s)
        self._touch(group)

    def restore(self, records: Sequence[MemberRecord]) -> None:
        """Take members over as they were kept, in the order in which they came."""
        changed: dict[str, int] = {}
        for record in records:
            self._now_s = max(self._now_s, record.touched_s)
            changed[record.group_id] = max(record.change, changed.get(record.group_id, 0))
            known = self._by_member.get(record.alert.key)
            if known is not None:
                known.mark(record.alert.key, record.ended_s, record.alert.severity, record.touched_s)
                known.note(record.alert.key, record.pause)
                continue
            group = self._groups.setdefault(record.group_id, Standing(record.group_id, record.lead))
            group.add(record.alert, record.ended_s, record.similarity, record.reasons)
            group.note(record.alert.key, record.pause)
            group.touched_s = max(group.touched_s, record.touched_s)
            self._enter(group, record.alert)
        for group_id in sorted(changed, key=changed.__getitem__):
            self._touch(self._groups[group_id])

    def learn(self, records: Iterable[MemberRecord]) -> None:
        """Learn what usually comes together from members as they were kept, in the order in which they came."""
        for record in records:
            self._weigher.learn(record.alert, begins_group=record.begins_group)

    def _repeated(self, alert: Alert) -> tuple[Standing, float, tuple[GroupReason, ...]] | None:
        """Return the group that said the same last, of those that are open or ended just now."""
        said = self._by_fingerprint.get(alert.fingerprint, {})
        near = [group for group in said.values() if self._is_near(group, alert)]
        if not near:
            return None
        # Not by the order in which they became known: a restart, or a group that is read again, has another.
        last = max(near, key=lambda group: (group.fingerprints[alert.fingerprint], group.group_id))
        return last, 1.0, (GroupReason("repeat", alert.template, 1.0),)

    def _is_near(self, group: Standing, alert: Alert) -> bool:
        if group.is_open:
            return alert.at_s - group.last_s <= FORGET_S
        return alert.at_s - max(group.last_s, group.ended_s) < self._rules.reopen_s

    def _likest(self, alert: Alert) -> tuple[Standing, float, tuple[GroupReason, ...]] | None:
        best: tuple[Standing, float, tuple[GroupReason, ...]] | None = None
        for group in self._candidates(alert):
            similarity, reasons = self._weigher.weigh(alert, group)
            if similarity >= LEAST_SIMILARITY and (best is None or similarity > best[1]):
                best = group, similarity, reasons
        return best

    def _candidates(self, alert: Alert) -> list[Standing]:
        topology = self._rules.topology
        own = (alert.entity, *alert.scopes)
        names = [*own, *(other for name in own for other in topology.near(name))]
        names += self._weigher.companions.of(alert.entity)
        found: dict[str, None] = {}
        for name in (*names, f"\0{alert.template}"):
            found.update(self._by_name.get(name, {}))
        # The latest by what came in, and among those of one moment in an order that a restart does not change.
        latest = sorted(found, key=lambda group_id: (-self._groups[group_id].touched_s, group_id))
        groups = (self._groups[group_id] for group_id in latest[:_MOST_WEIGHED])
        return [one for one in groups if one.is_open or alert.at_s - one.ended_s < self._rules.reopen_s]

    def _enter(self, group: Standing, alert: Alert) -> None:
        self._groups[group.group_id] = group
        self._by_member[alert.key] = group
        self._by_fingerprint.setdefault(alert.fingerprint, {})[group.group_id] = group
        self._touch(group)
        for name in _names((alert.entity, *alert.scopes), (alert.template,)):
            self._by_name.setdefault(name, {})[group.group_id] = None

    def _touch(self, group: Standing) -> None:
        group_id = group.group_id
        self._groups.move_to_end(group_id)
        if group_id not in self._near:
            self._near[group_id] = group
            for name in _names((*group.entities, *group.scopes), group.recent):
                self._by_name.setdefault(name, {})[group_id] = None
        self._near.move_to_end(group_id)

    def _let_go(self) -> None:
        """Stop comparing with what is long past, and forget what nothing can become a part of any more."""
        horizon_s = self._now_s - max(self._rules.window_s, self._rules.reopen_s) - self._rules.window_s
        while self._near and (group := next(iter(self._near.values()))).touched_s < horizon_s:
            del self._near[group.group_id]
            for name in _names((*group.entities, *group.scopes), group.recent):
                among = self._by_name.get(name, {})
                among.pop(group.group_id, None)
                if not among:
                    self._by_name.pop(name, None)
            if not group.is_open:
                self._forget(group)
        while self._groups:
            group = next(iter(self._groups.values()))
            if group.touched_s >= self._now_s - FORGET_S and len(self._groups) <= _MOST_GROUPS:
                break
            if group.group_id in self._near:
                break
            self._forget(group)

    def _forget(self, group: Standing) -> None:
        del self._groups[group.group_id]
        for key in group.members:
            del self._by_member[key]
        for fingerprint in group.fingerprints:
            said = self._by_fingerprint[fingerprint]
            del said[group.group_id]
            if not said:
                del self._by_fingerprint[fingerprint]


def _names(names: Iterable[str], templates: Iterable[str]) -> Iterable[str]:
    """Return what a group is found by; sentences are told apart from names."""
    yield from names
    for template in templates:
        yield f"\0{template}"


def _group_id(lead: Key) -> str:
    text = "\0".join(lead).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=12).hexdigest()
