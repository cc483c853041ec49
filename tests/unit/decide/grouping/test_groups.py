"""Which group an alert becomes a part of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.alerting import alert_incident

from triage.decide.grouping import Alert, GroupingRules, MemberRecord, OpenGroups, Placement, Topology, to_alert
from triage.decide.grouping.groups import FORGET_S
from triage.domain import IncidentState

RULES = GroupingRules(topology=Topology([("shop-web-1", "pay-api-1")]))
OVER = IncidentState.RESOLVED


def alert(name: str, host: str, minutes: float = 0.0, state: IncidentState = IncidentState.OPEN, **more: str) -> Alert:
    number = int(more.pop("number", "1"))
    found = to_alert(alert_incident(name, host, minutes, state, number, **more), RULES)
    assert found is not None
    return found


def placed(*alerts: Alert) -> list[Placement]:
    groups = OpenGroups(RULES)
    return [groups.place(one) for one in alerts]


def kinds(placement: Placement) -> set[str]:
    return {reason.kind for reason in placement.reasons}


def test_alerts_of_one_service_are_one_problem_within_the_window_alone() -> None:
    first, near, far = placed(
        alert("slow", "shop-web-1"), alert("locks", "shop-db-1", 3), alert("memory", "shop-cache-1", 60)
    )
    assert near.group_id == first.group_id
    assert near.reasons[0].kind == "scope"
    assert far.is_new


def test_dependency_joins_what_no_label_does() -> None:
    first, second, stranger = placed(
        alert("slow", "shop-web-1"), alert("errors", "pay-api-1", 2), alert("memory", "mail-api-1", 3)
    )
    assert second.group_id == first.group_id
    assert second.reasons[0].kind == "dependency"
    assert stranger.is_new


def test_same_alert_again_is_a_member_of_its_open_group_however_late() -> None:
    first, again, much_later = placed(
        alert("slow", "shop-web-1"),
        alert("slow", "shop-web-1", 300, number="2"),
        alert("slow", "shop-web-1", 300 + FORGET_S / 60 + 1, number="3"),
    )
    assert again.group_id == first.group_id
    assert (again.similarity, kinds(again)) == (1.0, {"repeat"})
    assert much_later.is_new


def test_problem_that_comes_back_within_the_guard_is_opened_again() -> None:
    groups = OpenGroups(RULES)
    first = groups.place(alert("slow", "shop-web-1"))
    groups.update(alert("slow", "shop-web-1", 10, OVER))
    again = groups.place(alert("slow", "shop-web-1", 30, number="2"))
    groups.update(alert("slow", "shop-web-1", 31, OVER, number="2"))
    late = groups.place(alert("slow", "shop-web-1", 90, number="3"))
    assert (again.group_id, again.reopens) == (first.group_id, True)
    assert late.is_new


def test_group_is_over_when_its_last_member_is_and_as_bad_as_its_worst() -> None:
    groups = OpenGroups(RULES)
    groups.place(alert("slow", "shop-web-1", severity="warning"))
    assert groups.place(alert("down", "shop-db-1", 1, severity="critical")).is_worse
    [standing] = {groups.of(("monitor", f"shop-{host}/1")) for host in ("web-1/slow", "db-1/down")}
    assert standing is not None
    groups.update(alert("down", "shop-db-1", 5, OVER, severity="warning"))
    assert (standing.is_open, standing.severity) == (True, "critical")
    groups.update(alert("slow", "shop-web-1", 6, OVER))
    assert not standing.is_open


def test_same_sentence_about_many_at_once_is_one_problem() -> None:
    storm = placed(*(alert("unreachable", f"host-{at}", at / 600, service="") for at in range(200)))
    assert len({one.group_id for one in storm}) == 1
    assert "burst" in kinds(storm[-1])


def test_sentence_that_comes_all_day_long_makes_no_storm_of_two() -> None:
    # Every three minutes one of many hosts, never the same within hours.
    usual = placed(*(alert("cpu", f"host-{at}", 3 * at, service="") for at in range(400)))
    at_once = [alert("cpu", f"other-{at}", 1201 + at, service="") for at in range(2)]
    found = placed(*(alert("cpu", f"host-{at}", 3 * at, service="") for at in range(400)), *at_once)[-2:]
    assert len({one.group_id for one in usual}) == 400
    assert len({one.group_id for one in found}) == 2


def test_what_fails_together_again_and_again_is_known_to() -> None:
    days = [
        alert(name, host, 1440 * day + minutes, number=str(day), service="")
        for day in range(6)
        for name, host, minutes in (("slow", "gate", 0), ("errors", "ledger", 4))
    ]
    groups, found = OpenGroups(RULES), []
    for one in days:
        found.append(groups.place(one))
        groups.update(replace(one, is_over=True))
    assert [one.is_new for one in found[:4]] == [True] * 4
    assert found[-1].reasons[0].kind == "companion"
    assert found[-1].group_id == found[-2].group_id


steps = st.lists(
    st.tuples(
        st.sampled_from(["slow", "down", "errors"]),
        st.sampled_from(["shop-web-1", "shop-db-1", "pay-api-1", "mail-1"]),
        st.integers(0, 40),
        st.booleans(),
    ),
    max_size=25,
)


def played(groups: OpenGroups, plan: Sequence[tuple[str, str, int, bool]], start: int = 0) -> list[MemberRecord]:
    """Play a plan from a step on, each later than the one before; return what is kept of its members."""
    now, kept = 0, {}
    for at, (name, host, pause, is_over) in enumerate(plan):
        now += pause
        one = alert(name, host, now, number=str(at))
        if at < start:
            continue
        placement = groups.place(one)
        standing = groups.of(one.key)
        assert standing is not None
        ended_s = None
        if is_over:
            groups.update(alert(name, host, now, OVER, number=str(at)))
            ended_s = one.received_s
        kept[one.key] = MemberRecord(
            placement.group_id,
            standing.lead,
            one,
            placement.similarity,
            placement.reasons,
            ended_s,
            one.received_s,
            at + 1,
        )
    return list(kept.values())


@given(steps, st.integers(0, 25))
def test_restored_groups_go_on_to_the_bit(plan: list[tuple[str, str, int, bool]], cut: int) -> None:
    whole = played(OpenGroups(RULES), plan)
    before = played(OpenGroups(RULES), plan[:cut])
    restored = OpenGroups(RULES)
    restored.learn(before)
    restored.restore(before)
    assert [*before, *played(restored, plan, min(cut, len(plan)))] == whole


@given(steps, st.integers(0, 25))
def test_what_comes_later_does_not_change_where_an_alert_was_placed(
    plan: list[tuple[str, str, int, bool]], cut: int
) -> None:
    assert played(OpenGroups(RULES), plan[:cut]) == played(OpenGroups(RULES), plan)[: len(plan[:cut])]
