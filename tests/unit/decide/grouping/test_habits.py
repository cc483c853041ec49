"""What usually comes together, and how often what comes by itself."""

from __future__ import annotations

import pytest

from triage.decide.grouping.habits import Companions, Rates


def test_rate_follows_what_is_counted_and_fades() -> None:
    rates = Rates()
    for minute in range(0, 24 * 60, 10):
        rates.count("cpu", 60.0 * minute)
    assert rates.expected("cpu", 86_400.0, 3_600.0) == pytest.approx(6, rel=0.05)
    assert rates.expected("cpu", 3 * 86_400.0, 3_600.0) < 1.0
    assert rates.expected("disk", 86_400.0, 3_600.0) == 0.0


def test_companions_need_three_troubles_together_and_half_of_them() -> None:
    companions = Companions(quiet_s=600.0)
    for day in range(3):
        assert companions.of("a") == {}
        for entity, at_s in (("a", 0.0), ("b", 120.0), ("b", 130.0)):
            companions.learn(entity, 86_400.0 * day + at_s)
    assert companions.of("a") == companions.of("a") == {"b": 0.75}
    for hour in range(1, 5):
        for entity in ("a", "b"):
            companions.learn(entity, 4 * 86_400.0 + hour * 3_600.0 + (1_800.0 if entity == "b" else 0.0))
    assert companions.of("b") == {}
