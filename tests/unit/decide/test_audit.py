from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decide.audit import is_audited


@given(st.text(), st.text(), st.floats(0, 1))
def test_audited_incident_is_audited_at_any_larger_share(source: str, incident_id: str, share: float) -> None:
    if is_audited(source, incident_id, share):
        assert is_audited(source, incident_id, min(1.0, share + 0.1))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.03, 0.5, 1.0])
def test_share_of_the_incidents_is_audited(share: float) -> None:
    audited = sum(is_audited("desk", f"INC{number:07}", share) for number in range(5000))
    assert audited == pytest.approx(5000 * share, abs=3 * (5000 * share * (1 - share)) ** 0.5)


def test_sources_are_told_apart() -> None:
    of = [{number for number in range(2000) if is_audited(source, str(number), 0.1)} for source in ("a", "b")]
    assert of[0] != of[1]
