from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from triage.simulate.gauges import GAUGES
from triage.simulate.layout import SERVICES, lay_out


@given(st.integers(1, 300))
def test_names_are_unique_and_tell_service_and_kind(entities: int) -> None:
    layout = lay_out(entities)
    assert len({entity.name for entity in layout}) == entities
    assert all(entity.name.startswith(f"{entity.service}-{entity.kind}-") for entity in layout)


@given(st.integers(1, 60), st.integers(0, 60))
def test_more_entities_leave_the_first_ones_as_they_are(entities: int, more: int) -> None:
    assert lay_out(entities + more)[:entities] == lay_out(entities)


def test_a_service_has_every_kind() -> None:
    layout = lay_out(6 * len(SERVICES))
    for service in SERVICES:
        assert {entity.kind for entity in layout if entity.service == service} == set(GAUGES)
