from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.kills import post_and_kill


@pytest.mark.parametrize("kill_after", [1, 150, 600, 1200, 1900])
def test_kill_9_loses_no_acknowledged_incident(home: Path, kill_after: int) -> None:
    outcome = post_and_kill(home, posts=2000, clients=16, kill_after=kill_after)
    assert len(outcome.acknowledged) >= kill_after
    assert outcome.missing == []
    assert outcome.differing == []
