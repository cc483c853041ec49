from __future__ import annotations

import pytest

from triage.errors import UsageError
from triage.watch.limits import Limit, Limits


@pytest.mark.parametrize(
    ("metric", "limit"),
    [
        ("disk_used_percent", Limit(100.0)),
        ("memory_used_ratio", Limit(1.0)),
        ('node_memory_MemAvailable_bytes{job="n"}', Limit(0.0, is_floor=True)),
        ("node_memory_MemFree_bytes", None),
        ("cpu_used_percent", None),
        ("disk_read_bytes_total", None),
        ("memory", None),
    ],
)
def test_limit_is_recognised_only_where_the_name_says_thing_and_unit(metric: str, limit: Limit | None) -> None:
    assert Limits().of(metric) == limit


def test_what_is_declared_counts_before_what_is_recognised() -> None:
    limits = Limits({"disk_used_percent{*tmp*": None, "jobs": 50.0})
    assert limits.of('disk_used_percent{mount="/tmp"}') is None
    assert limits.of("disk_used_percent") == Limit(100.0)
    assert limits.of("jobs") == Limit(50.0)


def test_horizon_of_nothing_looks_for_nothing() -> None:
    assert Limits(horizon_s=0.0).of("disk_used_percent") is None
    with pytest.raises(UsageError):
        Limits(horizon_s=-1.0)
