from __future__ import annotations

import json

import pytest

from triage.decide.documents import to_part, to_policy
from triage.decide.policy import Policy, TargetPolicy
from triage.decide.priority import PriorityRule
from triage.decide.promise import Threshold
from triage.errors import BundleRefused
from triage.measure.calibration import Calibration
from triage.parts import JSON, Part

# Floats that only their shortest exact form survives.
AUTO = Threshold(0.1 + 0.2, 153, 150, 1 / 3)
RULE = PriorityRule(
    "impact", "urgency", "priority", ("1", "2"), {("高", "1"): "1", ("低", "1"): "2"}, Calibration(0.7000000000000001)
)
POLICY = Policy(
    {"z": TargetPolicy(0.95, AUTO, None, ("lift",), ("printer",)), "a": TargetPolicy(0.95, None, AUTO)}, RULE
)


def through_json(part: Part) -> Part:
    return Part({}, json.loads(json.dumps(part.document, sort_keys=True, allow_nan=False)))


@pytest.mark.parametrize("policy", [POLICY, Policy({}), Policy({"a": TargetPolicy(0.5, None, None)})])
def test_policy_survives_json_with_sorted_keys_to_the_last_digit(policy: Policy) -> None:
    again = to_policy(through_json(to_part(policy)))
    assert again == policy
    assert list(again.targets) == list(policy.targets)
    assert to_part(again).document == to_part(policy).document


def test_policy_holds_no_arrays() -> None:
    assert not to_part(POLICY).arrays


@pytest.mark.parametrize("change", [{"targets": None}, {"added": 1}, {"priority": {"impact": "impact"}}])
def test_document_of_another_shape_is_refused(change: dict[str, JSON]) -> None:
    with pytest.raises(BundleRefused, match=next(iter(change))):
        to_policy(Part({}, {**to_part(POLICY).document, **change}))
