from __future__ import annotations

import pytest

from triage.exports import is_restricted


@pytest.mark.parametrize("cell", ["true", "Yes", "1", "confidential", "Level 2", "internal only"])
def test_any_word_but_a_plain_no_restricts(cell: str) -> None:
    assert is_restricted({"Security": cell})


@pytest.mark.parametrize(
    "labels", [{"restricted": "false"}, {"confidential": "None"}, {"private": "0"}, {"title": "yes"}]
)
def test_no_and_public_do_not_restrict(labels: dict[str, str]) -> None:
    assert not is_restricted(labels)
