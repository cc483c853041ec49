from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.simulate.arrivals import draw_arrivals
from triage.simulate.dice import Dice

START = datetime(2026, 4, 6, tzinfo=UTC)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 900), st.integers(0, 1000))
def test_arrivals_are_in_order_and_as_many_as_asked_for(n: int, seed: int) -> None:
    arrivals = draw_arrivals(n, START, Dice(seed))
    assert len(arrivals) == n
    moments = [arrival.opened_at for arrival in arrivals]
    assert moments == sorted(moments)
    assert moments[0] >= START
    assert all(0 <= arrival.progress <= 1 for arrival in arrivals)


def test_history_is_as_long_as_its_tickets_take() -> None:
    last = draw_arrivals(1000, START, Dice(7))[-1].opened_at
    assert timedelta(weeks=9) < last - START < timedelta(weeks=10, hours=2)


def test_an_outage_is_over_within_two_hours() -> None:
    arrivals = draw_arrivals(3000, START, Dice(7))
    outages = {arrival.outage for arrival in arrivals} - {None}
    assert len(outages) == 10
    for outage in outages:
        moments = [arrival.opened_at for arrival in arrivals if arrival.outage == outage]
        assert len(moments) >= 8
        assert moments[-1] - moments[0] < timedelta(hours=2)
