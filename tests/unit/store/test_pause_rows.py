"""Pauses as a column."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from triage.domain import Pause, PauseState
from triage.store.pause_rows import pause_in, pause_text

pauses = st.builds(
    Pause,
    st.sampled_from(PauseState),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # made aware
    st.text(),
    st.none() | st.floats(0.0, 1.0),
    st.sampled_from(["fingerprint", "template", "source", "condition"]),
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 100),
    st.text(),
)


@given(st.one_of(st.none(), pauses))
def test_pause_is_read_back_as_it_was_written(pause: Pause | None) -> None:
    assert pause_in(pause_text(pause)) == pause
