"""Which entity of a problem is its likely root."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decide.grouping import Topology
from triage.decide.root_causes import Evidence, rank_root_causes

_AT = datetime(2024, 5, 1, tzinfo=UTC)
_NAMES = st.sampled_from("abcdef")
_EVIDENCE = st.lists(
    st.builds(
        Evidence, _NAMES, st.integers(0, 9).map(lambda minutes: _AT + timedelta(minutes=minutes)), st.floats(0.01, 1)
    ),
    min_size=1,
    max_size=9,
)
_CALLS = st.lists(st.tuples(_NAMES, _NAMES), max_size=12)


@given(_EVIDENCE, _CALLS, st.randoms())
def test_order_of_evidence_and_calls_does_not_matter(
    evidence: list[Evidence], calls: list[tuple[str, str]], random: Random
) -> None:
    ranked = rank_root_causes(evidence, Topology(calls))
    random.shuffle(evidence)
    random.shuffle(calls)
    assert rank_root_causes(evidence, Topology(calls)) == ranked


@given(_EVIDENCE, _CALLS)
def test_every_entity_in_trouble_is_ranked_once_and_shares_sum_to_one(
    evidence: list[Evidence], calls: list[tuple[str, str]]
) -> None:
    ranked = rank_root_causes(evidence, Topology(calls))
    assert sorted(one.entity for one in ranked) == sorted({one.entity for one in evidence})
    assert sum(one.score for one in ranked) == pytest.approx(1)


def test_callee_in_trouble_goes_before_its_worse_and_earlier_callers_over_a_proxy_that_is_well() -> None:
    found = [Evidence("web", _AT, 1.0), Evidence("api", _AT, 0.9), Evidence("DB", _AT + timedelta(minutes=5), 0.8)]
    ranked = rank_root_causes(found, Topology([("web", "api"), ("api", "proxy"), ("proxy", "db")]))
    assert [one.entity for one in ranked] == ["DB", "api", "web"]
    assert "nothing that it calls is in trouble" in ranked[0].reasons


def test_without_calls_the_first_of_equals_goes_first() -> None:
    found = [Evidence("a", _AT + timedelta(minutes=1), 0.9), Evidence("b", _AT, 0.9)]
    assert [one.entity for one in rank_root_causes(found)] == ["b", "a"]


def test_of_no_evidence_nothing_is_ranked() -> None:
    assert rank_root_causes([]) == ()
