"""Who depends on whom."""

from __future__ import annotations

from triage.decide.grouping import Topology


def test_two_steps_are_near_and_three_are_not_in_either_direction() -> None:
    chain = Topology([("a", "b"), ("b", "c"), ("c", "d")])
    assert dict(chain.near("a")) == {"b": 1, "c": 2}
    assert dict(chain.near("d")) == {"c": 1, "b": 2}


def test_shortest_way_counts_and_case_does_not() -> None:
    assert dict(Topology([("A", "b"), ("b", "C"), ("a", "c"), ("a", "a")]).near("a")) == {"b": 1, "c": 1}


def test_name_that_nobody_mentions_is_near_to_nothing() -> None:
    assert dict(Topology().near("a")) == {}


def test_what_everything_depends_on_is_near_to_a_bounded_number() -> None:
    assert len(Topology((f"host-{at}", "dns") for at in range(1000)).near("dns")) == 200
