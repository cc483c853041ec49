"""Which changes are suspects."""

from __future__ import annotations

from hypothesis import given
from tests.unit.decide.test_hit_rates import HOUR, ONSETS, TIMES, changes, made

from triage.decide.grouping import Topology
from triage.decide.hit_rates import ChangeHistory, MadeChange, Onset
from triage.decide.suspects import MOST_SUSPECTS, rank_suspects

NONE = Topology()


def suspects(told: list[MadeChange], onset: Onset, topology: Topology = NONE, past: list[Onset] | None = None) -> str:
    return "".join(one.change.id for one in rank_suspects(ChangeHistory(told, past or [], topology), onset, topology))


def test_only_changes_of_the_entity_within_the_window_before_are_suspects() -> None:
    told = [made("a", 0.0, "db"), made("b", HOUR, "db"), made("c", 2 * HOUR, "web"), made("d", 3 * HOUR, "db")]
    assert suspects(told, Onset("db", 2 * HOUR)) == "b"


def test_the_nearer_in_time_and_in_the_dependencies_comes_first() -> None:
    told = [made("a", 0.0, "db"), made("b", 0.0, "web"), made("c", 60.0, "web")]
    assert suspects(told, Onset("web", 600.0), Topology([("web", "db")])) == "cba"


def test_a_kind_that_was_followed_more_often_than_by_chance_comes_first() -> None:
    flags = [made(f"f{at}", 10 * HOUR * at, "db", kind="flag") for at in range(20)]
    deploys = [made(f"d{at}", 10 * HOUR * at + 5 * HOUR, "db") for at in range(20)]
    past = [Onset("db", one.made_s + 60) for one in deploys]
    now = [made("F", 400 * HOUR, "db", kind="flag"), made("D", 400 * HOUR - 60, "db")]
    assert suspects([*flags, *deploys, *now], Onset("db", 400 * HOUR + 60), past=past) == "DF"


def test_a_change_of_a_service_is_one_of_what_it_names_beside_it() -> None:
    [found] = rank_suspects(ChangeHistory([made("1", 0.0, "shop", "web")], [], NONE), Onset("web", 9.0), NONE)
    assert (found.entity, found.steps, found.before_s, found.history) == ("web", 0, 9.0, None)


def test_a_change_of_what_trouble_is_a_part_of_is_no_step_away() -> None:
    told, onset = [made("1", 0.0, "shop"), made("2", 0.0, "db")], Onset("web", 9.0, ("shop",))
    found = rank_suspects(ChangeHistory(told, [], NONE), onset, Topology([("web", "cache"), ("cache", "db")]))
    assert [(one.change.id, one.entity, one.steps) for one in found] == [("1", "shop", 0), ("2", "db", 2)]


@given(changes(), ONSETS, TIMES)
def test_suspects_are_few_and_no_later_than_the_onset_and_nothing_later_changes_them(
    told: list[MadeChange], past: list[Onset], at_s: float
) -> None:
    topology, onset = Topology([("a", "b")]), Onset("a", at_s)
    found = rank_suspects(ChangeHistory(told, past, topology), onset, topology)
    assert len(found) <= MOST_SUSPECTS
    assert all(0.0 <= one.before_s <= HOUR for one in found)
    known = ChangeHistory(
        [one for one in told if one.made_s <= at_s], [one for one in past if one.at_s <= at_s], topology
    )
    assert rank_suspects(known, onset, topology) == found
