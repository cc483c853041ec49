"""What is remembered of whether series move and come, a column a quantity, and the notes of it. Computes nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.watch.rows import Rows

__all__ = [
    "BEGUN",
    "CHANGES",
    "CLOCK",
    "FLAGGED",
    "FLAGS",
    "FLAT",
    "HEARD",
    "KINDS",
    "LATEST_NS",
    "LIVE",
    "LIVENESS_ROWS",
    "LONGEST",
    "LONGEST_GAP",
    "LONGEST_RUN",
    "MISSING",
    "MOST_NOTES",
    "NEVER_HEARD",
    "NEXT",
    "NOTE",
    "NOTE_ENTITY",
    "NOTE_KIND",
    "NOTE_LENGTH",
    "NOTE_NS",
    "NOTE_OPEN",
    "NOTE_POINT",
    "NOTE_SERIES",
    "OFTEN",
    "RUN",
    "SINCE_LOOK",
    "STALE_BITS",
    "STOPPED",
    "STREAM_NS",
    "TURN",
    "USUAL_NS",
    "LivenessState",
    "Notes",
    "empty_liveness",
    "empty_notes",
    "grown_liveness",
    "is_live",
    "let_go",
]

FLAT, MISSING, STOPPED = 0, 1, 2  # a series that stands still, a series without samples, an entity without any
KINDS = 3
MOST_NOTES = 6  # of one point
STALE_BITS = 0x7FF0000000000002  # Prometheus' stale marker, the NaN by which a series ends as planned
NEVER_HEARD = -1

# Columns of LivenessState.counts, all of them saturating.
RUN, LONGEST_RUN, LONGEST_GAP = 0, 1, 2  # points of one value, the most of them before, the most steps without a sample
# Columns of LivenessState.marks.
CHANGES, FLAGS = 0, 1
# Of the flags: by kind of a series one bit, 1 << kind, and this one of a series with enough points to be missed.
OFTEN = 1 << KINDS
# Columns of LivenessState.clock: when heard last, the longest silence, the first time, all in ns of stream time; the
# next entity's row and one, 0 before it was heard; series that have not ended; points since they were looked through.
HEARD, LONGEST, BEGUN, NEXT, LIVE, SINCE_LOOK = 0, 1, 2, 3, 4, 5
FLAGGED = 6  # and the kinds behind it
CLOCK = FLAGGED + KINDS
# Columns of LivenessState.stream.
LATEST_NS, STREAM_NS, USUAL_NS, TURN = 0, 1, 2, 3
# Columns of Notes.said.
NOTE_POINT, NOTE_KIND, NOTE_OPEN, NOTE_ENTITY, NOTE_SERIES, NOTE_LENGTH, NOTE_NS = 0, 1, 2, 3, 4, 5, 6
NOTE = 7


class LivenessState(NamedTuple):
    """Of series (n, 3), (n, 2) and the step at which each was heard; of entities (m, 9); of the stream (4,)."""

    counts: NDArray[np.uint16]
    marks: NDArray[np.uint8]
    heard: NDArray[np.int32]
    clock: NDArray[np.int64]
    stream: NDArray[np.int64]


LIVENESS_ROWS = {
    "counts": Rows.SERIES,
    "marks": Rows.SERIES,
    "heard": Rows.SERIES,
    "clock": Rows.ENTITIES,
    "stream": Rows.OTHER,
}


class Notes(NamedTuple):
    """What is to be said, (any, 7), and how much that is and at which point it is found, (2,)."""

    said: NDArray[np.int64]
    at: NDArray[np.int64]


def empty_notes(n: int) -> Notes:
    """Return room for what ``n`` points may bring up."""
    return Notes(np.zeros((n * MOST_NOTES, NOTE), dtype=np.int64), np.zeros(2, dtype=np.int64))


def is_live(state: LivenessState) -> bool:
    """Return whether no index in a state leads the kernel astray: all turns are taken by entities that are there."""
    turns = state.clock[:, NEXT]
    taking = np.flatnonzero(turns)
    return bool(
        np.array_equal(np.sort(turns[taking]), taking + 1)
        and (state.stream[TURN] - 1 in taking if len(taking) else state.stream[TURN] == 0)
        and (state.heard >= NEVER_HEARD).all()
        and (state.clock[:, (LIVE, *range(FLAGGED, CLOCK))] >= 0).all()
    )


def empty_liveness(n: int, m: int) -> LivenessState:
    """Return the state of ``n`` series and ``m`` entities that were never heard."""
    return LivenessState(
        counts=np.zeros((n, 3), dtype=np.uint16),
        marks=np.zeros((n, 2), dtype=np.uint8),
        heard=np.full(n, NEVER_HEARD, dtype=np.int32),
        clock=np.zeros((m, CLOCK), dtype=np.int64),
        stream=np.zeros(4, dtype=np.int64),
    )


def grown_liveness(state: LivenessState, more: LivenessState) -> LivenessState:
    """Return ``state`` with the series and entities of ``more`` behind its own; the stream is the same."""
    return LivenessState(
        counts=np.concatenate((state.counts, more.counts)),
        marks=np.concatenate((state.marks, more.marks)),
        heard=np.concatenate((state.heard, more.heard)),
        clock=np.concatenate((state.clock, more.clock)),
        stream=state.stream,
    )


def let_go(state: LivenessState) -> None:
    """Take every series for one that ended as planned, until it is heard again: a history is over, not its entities.

    What is usual of each stays known; nothing that was noted is open any more.
    """
    state.heard[:] = NEVER_HEARD
    state.marks[:, FLAGS] &= OFTEN
    state.clock[:, (LIVE, *range(FLAGGED, CLOCK))] = 0
