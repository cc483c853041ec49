from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.simulate import ESTATE_START, Estate, simulate_estate

SEEN = ("metrics", "incidents", "tickets", "changes")


@pytest.fixture(scope="module")
def estate() -> Estate:
    return simulate_estate()


def frames_of(estate: Estate) -> list[pd.DataFrame]:
    return [getattr(estate, part) for part in (*SEEN, "faults", "harmless")]


def test_same_seed_gives_the_same_estate_and_another_seed_another() -> None:
    first, again, other = (frames_of(simulate_estate(3, 3, seed, tickets=20)) for seed in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, two)
    assert not first[0].equals(other[0])
    assert not first[2].equals(other[2])


@settings(max_examples=10, deadline=None)
@example(days=3, entities=12, seed=22518, difficulty=0.0, tickets=1)
@given(st.integers(1, 4), st.integers(1, 14), st.integers(0, 2**64), st.floats(0, 1), st.integers(1, 40))
def test_any_estate_is_consistent(days: int, entities: int, seed: int, difficulty: float, tickets: int) -> None:
    estate = simulate_estate(days, entities, seed, difficulty, tickets)
    assert len(estate.metrics) == days * 288 * entities
    assert not estate.metrics.duplicated(["timestamp", "entity"]).any()
    for frame, columns in (
        (estate.incidents, ("opened_at", "resolved_at")),
        (estate.tickets, ("opened_at", "resolved_at")),
        (estate.changes, ("made_at",)),
        (estate.harmless, ("began_at", "ended_at")),
    ):
        assert frame[columns[0]].is_monotonic_increasing
        assert (frame[columns[0]] <= frame[columns[-1]]).all()
    assert estate.tickets["number"].is_unique
    assert len(estate.tickets) >= tickets + len(estate.incidents)


def test_every_incident_has_a_fault_and_its_tickets(estate: Estate) -> None:
    truth = estate.faults.set_index("incident").loc[estate.incidents["id"]].reset_index()
    opened = pd.to_datetime(estate.incidents["opened_at"])
    assert (truth["entity"] == estate.incidents["entity"]).all()
    assert (pd.to_datetime(truth["onset_at"]) < opened).all()
    tickets = estate.tickets.set_index("number")
    for numbers, moment in zip(truth["tickets"].str.split(), opened, strict=True):
        about = tickets.loc[numbers]
        assert about["contact_type"].iloc[0] == "Monitoring"
        assert (pd.to_datetime(about["opened_at"]) > moment).all()


def test_sample_has_precursors_to_find_in_its_later_two_thirds(estate: Estate) -> None:
    later = pd.to_datetime(estate.faults["onset_at"]) > ESTATE_START + pd.Timedelta(days=10) / 3
    assert estate.faults.loc[later, "has_precursor"].sum() >= 6
    assert 0.5 < estate.faults["has_precursor"].mean() < 0.8


def test_no_truth_in_what_can_be_seen(estate: Estate) -> None:
    for part in SEEN:
        assert not set(getattr(estate, part).columns) & {"fault", "origin", "precursor_at", "onset_at", "has_precursor"}
    known_at_opening = estate.tickets.drop(columns=["fix", "outcome", "resolved_at"]).to_csv()
    assert "OPS-" not in known_at_opening
    seen = estate.incidents.to_csv() + estate.changes.to_csv() + known_at_opening
    assert not any(fault in seen for fault in ("queue build-up", "error burst", "slow drift", "failing dependency"))


def test_sample_has_tickets_of_people_and_monitors_in_two_languages(estate: Estate) -> None:
    alarms = estate.tickets[estate.tickets["contact_type"] == "Monitoring"]
    assert 50 < len(alarms) < 200
    german = alarms["description"].str.startswith("Seit").mean()
    assert 0.1 < german < 0.3
    assert len(estate.tickets) >= 2500
    assert estate.tickets["assignment_group"].eq("Platform").sum() >= 30


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"days": 0}, "days"),
        ({"entities": 0}, "entities"),
        ({"tickets": 0}, "tickets"),
        ({"seed": -1}, "seed"),
        ({"difficulty": 1.5}, "difficulty"),
        ({"difficulty": float("nan")}, "difficulty"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        simulate_estate(**arguments)
