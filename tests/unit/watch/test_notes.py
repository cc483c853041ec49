from __future__ import annotations

import numpy as np

from triage.watch.liveness_layout import FLAT, NOTE, NOTE_NS, NOTE_OPEN, STOPPED
from triage.watch.notes import OpenNotes
from triage.watch.table import SeriesTable


def test_note_that_was_kept_back_has_nothing_to_close() -> None:
    table = SeriesTable()
    table.rows_of(["db"], ["cpu"])
    notes = OpenNotes(table)
    over = [0] * NOTE
    assert notes.follow(over) is None
    begun = list(over)
    begun[NOTE_OPEN] = 1
    warning = notes.follow(begun)
    assert warning is not None
    assert [cause.metric for cause in warning.causes] == ["cpu"]
    over[NOTE_NS] = 10**9
    closed = notes.follow(over)
    assert closed is not None
    assert (closed.id, closed.closed_at is not None) == (warning.id, True)
    assert not notes.held


def test_warnings_of_two_kinds_at_one_time_have_two_ids() -> None:
    table = SeriesTable()
    table.rows_of(["db"], ["cpu"])
    notes = OpenNotes(table)
    ids = {notes.follow(np.array([0, kind, 1, 0, 0, 5, 7]).tolist()).id for kind in (FLAT, STOPPED)}  # type: ignore[union-attr]  # opened
    assert len(ids) == 2
