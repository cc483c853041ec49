"""What a watcher has seen so far."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from structlog.testing import capture_logs
from tests.fakes import NOON, FakeWatcher, metric_batch, warning_on

from triage.domain import EarlyWarning
from triage.flow import BatchAnswer, MetricBatch
from triage.flow.stream import Stream
from triage.watch.budget import Budget
from triage.watch.liveness_layout import STALE_BITS
from triage.watch.watcher import Watcher


def test_warnings_of_a_batch_are_answered_and_remembered_until_they_are_committed() -> None:
    stream = Stream("budget", FakeWatcher())
    answer = stream.apply(1, metric_batch(("a", 1, 0.95), ("b", 2, 0.2)))
    assert answer == BatchAnswer(2, 0, (warning_on("a", 1),))
    stream.apply(2, metric_batch(("a", 3, 0.1)))
    opened, latest = stream.moves
    assert (opened.closed_at, latest.closed_at) == (None, datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC))
    assert (stream.counts.accepted, stream.counts.opened, stream.counts.closed) == (3, 1, 1)


def test_a_warning_of_before_that_closes_is_no_new_incident() -> None:
    stream = Stream("budget", FakeWatcher())
    stream.apply(1, metric_batch(("a", 1, 0.95)))
    stream.moves.clear()
    stream.apply(2, metric_batch(("a", 3, 0.1)))
    assert _is_closed(*stream.moves)


def test_a_batch_that_the_watcher_cannot_handle_is_passed_over() -> None:
    stream = Stream("budget", FakeWatcher())
    with capture_logs() as logs:
        answer = stream.apply(1, metric_batch(("a", 1, -1.0)))
    assert answer == BatchAnswer(0, 1)
    assert (stream.applied, stream.counts.failures) == (1, 1)
    assert [log["event"] for log in logs] == ["watching_failed"]
    assert stream.apply(2, metric_batch(("a", 2, 0.95))).opened


def test_points_without_a_value_are_counted_as_ignored() -> None:
    stream = Stream("budget", FakeWatcher())
    one = metric_batch(("a", 1, 0.1))
    batch = MetricBatch(one.entity, one.metric, one.series, one.time_ns, one.value, nulls=2)
    assert stream.apply(1, batch) == BatchAnswer(1, 2)
    assert stream.counts.ignored == 2


def test_batch_of_one_series_after_the_other_is_watched_by_time() -> None:
    rng, names, steps = np.random.default_rng(2), ("cpu", "memory", "disk"), 500
    time_ns = np.arange(steps) * 60 * 10**9
    value = rng.normal(size=(steps, len(names)))
    by_time, by_series = Watcher(Budget.parse("1/day")), Watcher(Budget.parse("1/day"))
    series = np.arange(len(names))
    entity = ("db",) * len(names)
    rows = np.tile(series, steps), np.repeat(time_ns, len(names)), value.ravel()
    Stream("budget", by_time).apply(1, MetricBatch(entity, names, *rows))
    turned = np.repeat(series, steps), np.tile(time_ns, len(names)), value.T.ravel()
    stream = Stream("budget", by_series)
    stream.apply(1, MetricBatch(entity, names, *turned))
    assert not [one for one in stream.moves if "has sent nothing" in one.why]
    for name, array in by_time.to_part().arrays.items():
        np.testing.assert_array_equal(array, by_series.to_part().arrays[name])


def test_stale_marker_is_no_point_and_warnings_by_rule_are_warnings() -> None:
    watcher = Watcher(Budget.parse("1/day"))
    stream, rng = Stream("budget", watcher), np.random.default_rng(1)
    calm = [metric_batch(("a", at, value)) for at, value in enumerate(rng.normal(size=300).tolist())]
    still = [metric_batch(("a", 300 + at, 0.5)) for at in range(200)]
    answers = [stream.apply(seq, batch) for seq, batch in enumerate([*calm, *still])]
    begun = [one for answer in answers[300:] for one in answer.opened if "has not changed" in one.why]
    assert len(begun) == 1
    marker = np.array([STALE_BITS]).view(np.float64)
    one = metric_batch(("a", 500, 0.0))
    ended = stream.apply(501, MetricBatch(one.entity, one.metric, one.series, one.time_ns, marker, nulls=1))
    assert (ended.accepted, ended.ignored) == (0, 1)
    assert [move.closed_at is not None for move in stream.moves if move.id == begun[0].id] == [False, True]


def test_a_snapshot_says_where_it_stands() -> None:
    stream = Stream("budget", FakeWatcher(), applied=4, last_ns=7)
    stream.apply(9, metric_batch(("a", 5, 0.1)))
    snapshot = stream.snapshot(NOON)
    assert (snapshot.seq, snapshot.origin, snapshot.last_ns, snapshot.taken_at) == (9, "budget", 5 * 10**9, NOON)
    assert (stream.kept, stream.points_since_kept) == (4, 1)
    stream.mark_kept(snapshot)
    assert (stream.kept, stream.points_since_kept) == (9, 0)


def test_event_time_never_goes_back_and_is_handed_on() -> None:
    stream = Stream("budget", FakeWatcher())
    stream.apply(1, metric_batch(("a", 100, 0.1), ("a", 50, 0.1)))
    following = stream.handed_to("model m 1", FakeWatcher())
    assert following.last_at == datetime(1970, 1, 1, 0, 1, 40, tzinfo=UTC)
    assert (following.origin, following.applied) == ("model m 1", 1)
    assert following.counts.accepted == 2


def _is_closed(warning: EarlyWarning) -> bool:
    return warning.closed_at is not None
