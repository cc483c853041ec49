"""By what alerts are grouped."""

from __future__ import annotations

import pytest

from triage.decide.grouping import GroupingRules
from triage.errors import UsageError


@pytest.mark.parametrize("wrong", [{"window_s": 0.0}, {"window_s": 1e6}, {"reopen_s": -1.0}, {"entities": ()}])
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        GroupingRules(**wrong)  # type: ignore[arg-type]  # what a file may hold
