"""Warnings of one problem are one warning: by time, topology and cause. It neither commits nor waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from triage.decide.grouping import Alert, GroupingRules, MemberRecord, OpenGroups, Standing, masked, moment
from triage.domain import EarlyWarning
from triage.flow.warnings import WARNING_SOURCE

__all__ = ["Problems", "Settled", "in_order", "to_problems", "warning_rules"]

# Metrics come every minute to five, and detectors need a step or two: what begins within ten minutes is one burst.
_WINDOW_S, _BURST_S = 1_800.0, 600.0
_MOST_KNOWN = 50_000


def warning_rules(rules: GroupingRules) -> GroupingRules:
    """Return by what warnings are grouped where alerts are grouped by these rules: a problem that is over stays so."""
    return replace(
        rules, window_s=max(rules.window_s, _WINDOW_S), reopen_s=0.0, burst_s=_BURST_S, pauses=None, conditions=()
    )


def in_order(opened: Iterable[EarlyWarning], closed: Iterable[EarlyWarning]) -> list[EarlyWarning]:
    """Return what warnings became in the order of event time; of one moment, what is over first."""
    return sorted((*closed, *opened), key=lambda one: one.closed_at or one.opened_at)


def to_problems(warnings: Iterable[EarlyWarning], rules: GroupingRules | None) -> list[list[EarlyWarning]]:
    """Return the problems of a whole history, as `Problems` would have found them while it went on.

    Parameters
    ----------
    warnings : iterable of EarlyWarning
        As they stood at the end of the history, in any order.
    rules : GroupingRules or None
        By what alerts are grouped; None makes every warning a problem of its own.

    Returns
    -------
    list of list of EarlyWarning
        By when they began. Of each the warning that began it, then its parts by when they were opened.
    """
    listed = sorted(warnings, key=lambda one: (one.opened_at, one.entity, one.id))
    moves = in_order(
        (replace(one, closed_at=None) for one in listed), (one for one in listed if one.closed_at is not None)
    )
    rows = Problems(None if rules is None else warning_rules(rules)).settle(moves, {}).rows
    problems: dict[str, list[EarlyWarning]] = {}
    for one in listed:
        problems.setdefault(rows[one.id].part_of or one.id, []).append(rows[one.id])
    return list(problems.values())


@dataclass(slots=True)
class Settled:
    """What is to be kept and told.

    Parameters
    ----------
    rows : dict of str to EarlyWarning
        Warnings as they stand now, by id.
    told : dict of str to EarlyWarning
        Of those the ones that began a problem and whose incident is to say so: it is new, has doubled, or is over.
    known : set of str
        Which of these were on disk before this process found them: their incident most likely is, too.
    """

    rows: dict[str, EarlyWarning] = field(default_factory=dict)
    told: dict[str, EarlyWarning] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)


class Problems:
    """The open problems, and the warnings that they consist of.

    Parameters
    ----------
    rules : GroupingRules or None
        None makes every warning a problem of its own.
    """

    def __init__(self, rules: GroupingRules | None) -> None:
        self._rules = rules
        self._groups = OpenGroups(rules or GroupingRules())
        self._warnings: dict[str, EarlyWarning] = {}

    def take_up(self, warnings: Sequence[EarlyWarning], recent: Iterable[EarlyWarning] = ()) -> None:
        """Go on with problems as they were kept, all warnings of each, in the order in which they were opened.

        Parameters
        ----------
        warnings : sequence of EarlyWarning
        recent : iterable of EarlyWarning
            The last warnings, to learn from what usually comes together; in that order too.
        """
        self._groups.learn(_record(one, 0) for one in recent)
        self._groups.restore([_record(one, at) for at, one in enumerate(warnings, 1)])
        self._warnings.update((one.id, one) for one in warnings)

    def settle(self, moves: Sequence[EarlyWarning], stored: Mapping[str, EarlyWarning]) -> Settled:
        """Take in warnings as they were opened and closed, in their order.

        Parameters
        ----------
        moves : sequence of EarlyWarning
        stored : mapping of str to EarlyWarning
            Those of them that are on disk, after a kill: they stay where they were.
        """
        before: dict[str, EarlyWarning | None] = {}
        settled = Settled()
        for move in moves:
            known = self._warnings.get(move.id) or stored.get(move.id)
            lead_id = move.id if known is None else known.part_of or known.id
            was = self._warnings.get(lead_id)
            if known is None and move.closed_at is None and self._rules is not None:
                lead_id = self._place(move)
                was = None if lead_id == move.id else self._warnings.get(lead_id)
            before.setdefault(lead_id, was)
            if known is None:
                self._warnings.setdefault(move.id, move)
            elif move.id not in self._warnings:
                self._warnings[move.id] = known
                settled.known.add(lead_id)
            if move.closed_at is not None:
                self._close(move)
            self._stand(lead_id)
            for each in (move.id, lead_id):
                if each in self._warnings:
                    settled.rows[each] = self._warnings[each]
        for lead_id, was in before.items():
            now = self._warnings.get(lead_id)
            if now is not None and (lead_id in settled.known or was is None or _is_told(was, now)):
                settled.told[lead_id] = now
        self._let_go()
        return settled

    def _place(self, warning: EarlyWarning) -> str:
        placed = self._groups.place(_alert(warning))
        standing = self._standing(warning.id)
        lead_id = warning.id if standing is None else standing.lead[1]
        part_of = "" if lead_id == warning.id else lead_id
        self._warnings[warning.id] = replace(
            warning, part_of=part_of, similarity=placed.similarity, reasons=placed.reasons
        )
        return lead_id

    def _close(self, move: EarlyWarning) -> None:
        row = self._warnings[move.id]
        # Of one that began a problem which is long over, the problem's end stands.
        closed_at = move.closed_at if row.part_of else row.closed_at or move.closed_at
        self._warnings[move.id] = replace(
            row, score=move.score, ended_at=move.closed_at, closed_at=closed_at, why=move.why
        )
        if self._standing(move.id) is not None:
            ended = replace(_alert(move), received_s=(move.closed_at or move.opened_at).timestamp(), is_over=True)
            self._groups.update(ended)

    def _stand(self, lead_id: str) -> None:
        """Have the warning that began a problem say how all of it stands."""
        standing, lead = self._standing(lead_id), self._warnings.get(lead_id)
        if standing is None or lead is None:
            return
        closed_at = None if standing.is_open else max(moment(standing.ended_s), lead.opened_at)
        self._warnings[lead_id] = replace(lead, closed_at=closed_at, size=standing.size)

    def _standing(self, warning_id: str) -> Standing | None:
        return self._groups.of((WARNING_SOURCE, warning_id))

    def _let_go(self) -> None:
        if len(self._warnings) > _MOST_KNOWN:
            self._warnings = {each: one for each, one in self._warnings.items() if self._standing(each) is not None}


def _is_told(was: EarlyWarning, now: EarlyWarning) -> bool:
    # A thousand warnings are no thousand updates: one at every doubling.
    return (was.closed_at is None) is not (now.closed_at is None) or was.size.bit_length() != now.size.bit_length()


def _alert(warning: EarlyWarning) -> Alert:
    key, entity = (WARNING_SOURCE, warning.id), warning.entity.lower()
    cause = warning.causes[0].metric if warning.causes else ""
    opened_s = warning.opened_at.timestamp()
    return Alert(key, opened_s, opened_s, entity, (), f"unusual {masked(cause, entity)}", "error")


def _record(warning: EarlyWarning, change: int) -> MemberRecord:
    lead = (WARNING_SOURCE, warning.part_of or warning.id)
    ended_s = None if warning.ended_at is None else warning.ended_at.timestamp()
    alert = _alert(warning)
    touched_s = max(alert.at_s, ended_s or alert.at_s)
    return MemberRecord(
        warning.part_of or warning.id, lead, alert, warning.similarity, warning.reasons, ended_s, touched_s, change
    )
