from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS, new_watcher, noise, one_series

from triage.domain import EarlyWarning
from triage.errors import BundleRefused
from triage.parts import Part
from triage.watch.calendar import Silence
from triage.watch.liveness_layout import STALE_BITS
from triage.watch.points import Points, Watched
from triage.watch.warnings import at
from triage.watch.watcher import Watcher

STALE = np.int64(STALE_BITS).view(np.float64)


def opened(found: Watched) -> list[EarlyWarning]:
    return [note.warning for note in found.notes if note.warning.closed_at is None]


def grid(value: np.ndarray, kept: np.ndarray | None = None) -> Points:
    """Return the points of a table, a step a row, without those that are not kept."""
    steps, series = value.shape
    points = Points(np.tile(np.arange(series), steps), np.repeat(np.arange(steps) * MINUTE_NS, series), value.ravel())
    return points if kept is None else points[np.flatnonzero(kept.ravel())]


def test_series_that_used_to_vary_and_stands_still_is_warned_of_once_until_it_moves() -> None:
    value = noise(1000)
    value[500:900] = value[499]
    found = new_watcher().handle(one_series(value))
    assert [(note.warning.closed_at is None, note.place) for note in found.notes] == [(True, 749), (False, 900)]
    assert "m0 has not changed for 250 samples" in found.notes[0].warning.why
    assert found.notes[1].warning.closed_at == at(900 * MINUTE_NS)
    assert found.notes[0].warning.opened_at == at(749 * MINUTE_NS)


def test_flat_series_is_armed_again_for_what_is_far_longer_than_the_last_time() -> None:
    value = noise(9000)
    value[5000:5100] = 1.0
    value[6000:6200] = 1.0  # twice the last time is not far longer
    value[7000:7900] = 1.0
    begun = [note.place for note in new_watcher().handle(one_series(value)).notes if note.warning.closed_at is None]
    # 61 equal samples and the one before them; then more than five times the 199 of the second time.
    assert begun == [5061]
    value[7000:8100] = 1.0
    begun = [note.place for note in new_watcher().handle(one_series(value)).notes if note.warning.closed_at is None]
    assert begun == [5061, 7996]


@pytest.mark.parametrize("rare", [0.0, 0.01, 0.05])
def test_series_that_is_constant_from_the_start_or_moves_rarely_is_never_flat(rare: float) -> None:
    rng = np.random.default_rng(5)
    found = new_watcher().handle(one_series((rng.random(20_000) < rare).astype(float)))
    assert not found.notes


def test_series_that_drops_out_while_its_entity_goes_on_is_missing_until_it_is_back() -> None:
    kept = np.ones((400, 3), dtype=bool)
    kept[200:300, 1] = False
    found = new_watcher(3).handle(grid(noise(1200).reshape(400, 3), kept))
    (begun,) = opened(found)
    assert begun.why.startswith("m1 has sent nothing for 3")
    assert at(230 * MINUTE_NS) <= begun.opened_at <= at(245 * MINUTE_NS)
    (over,) = (note.warning for note in found.notes if note.warning.closed_at is not None)
    # At the time that the entity had reached when it was heard again.
    assert over.closed_at == at(300 * MINUTE_NS)


def test_entity_that_stops_is_one_warning_whatever_it_sent() -> None:
    kept = np.ones((400, 6), dtype=bool)
    kept[200:, ::3] = False  # both series of the first of three entities
    found = new_watcher(6, 3).handle(grid(noise(2400).reshape(400, 6), kept))
    (begun,) = opened(found)
    assert (begun.entity, begun.causes) == ("e0", ())
    assert at(230 * MINUTE_NS) <= begun.opened_at <= at(240 * MINUTE_NS)


def test_stale_marker_ends_a_series_and_an_entity_as_planned() -> None:
    value, kept = noise(2400).reshape(400, 6), np.ones((400, 6), dtype=bool)
    value[200, ::3] = STALE
    kept[201:, ::3] = False
    assert not new_watcher(6, 3).handle(grid(value, kept)).notes
    value[200, 0] = 1.0  # only one of the entity's series has ended
    kept[201:, 0] = True
    assert not new_watcher(6, 3).handle(grid(value, kept)).notes


def test_gap_of_everybody_and_a_clock_that_is_a_day_ahead_make_nobody_missing() -> None:
    points = grid(noise(2400).reshape(400, 6))
    time_ns = points.time_ns.copy()
    time_ns[1200:] += 3 * 24 * 60 * MINUTE_NS
    assert not new_watcher(6, 3).handle(Points(points.series, time_ns, points.value)).notes
    time_ns = points.time_ns.copy()
    time_ns[1200] += 24 * 60 * MINUTE_NS
    assert not new_watcher(6, 3).handle(Points(points.series, time_ns, points.value)).notes


def test_history_that_comes_entity_by_entity_makes_nobody_missing() -> None:
    points = grid(noise(2400).reshape(400, 6))
    order = np.argsort(points.series % 3, kind="stable")
    assert not new_watcher(6, 3).handle(points[order]).notes


def test_nothing_is_said_in_a_silence() -> None:
    kept = np.ones((400, 6), dtype=bool)
    kept[200:300, ::3] = False
    watcher = new_watcher(6, 3)
    watcher.silences = (Silence("e0", 190 * MINUTE_NS, 310 * MINUTE_NS),)
    assert not watcher.handle(grid(noise(2400).reshape(400, 6), kept)).notes


@pytest.mark.parametrize("change", [lambda clock: clock + 1, lambda clock: -clock, np.zeros_like])
def test_part_that_would_lead_the_kernel_astray_is_refused(change: object) -> None:
    watcher = new_watcher(6, 3)
    watcher.handle(grid(noise(60).reshape(10, 6)))
    part = watcher.to_part()
    clock = change(part.arrays["liveness_clock"])  # type: ignore[operator]  # a function of an array
    with pytest.raises(BundleRefused):
        Watcher.from_part(Part({**part.arrays, "liveness_clock": clock}, part.document))


def test_nobody_of_a_history_that_is_over_is_missed_before_coming_again() -> None:
    value, kept = noise(1600).reshape(400, 4), np.ones((400, 4), dtype=bool)
    kept[200:, ::2] = False  # both series of the first of two entities
    kept[300:, 1] = False
    watcher = new_watcher(4, 2)
    there = grid(value, kept)
    is_past = there.time_ns < 200 * MINUTE_NS
    watcher.handle(there[np.flatnonzero(is_past)])
    watcher.settle()
    (missed,) = opened(watcher.handle(there[np.flatnonzero(~is_past)]))
    assert (missed.entity, missed.opened_at > at(300 * MINUTE_NS)) == ("e1", True)
