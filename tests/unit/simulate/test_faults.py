from __future__ import annotations

import pytest

from triage.simulate.faults import FAULT_KINDS, FaultKind
from triage.simulate.gauges import GAUGES
from triage.simulate.services import load_services


@pytest.mark.parametrize("kind", FAULT_KINDS, ids=lambda kind: kind.name)
def test_fault_shows_on_whatever_it_strikes(kind: FaultKind) -> None:
    for struck in kind.strikes:
        metrics = {gauge.metric for gauge in GAUGES[struck]}
        assert metrics & set(kind.early), struck
        assert metrics & ({*kind.failing, *kind.stops}), struck
        # One strong sign at least: weaker ones alone would hide in the noise.
        assert max(abs(kind.early[metric]) for metric in metrics & set(kind.early)) >= 0.7


@pytest.mark.parametrize("kind", FAULT_KINDS, ids=lambda kind: kind.name)
def test_precursors_take_half_an_hour_to_three_hours(kind: FaultKind) -> None:
    assert 30 <= min(kind.lead_min) <= max(kind.lead_min) <= 180


def test_every_fault_can_be_written_about() -> None:
    services = load_services()
    assert {kind.symptom for kind in FAULT_KINDS} == set(services.symptoms)
    assert {kind.name for kind in FAULT_KINDS} == set(services.fixes)
