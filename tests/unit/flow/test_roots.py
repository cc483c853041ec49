"""Likely roots of problems over a journal in memory."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.fakes import MemoryMetricJournal, warning_on

from triage.decide.grouping import Topology
from triage.domain import EarlyWarning
from triage.errors import NotFound
from triage.flow.roots import roots_of

CALLS = Topology([("web", "api"), ("api", "db")])
LEAD = replace(warning_on("web", 60), size=3)
PARTS = [replace(warning_on(entity, at), part_of=LEAD.id) for entity, at in (("api", 120), ("db", 180))]


@pytest.fixture
def journal() -> MemoryMetricJournal:
    kept = MemoryMetricJournal()
    kept.warnings.update((one.id, one) for one in (LEAD, *PARTS, warning_on("mail", 90)))
    return kept


def entities(warning: EarlyWarning, journal: MemoryMetricJournal, topology: Topology | None = None) -> list[str]:
    return [one.entity for one in asyncio.run(roots_of(warning, journal, topology or Topology()))]


@pytest.mark.parametrize("warning", [LEAD, *PARTS])
def test_root_is_who_began_or_whom_all_others_call_whichever_of_a_problem_is_asked_about(
    journal: MemoryMetricJournal, warning: EarlyWarning
) -> None:
    assert entities(warning, journal) == ["web", "api", "db"]
    assert entities(warning, journal, CALLS)[0] == "db"


def test_warning_that_stands_alone_has_no_ranking(journal: MemoryMetricJournal) -> None:
    assert entities(warning_on("mail", 90), journal) == []


def test_problem_that_is_gone_is_not_found(journal: MemoryMetricJournal) -> None:
    with pytest.raises(NotFound):
        entities(replace(warning_on("x", 1), part_of="gone"), journal)
