"""Who calls whom in a simulated estate."""

from __future__ import annotations

from triage.simulate.dependencies import callers_of, dependencies_of
from triage.simulate.layout import lay_out


def test_services_hang_together_by_their_apis() -> None:
    layout = lay_out(36)
    names = {(layout[one].name, layout[other].name) for one, other in dependencies_of(layout)}
    assert ("checkout-api-1", "billing-api-1") in names
    assert ("billing-api-1", "checkout-api-1") not in names


def test_callers_are_found_over_others() -> None:
    assert callers_of(((0, 1), (1, 2), (3, 0)), 2, 2) == {2: 0, 1: 1, 0: 2}
