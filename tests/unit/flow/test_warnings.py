"""Warnings as incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson
from tests.fakes import NOON, warning_on

from triage.domain import Cause
from triage.flow import WARNING_SOURCE, warning_received


def test_a_warning_is_an_incident_of_its_own_source_and_id() -> None:
    warning = warning_on("db-1", 60.0)
    incident = warning_received(warning, NOON).incident
    assert (incident.id, incident.source, incident.received_at) == (warning.id, WARNING_SOURCE, NOON)
    assert incident.opened_at == warning.opened_at


def test_its_labels_say_who_what_and_how_much() -> None:
    causes = (Cause("cpu", 0.75), Cause("disk", 0.25))
    labels = warning_received(replace(warning_on("db-1", 60.0), causes=causes), NOON).incident.labels
    assert (labels["entity"], labels["metrics"], labels["score"]) == ("db-1", "cpu, disk", "0.99")
    assert labels["short_description"] == labels["title"] == f"Early warning on db-1: {warning_on('db-1', 60.0).why}"


def test_reported_again_later_it_is_the_same_body() -> None:
    warning = warning_on("db-1", 60.0)
    first, again = warning_received(warning, NOON), warning_received(warning, NOON + timedelta(hours=1))
    assert (first.body, first.digest) == (again.body, again.digest)
    assert warning_received(warning_on("db-1", 61.0), NOON).digest != first.digest
    assert orjson.loads(first.body)["opened_at"] == "1970-01-01T00:01:00Z"
