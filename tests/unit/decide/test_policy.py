from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decide.policy import TargetPolicy
from triage.decide.promise import Threshold
from triage.domain import Decision

AUTO, SUGGEST = Threshold(0.9, 153, 150, 0.951), Threshold(0.4, 400, 300, 0.7)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (1.0, Decision.AUTO),
        (0.9, Decision.AUTO),
        (0.8999999, Decision.SUGGEST),
        (0.4, Decision.SUGGEST),
        (0.3999999, Decision.ABSTAIN),
        (0.0, Decision.ABSTAIN),
    ],
)
def test_label_at_or_above_a_threshold_is_above_it(probability: float, expected: Decision) -> None:
    assert TargetPolicy(0.95, AUTO, SUGGEST).decide(probability)[0] is expected


def test_nothing_is_automatic_without_a_threshold() -> None:
    decision, why = TargetPolicy(0.95, None, SUGGEST).decide(1.0)
    assert decision is Decision.SUGGEST
    assert "no threshold keeps the promised 95%" in why


def test_nothing_is_suggested_without_a_threshold() -> None:
    assert TargetPolicy(0.95, None, None).decide(1.0)[0] is Decision.ABSTAIN
    assert TargetPolicy(0.95, AUTO, None).decide(0.8)[0] is Decision.ABSTAIN


def test_reason_gives_the_promise_the_threshold_the_probability_and_the_evidence() -> None:
    _, why = TargetPolicy(0.95, AUTO, SUGGEST).decide(0.923)
    for told in ("0.923", "0.900", "95%", "0.951", "153 rows"):
        assert told in why
    _, why = TargetPolicy(0.95, AUTO, SUGGEST).decide(0.5)
    for told in ("0.500", "0.900", "95%"):
        assert told in why


@given(st.floats(0, 1), st.floats(0, 1))
def test_likelier_label_is_never_treated_as_less(first: float, second: float) -> None:
    order = [Decision.ABSTAIN, Decision.SUGGEST, Decision.AUTO]
    low, high = sorted((first, second))
    policy = TargetPolicy(0.95, AUTO, SUGGEST)
    assert order.index(policy.decide(low)[0]) <= order.index(policy.decide(high)[0])


def test_label_of_too_few_tickets_is_suggested_and_never_automatic() -> None:
    policy = TargetPolicy(0.95, AUTO, SUGGEST, rare=("lift",))
    decision, why = policy.decide(1.0, "lift")
    assert decision is Decision.SUGGEST
    assert "fewer than 20 tickets of 'lift'" in why
    assert policy.decide(1.0, "printer")[0] is Decision.AUTO


def test_label_whose_promise_was_refuted_is_suggested_and_never_automatic() -> None:
    policy = TargetPolicy(0.95, AUTO, SUGGEST, refuted=("printer",))
    decision, why = policy.decide(1.0, "printer")
    assert decision is Decision.SUGGEST
    assert "'printer' did not keep the promised 95%" in why
    assert policy.decide(1.0, "lift")[0] is Decision.AUTO
    assert [policy.may_be_automatic(label) for label in ("printer", "lift")] == [False, True]
