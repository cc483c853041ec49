from __future__ import annotations

from dataclasses import replace

import pandas as pd
from tests.histories import constructed_history, timed

from triage.decide.service_levels import ServiceLevels
from triage.training.ports import History
from triage.training.service_levels import with_breaches

LEVELS = ServiceLevels("PRIORITY", {"1": 2.0, "2": 5.0})


def history() -> History:
    return timed(constructed_history(60, priority=True))


def test_resolved_incidents_of_labels_with_a_limit_are_told() -> None:
    before = history()
    after, told = with_breaches(before, LEVELS)
    rows = zip(before.targets["priority"], before.outcomes["hours"], after.outcomes["breached"], strict=True)
    for priority, hours, breached in rows:
        limit = LEVELS.limits.get(priority)
        assert breached == (None if limit is None or pd.isna(hours) else hours > limit)
    n_breached = sum(cell is True for cell in after.outcomes["breached"])
    assert told.startswith(f"By [sla], {n_breached} of ")
    assert "breached" not in before.outcomes


def test_file_that_tells_breaches_is_believed() -> None:
    said = replace(history(), outcomes=history().outcomes.assign(breached=pd.Series([True] * 60, dtype=object)))
    after, told = with_breaches(said, LEVELS)
    assert after is said
    assert "[sla] is not asked" in told


def test_nothing_is_told_without_times_a_column_or_a_label_with_a_limit() -> None:
    plain = constructed_history(60)
    assert with_breaches(plain, LEVELS)[0] is plain
    assert "'region'" in with_breaches(history(), replace(LEVELS, column="region"))[1]
    assert "with a limit" in with_breaches(history(), replace(LEVELS, limits={"P9": 1.0}))[1]
