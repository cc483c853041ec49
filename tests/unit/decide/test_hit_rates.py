"""How often changes were followed by trouble."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decide.grouping import Topology
from triage.decide.hit_rates import WINDOW_S, ChangeHistory, HitRate, MadeChange, Onset
from triage.simulate.layout import lay_out
from triage.simulate.plan import draw_plan

HOUR = 3600.0
ENTITIES = st.sampled_from(["a", "b", "c"])
# Whole minutes: sums of them are exact, in whatever order.
TIMES = st.integers(0, 3000).map(lambda minute: 60.0 * minute)
ONSETS = st.lists(st.builds(Onset, ENTITIES, TIMES), max_size=12)


def made(id_: str, at_s: float, *names: str, source: str = "ci", kind: str = "deploy") -> MadeChange:
    return MadeChange(source, id_, "", kind, names, at_s)


@st.composite
def changes(draw: st.DrawFn) -> list[MadeChange]:
    told = draw(st.lists(st.tuples(TIMES, ENTITIES, st.sampled_from(["deploy", "flag"])), max_size=12))
    return [made(str(at), at_s, name, kind=kind) for at, (at_s, name, kind) in enumerate(told)]


def history(changes: list[MadeChange], onsets: list[Onset], *edges: tuple[str, str]) -> ChangeHistory:
    return ChangeHistory(changes, onsets, Topology(edges))


def test_a_change_hits_where_trouble_begins_within_the_window_at_its_entity() -> None:
    told = [made("1", 0.0, "a"), made("2", 10 * HOUR, "a"), made("3", 20 * HOUR, "b"), made("4", 30 * HOUR, "a")]
    onsets = [Onset("a", HOUR), Onset("a", 11 * HOUR + 1), Onset("a", 20 * HOUR), Onset("a", 30 * HOUR)]
    found = history(told, onsets).rate_of("ci", "deploy", 40 * HOUR)
    assert found is not None
    assert (found.hits, found.count) == (2, 4)


def test_trouble_of_what_is_near_by_the_dependencies_counts() -> None:
    found = history([made("1", 0.0, "db")], [Onset("web", 60.0)], ("web", "db")).rate_of("ci", "deploy", HOUR)
    assert found is not None
    assert found.hits == 1


def test_a_change_is_judged_once_its_whole_window_has_passed() -> None:
    told = history([made("1", 0.0, "a")], [Onset("a", 60.0)])
    assert told.rate_of("ci", "deploy", WINDOW_S - 1) is None
    assert told.rate_of("ci", "deploy", WINDOW_S) is not None


def test_chance_is_the_share_of_moments_that_would_have_been_followed() -> None:
    # Three windows of 100 hours, two of which overlap by half.
    onsets = [Onset("a", 10 * HOUR), Onset("a", 10.5 * HOUR), Onset("a", 50 * HOUR)]
    found = history([made("1", 0.0, "a")], onsets).rate_of("ci", "deploy", 101 * HOUR)
    assert found is not None
    assert found.base_rate == pytest.approx(0.025)


def test_a_rare_kind_is_judged_by_all_changes() -> None:
    told = [made(str(at), 10 * HOUR * at, "a") for at in range(20)]
    onsets = [Onset("a", one.made_s + 60) for one in told]
    known = history([*told, made("f", 5 * HOUR, "a", kind="flag")], onsets).rate_of("ci", "flag", 300 * HOUR)
    unseen = history(told, onsets).rate_of("ci", "never seen", 300 * HOUR)
    assert known is not None
    assert unseen is not None
    assert (known.hits, known.count, known.lower_bound) == (0, 1, 0.0)
    assert 0.5 < known.rate < unseen.rate < 1.0


def simulated(kind: str, seed: int, *, are_harmless: bool) -> HitRate:
    """Changes of an estate in which some deploys break something, or none does."""
    layout, days = lay_out(12), 60
    controls = frozenset(range(len(layout))) if are_harmless else frozenset()
    plan = draw_plan(layout, days, 0.5, seed, controls)
    told = [made(str(at), one.made_s, layout[one.entity].name, kind=one.kind) for at, one in enumerate(plan.changes)]
    onsets = [Onset(layout[one.entity].name, one.opened_s) for one in plan.faults]
    found = history(told, onsets).rate_of("ci", kind, 24 * HOUR * days)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_deploys_that_break_something_are_told_from_chance_and_harmless_ones_are_not(seed: int) -> None:
    guilty = simulated("deploy", seed, are_harmless=False)
    assert guilty.lower_bound > guilty.base_rate
    for kind, are_harmless in (("config", False), ("config", True), ("deploy", True)):
        innocent = simulated(kind, seed, are_harmless=are_harmless)
        assert innocent.lower_bound <= innocent.base_rate


@given(changes(), ONSETS, TIMES)
def test_rates_are_shares_and_the_bound_is_below_what_was_seen(
    told: list[MadeChange], onsets: list[Onset], now_s: float
) -> None:
    found = history(told, onsets, ("a", "b")).rate_of("ci", "deploy", now_s)
    if found is not None:
        assert 0 <= found.hits <= found.count
        assert 0.0 <= found.base_rate <= 1.0
        assert 0.0 <= found.rate <= 1.0
        assert found.lower_bound <= (found.hits / found.count if found.count else 0.0)


@given(changes(), ONSETS, TIMES)
def test_neither_order_nor_what_comes_later_changes_a_rate(
    told: list[MadeChange], onsets: list[Onset], now_s: float
) -> None:
    past = history([one for one in told if one.made_s <= now_s], [one for one in onsets if one.at_s <= now_s])
    turned = history(told[::-1], onsets[::-1])
    for kind in ("deploy", "flag"):
        assert turned.rate_of("ci", kind, now_s) == past.rate_of("ci", kind, now_s)
