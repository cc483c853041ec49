from __future__ import annotations

import numpy as np

from triage.measure.warnings import Window
from triage.training.lead_fitting import fit_lead

WINDOW = Window(3_600 * 10**9)


def ahead_ns(n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.tile(np.arange(12) * 300 * 10**9, n)


def test_lead_follows_what_shows_it() -> None:
    ahead = ahead_ns(40)
    omens = (ahead[:, None] / 1e9).astype(float)
    lead = fit_lead(omens, ahead, np.repeat(np.arange(40) % 4, 12), WINDOW)
    near, far = (lead.forecast(0.5, np.array([seconds])).expected_s for seconds in (300.0, 3300.0))
    assert near < 1000.0
    assert far > 2000.0


def test_what_shows_nothing_leaves_the_share_of_past_incidents() -> None:
    lead = fit_lead(np.zeros((480, 1)), ahead_ns(40), np.repeat(np.arange(40) % 4, 12), WINDOW)
    assert all(halving.trees is None for halving in lead.halvings)
    told = lead.forecast(1.0, np.zeros(1))
    assert abs(told.within[1][1] - 7 / 12) < 0.01
