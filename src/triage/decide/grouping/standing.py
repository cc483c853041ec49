"""How one group stands: what of its members matters for the next alert. It decides nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from triage.decide.grouping.alerts import Alert, Key
from triage.decide.severity import SEVERITIES, worse_of
from triage.domain import Group, GroupMember, GroupReason, Pause

__all__ = ["MOST_SHOWN", "Standing", "moment", "to_member"]

# Members that an answer shows, besides the one that it is about.
MOST_SHOWN = 20

# What of a storm's sentences and times is kept: more says nothing new.
_MOST_TEMPLATES = 16
_MOST_TIMES = 2_000


class Standing:
    """One group, as far as the next alert is concerned. What order its members were added in does not matter.

    Parameters
    ----------
    group_id : str
    lead : tuple of (str, str)
        Its first member.
    """

    def __init__(self, group_id: str, lead: Key) -> None:
        self.group_id = group_id
        self.lead = lead
        self.size = 0
        self.severity = SEVERITIES[0]
        self.open: set[Key] = set()
        self.members: dict[Key, GroupMember] = {}
        self.first_s = float("inf")
        self.last_s = float("-inf")
        self.ended_s = float("-inf")
        self.touched_s = float("-inf")
        self.entities: dict[str, None] = {}
        self.scopes: dict[str, None] = {}
        self.templates: dict[str, frozenset[str]] = {}
        self.counts: dict[str, int] = {}
        self.recent: dict[str, list[float]] = {}
        # When each was placed last.
        self.fingerprints: dict[str, float] = {}

    @property
    def is_open(self) -> bool:
        """Whether a member is not over."""
        return bool(self.open)

    @property
    def began_at(self) -> datetime:
        """When its first alert began (aware, UTC)."""
        return moment(self.first_s)

    @property
    def ended_at(self) -> datetime | None:
        """When its last member was over (aware, UTC); None while one is not."""
        return None if self.open else moment(self.ended_s)

    def around(self, template: str, at_s: float, within_s: float) -> int:
        """Return how many members said the same around a moment.

        Parameters
        ----------
        template : str
            What they said, masked.
        at_s : float
            The moment, in seconds since 1970.
        within_s : float
            How long before and after it, in seconds.
        """
        times = self.recent.get(template, ())
        return bisect_right(times, at_s + within_s) - bisect_left(times, at_s - within_s)

    def gap_s(self, at_s: float) -> float:
        """Return how long before its first or after its last alert a moment is; 0 in between."""
        return max(0.0, self.first_s - at_s, at_s - self.last_s)

    def add(self, alert: Alert, ended_s: float | None, similarity: float, reasons: tuple[GroupReason, ...]) -> None:
        """Add a member.

        Parameters
        ----------
        alert : Alert
        ended_s : float or None
            When it was over, where it is.
        similarity : float
        reasons : tuple of GroupReason
        """
        self.size += 1
        self.members[alert.key] = to_member(alert, ended_s, similarity, reasons)
        self.first_s, self.last_s = min(self.first_s, alert.at_s), max(self.last_s, alert.at_s)
        self.entities[alert.entity] = None
        self.scopes.update(dict.fromkeys(alert.scopes))
        placed_s = self.fingerprints.get(alert.fingerprint, alert.received_s)
        self.fingerprints[alert.fingerprint] = max(placed_s, alert.received_s)
        if len(self.templates) < _MOST_TEMPLATES:
            self.templates[alert.template] = alert.tokens
        self.counts[alert.template] = self.counts.get(alert.template, 0) + 1
        times = self.recent.setdefault(alert.template, [])
        insort(times, alert.at_s)
        if len(times) > _MOST_TIMES:
            del times[0]
        self.mark(alert.key, ended_s, alert.severity, alert.received_s)

    def mark(self, key: Key, ended_s: float | None, severity: str, received_s: float) -> None:
        """Say that a member is over since a time, or is not (None), and how bad it is."""
        self.touched_s = max(self.touched_s, received_s)
        self.severity = worse_of(self.severity, severity)
        if ended_s is None:
            self.open.add(key)
        else:
            self.open.discard(key)
            self.ended_s = max(self.ended_s, ended_s)
        member = self.members[key]
        worst = worse_of(member.severity, severity)
        self.members[key] = replace(member, severity=worst, ended_at=None if ended_s is None else moment(ended_s))

    def note(self, key: Key, pause: Pause | None) -> None:
        """Say what a member waits for."""
        if pause is not self.members[key].pause:
            self.members[key] = replace(self.members[key], pause=pause)

    def to_group(self, key: Key) -> Group:
        """Return the group as it stands, with its first members and one that is asked for."""
        shown = dict.fromkeys(islice(self.members, MOST_SHOWN)) | {key: None}
        return Group(
            self.group_id,
            self.severity,
            self.size,
            len(self.open),
            self.began_at,
            self.ended_at,
            tuple(self.members[each] for each in shown),
        )


def to_member(alert: Alert, ended_s: float | None, similarity: float, reasons: tuple[GroupReason, ...]) -> GroupMember:
    """Return an alert as a member."""
    ended_at = None if ended_s is None else moment(ended_s)
    return GroupMember(*alert.key, similarity, reasons, alert.severity, moment(alert.at_s), ended_at)


def moment(at_s: float) -> datetime:
    """Return a moment (aware, UTC), to the microsecond.

    Examples
    --------
    >>> moment(0.25).isoformat()
    '1970-01-01T00:00:00.250000+00:00'
    """
    return datetime.fromtimestamp(at_s, UTC)
