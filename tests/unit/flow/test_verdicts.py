from __future__ import annotations

import asyncio

import pytest
from tests.fakes import NOON, FakeLabeller, MemoryJournal, fixed_clock, received

from triage.domain import Feedback, Outcome, OutcomeValue
from triage.errors import DataError, NotFound
from triage.flow import LiveFlow


def flow_with(journal: MemoryJournal, *sources: str) -> LiveFlow:
    """Return a flow that has taken the incident 1 of each source."""
    flow = LiveFlow(FakeLabeller, journal, fixed_clock)
    asyncio.run(flow.accept([received("1", source=source) for source in sources]))
    return flow


def test_feedback_without_a_source_means_the_one_that_has_the_incident() -> None:
    journal = MemoryJournal()
    feedback = Feedback("1", "", "assignment_group", "network", "ada", NOON)
    kept = asyncio.run(flow_with(journal, "mail").feedback(feedback))
    assert kept.source == "mail"
    assert journal.verdicts == [kept]


@pytest.mark.parametrize("source", ["", "desk"])
def test_feedback_on_an_unknown_incident_is_refused(source: str) -> None:
    with pytest.raises(NotFound):
        asyncio.run(flow_with(MemoryJournal()).feedback(Feedback("1", source, "team", "network", "", NOON)))


def test_feedback_on_what_was_not_answered_is_refused_and_names_what_was() -> None:
    journal = MemoryJournal()
    with pytest.raises(DataError) as refused:
        asyncio.run(flow_with(journal, "desk").feedback(Feedback("1", "desk", "colour", "red", "", NOON)))
    assert "assignment_group" in str(refused.value)
    assert journal.verdicts == []


@pytest.mark.parametrize(
    ("given_by", "label", "is_ours"),
    [("", "network", True), ("triage", "network", True), ("ada", "network", False), ("", "hardware", False)],
)
def test_a_label_that_we_filled_in_is_ours_until_somebody_is_named_for_it(
    given_by: str, label: str, is_ours: bool
) -> None:
    flow = flow_with(MemoryJournal(), "desk")
    outcome = Outcome("1", "", (OutcomeValue("assignment_group", label, NOON),), given_by)
    kept = asyncio.run(flow.outcome(outcome))
    assert (kept.source, [value.is_ours for value in kept.values]) == ("desk", [is_ours])
