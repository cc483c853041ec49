from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.decide.breaches import breach_risk
from triage.decide.service_levels import ServiceLevels
from triage.domain import Decision, Duration, ModelRef, Prediction, RankedLabel, Risk

MODEL = ModelRef("desk", "1")
OPENED = datetime(2026, 11, 23, 8, tzinfo=UTC)
DURATION = Duration(MODEL, ((0.05, 0.5), (0.5, 8.0), (0.9, 80.0), (0.95, 200.0)))
LEVELS = ServiceLevels("Priority", {"1": 8.0, "3": 80.0})


def risk(given: dict[str, str], *ranked: tuple[str, float]) -> Risk | None:
    labels = tuple(RankedLabel(*each) for each in ranked)
    predicted = {"priority": Prediction("priority", MODEL, labels, Decision.AUTO, "")} if labels else {}
    return breach_risk(LEVELS, given, predicted, OPENED, DURATION)


def test_given_label_decides_and_the_predicted_ones_where_none_with_a_limit_is_given() -> None:
    found = [
        risk({"priority": "1"}, ("3", 1.0)),
        risk({"priority": "unknown"}, ("3", 1.0)),
        risk({}, ("3", 0.5), ("1", 0.5)),
    ]
    assert [each.probability for each in found if each is not None] == pytest.approx([0.5, 0.1, 0.3])


def test_nothing_is_foretold_of_what_has_no_limit() -> None:
    assert risk({"priority": "2"}) is None
    assert risk({}, ("2", 1.0)) is None
