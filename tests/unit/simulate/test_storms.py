"""The alerts of a simulated estate."""

from __future__ import annotations

import pandas as pd
import pytest

from triage.errors import UsageError
from triage.simulate import simulate_estate, simulate_storms


def test_same_seed_gives_the_same_alerts_and_another_one_others() -> None:
    one, again, other = (simulate_storms(3, 6, seed).alerts for seed in (7, 7, 8))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_faults_raise_several_alerts_across_entities_after_they_break_out() -> None:
    storms, faults = simulate_storms(10, 18, 7), simulate_estate(10, 18, 7, tickets=1).faults
    joined = storms.causes.merge(storms.alerts, left_on="alert", right_on="id")
    counts = joined.groupby("fault")["instance"].agg(["size", "nunique"])
    assert len(counts) == len(faults)
    assert counts["size"].mean() > 4
    assert counts["nunique"].mean() > 2
    onset = faults["onset_at"].to_numpy()[joined["fault"]]
    assert (joined["opened_at"].to_numpy() >= onset).all()
    assert 0.2 < 1.0 - len(storms.causes) / len(storms.alerts) < 0.6


def test_what_no_estate_can_be_made_of_is_refused() -> None:
    with pytest.raises(UsageError):
        simulate_storms(days=0)
