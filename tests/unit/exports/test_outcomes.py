"""Names of the columns that say how an incident went."""

from __future__ import annotations

import pytest

from triage.exports import outcome_columns, refusal
from triage.exports.outcomes import OUTCOME_NAMES


@pytest.mark.parametrize("name", sorted({name for names in OUTCOME_NAMES.values() for name in names}))
def test_what_says_how_it_went_is_never_read_as_a_feature(name: str) -> None:
    assert refusal(name) is not None


def test_first_name_wins() -> None:
    assert outcome_columns(["resolution", "close_notes"]) == {"fix": "close_notes"}
