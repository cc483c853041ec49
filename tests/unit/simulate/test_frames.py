from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from triage.simulate.dice import Dice
from triage.simulate.frames import changes_frame, faults_frame, harmless_frame, incidents_frame, metrics_frame
from triage.simulate.layout import lay_out
from triage.simulate.plan import Change, Harmless, Plan, draw_plan
from triage.simulate.series import Series

START = datetime(2026, 9, 21, tzinfo=UTC)
LAYOUT = lay_out(3)


def test_metrics_are_laid_out_by_time_and_then_by_entity() -> None:
    series = [Series(0, "cpu", np.array([1.0, np.nan])), Series(1, "cpu", np.array([3.0, 4.0]))]
    frame = metrics_frame(LAYOUT[:2], [*series, Series(1, "disk_used", np.array([50.5, 50.5]))], START)
    assert frame.to_csv(index=False, lineterminator="\n").splitlines() == [
        "entity,timestamp,cpu,disk_used",
        "checkout-web-1,2026-09-21T00:00:00Z,1.0,",
        "checkout-db-1,2026-09-21T00:00:00Z,3.0,50.5",
        "checkout-web-1,2026-09-21T00:05:00Z,,",
        "checkout-db-1,2026-09-21T00:05:00Z,4.0,50.5",
    ]


def test_incidents_do_not_tell_the_fault() -> None:
    faults = draw_plan(LAYOUT, 8, 0.5, 7).faults
    incidents, truth = incidents_frame(LAYOUT, faults, START), faults_frame(LAYOUT, faults, [], START)
    assert incidents.columns.to_list() == ["id", "entity", "opened_at", "resolved_at", "kind"]
    assert incidents["id"].to_list() == truth["incident"].to_list()
    assert not set(truth["fault"]) & set(incidents["kind"])
    assert truth["has_precursor"].eq(truth["precursor_at"].notna()).all()


def test_an_estate_without_faults_keeps_its_columns() -> None:
    assert incidents_frame(LAYOUT, (), START).columns.to_list() == ["id", "entity", "opened_at", "resolved_at", "kind"]
    assert faults_frame(LAYOUT, (), [], START)["has_precursor"].dtype == bool
    assert changes_frame(LAYOUT, (), START, Dice(7)).empty


def test_changes_say_nothing_of_what_they_did() -> None:
    change = Change(1, 3600, "deploy", shifts=True)
    told, kept = (changes_frame(LAYOUT, [each], START, Dice(7)) for each in (change, replace(change, shifts=False)))
    assert told.equals(kept)


def test_a_shift_lasts_until_the_next_one_of_its_entity() -> None:
    changes = (Change(0, 3600, "deploy", True), Change(1, 7200, "deploy", True), Change(0, 9000, "config", True))
    spike = Harmless("spike", 2, 300, 600, 1.0)
    frame = harmless_frame(LAYOUT, Plan((), changes, (spike,)), 1, START)
    assert frame["kind"].to_list() == ["spike", "shift", "shift", "shift"]
    assert frame["ended_at"].str[11:16].to_list() == ["00:10", "02:30", "00:00", "00:00"]
