from __future__ import annotations

from triage.domain import Cause
from triage.watch.warnings import at, close_warning, open_warning

NS = 1_700_000_000_000_000_000


def test_id_is_that_of_the_entity_and_the_opening() -> None:
    one = open_warning("web", NS, 2.0, [])
    assert one.id == open_warning("web", NS, 3.0, [Cause("cpu", 1.0)]).id
    assert len({one.id, open_warning("web", NS + 1000, 2.0, []).id, open_warning("db", NS, 2.0, []).id}) == 3


def test_warning_says_how_rare_and_which_metrics() -> None:
    why = open_warning("web", NS, 2.0, [Cause("cpu", 0.75), Cause("queue", 0.25)]).why
    assert "one of 100 steps" in why
    assert "cpu (75%), queue (25%)" in why


def test_closed_warning_keeps_its_opening_and_takes_the_peak() -> None:
    opened = open_warning("web", NS, 2.0, [])
    closed = close_warning(opened, NS + 60_000_000_000, 3.0)
    assert (closed.id, closed.opened_at) == (opened.id, opened.opened_at)
    assert closed.closed_at == at(NS + 60_000_000_000)
    assert closed.score > opened.score
