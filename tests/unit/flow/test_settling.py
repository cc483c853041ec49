from __future__ import annotations

import asyncio

from tests.fakes import FakeLabeller, FakeWatcher, MemoryJournal, MemoryMetricJournal, fixed_clock, warning_on

from triage.flow import LiveFlow
from triage.flow.settling import Settling
from triage.flow.stream import Stream


def test_what_has_become_of_warnings_is_kept_and_passed_on_once() -> None:
    journal = MemoryMetricJournal()
    settling = Settling(journal, LiveFlow(FakeLabeller, MemoryJournal(), fixed_clock), fixed_clock, None)
    stream = Stream("budget", FakeWatcher())
    warning = warning_on("db", 60.0)
    stream.moves = [warning]
    assert settling.has_unsaved(stream)
    answers, parts = asyncio.run(settling.keep(stream))
    assert set(answers) == {warning.id}
    assert not parts
    assert not settling.has_unsaved(stream)
    assert asyncio.run(settling.keep(stream)) == ({}, set())
