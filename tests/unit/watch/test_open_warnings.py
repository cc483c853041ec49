"""Warnings that are open."""

from __future__ import annotations

import pytest

from triage.errors import BundleRefused
from triage.watch.alerting import CLOSED, OPENED
from triage.watch.bank import Bank
from triage.watch.kernel import Answers, empty_answers
from triage.watch.open_warnings import OpenWarnings
from triage.watch.state import OPEN, PEAK


def a_bank() -> Bank:
    bank = Bank(2.0, {})
    bank.table.rows_of(["web", "db", "db"], ["cpu", "cpu", "disk"])
    bank.make_room()
    return bank


def opened(bank: Bank) -> tuple[OpenWarnings, Answers]:
    answers = empty_answers(2)
    answers.event[:] = OPENED, CLOSED
    answers.event_ns[:], answers.peak[:] = (10_000, 20_000), (3.0, 4.0)
    answers.cause[0, :2], answers.share[0, :2] = (2, 1), (0.75, 0.25)
    warnings = OpenWarnings(bank)
    warnings.follow(1, answers, 0)
    entities = bank.state_for(0).entities
    entities.clock[1, OPEN], entities.numbers[1, PEAK] = 1, 3.5
    return warnings, answers


def test_open_warning_has_its_entitys_highest_score_so_far_and_names_its_causes() -> None:
    warnings, _ = opened(a_bank())
    [warning] = warnings.listed
    assert (warning.entity, warning.closed_at, warning.score) == ("db", None, 1.0 - 10.0**-3.5)
    assert [(cause.metric, cause.contribution) for cause in warning.causes] == [("disk", 0.75), ("cpu", 0.25)]


def test_closed_warning_is_open_no_more() -> None:
    warnings, answers = opened(a_bank())
    warning = warnings.follow(2, answers, 1)
    assert warning.closed_at is not None
    assert warning.score == 1.0 - 10.0**-4.0
    assert warnings.listed == ()


def test_document_goes_on_and_one_of_other_entities_is_refused() -> None:
    bank = a_bank()
    warnings, _ = opened(bank)
    document = warnings.to_document()
    again = OpenWarnings(bank)
    again.take_up({"open": document}, "open")
    assert again.listed == warnings.listed
    elsewhere = [{**document[0], "entity": "mail"}]  # type: ignore[dict-item]  # an object
    for other in ([], [*document, *document], [*document, *elsewhere]):
        with pytest.raises(BundleRefused, match="open warnings"):
            again.take_up({"open": other}, "open")
