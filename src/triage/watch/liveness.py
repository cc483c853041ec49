"""Whether series still move, and still come: what an anomaly of values cannot show. Kernel only; it words nothing.

A series is *flat* once its value has been the same far longer than ever before, and *missing* once its entity has gone
on without it far longer than ever before; an entity is missing once the others have. What was never otherwise is
neither: what has always been constant, or comes when it likes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.liveness_layout import (
    BEGUN,
    CHANGES,
    FLAGGED,
    FLAGS,
    FLAT,
    HEARD,
    LATEST_NS,
    LIVE,
    LONGEST,
    LONGEST_GAP,
    LONGEST_RUN,
    MISSING,
    NEVER_HEARD,
    NEXT,
    NOTE_ENTITY,
    NOTE_KIND,
    NOTE_LENGTH,
    NOTE_OPEN,
    NOTE_POINT,
    NOTE_SERIES,
    OFTEN,
    RUN,
    SINCE_LOOK,
    STOPPED,
    STREAM_NS,
    TURN,
    USUAL_NS,
    LivenessState,
    Notes,
)
from triage.watch.state import (
    BEFORE_LAST,
    COUNT,
    FIRST_HOUR,
    LAST,
    NOW_NS,
    OPENING,
    STEPS,
    EntityState,
    Links,
    SeriesState,
)

__all__ = ["end_series", "hear", "look_around", "see_value"]

_MOST = 65_535  # what the counts of 16 bits hold
_MOST_CHANGES = 255
_FAR = 5  # times the longest before
_LEAST_RUN, _LEAST_GAP = 60, 30  # points, steps
_VARIED = 50  # changes, samples or steps before it is known what is usual
_YOUNG_HOURS = 72  # nights and weekends: a series that is younger must have stood still for half as long as it moved
_LOOK_AFTER = 4  # points for each series, before an entity's series are looked through
_LEAP, _USUAL_SHARE = 8, 32  # stream time goes on by at most so many usual intervals: gaps of everybody are nobody's


@compiled
def hear(state: LivenessState, notes: Notes, row: int, entity: int, steps: int, time_ns: int) -> None:
    """Note that a series and its entity were heard.

    Parameters
    ----------
    state : LivenessState
        Changed in place.
    notes : Notes
        Filled in place.
    row, entity : int
    steps : int
        Of the entity, so far.
    time_ns : int
        Event time of the sample, whatever its value.
    """
    stream, clock = state.stream, state.clock[entity]
    _follow_stream(stream, time_ns)
    now = stream[STREAM_NS]
    if clock[NEXT] == 0:
        # A ring in the order in which they were first heard: whoever is never heard changes nobody's turn.
        if stream[TURN] == 0:
            clock[NEXT] = stream[TURN] = entity + 1
        else:
            turn = stream[TURN] - 1
            clock[NEXT], state.clock[turn, NEXT] = state.clock[turn, NEXT], entity + 1
        clock[BEGUN] = now
    else:
        clock[LONGEST] = max(clock[LONGEST], now - clock[HEARD])
    clock[HEARD] = now
    clock[SINCE_LOOK] += 1
    if clock[FLAGGED + STOPPED] == 1:
        clock[FLAGGED + STOPPED] = 0
        _say(notes, STOPPED, 0, entity, row, 0)
    if state.heard[row] == NEVER_HEARD:
        clock[LIVE] += 1
    else:
        gap = min(max(steps - state.heard[row], 0), _MOST)
        state.counts[row, LONGEST_GAP] = max(int(state.counts[row, LONGEST_GAP]), gap)
    state.heard[row] = steps
    _unflag(state, notes, row, entity, MISSING)


@compiled
def end_series(state: LivenessState, notes: Notes, row: int, entity: int) -> None:
    """Take a series for one that ended as planned: until it is heard again, nothing is said of it."""
    if state.heard[row] != NEVER_HEARD:
        state.heard[row] = NEVER_HEARD
        state.clock[entity, LIVE] -= 1
    state.counts[row, RUN] = 0
    _unflag(state, notes, row, entity, FLAT)


@compiled
def see_value(state: LivenessState, notes: Notes, series: SeriesState, row: int, entity: int, hour: int) -> None:
    """Compare a series' last value with the one before.

    Parameters
    ----------
    state : LivenessState
        Changed in place.
    notes : Notes
        Filled in place.
    series : SeriesState
    row, entity : int
    hour : int
        Of the sample, since 1970, by the same clocks as the series' first.
    """
    count = series.ages[row, COUNT]
    if count <= OPENING:
        return
    counts, marks = state.counts[row], state.marks[row]
    if count >= _VARIED:
        marks[FLAGS] |= OFTEN
    if series.levels[row, LAST] != series.levels[row, BEFORE_LAST]:
        counts[LONGEST_RUN] = max(counts[LONGEST_RUN], counts[RUN])
        counts[RUN] = 0
        marks[CHANGES] = min(int(marks[CHANGES]) + 1, _MOST_CHANGES)
        _unflag(state, notes, row, entity, FLAT)
        return
    run = min(int(counts[RUN]) + 1, _MOST)
    counts[RUN] = run
    if marks[CHANGES] < _VARIED or run <= max(_FAR * int(counts[LONGEST_RUN]), _LEAST_RUN):
        return
    if hour - series.ages[row, FIRST_HOUR] >= _YOUNG_HOURS or 2 * run >= count - run:
        _flag(state, notes, row, entity, FLAT, run)


@compiled
def look_around(state: LivenessState, notes: Notes, entities: EntityState, links: Links, entity: int) -> None:
    """Look for series that the entity has gone on without, and at one other entity.

    Notes
    -----
    Series are looked through once the entity has sent a few points for each, entities one a point, in turn: the work
    does not grow with what is watched. An entity that has stopped stands among the notes with its first series.
    """
    clock, steps = state.clock[entity], entities.clock[entity, STEPS]
    if clock[SINCE_LOOK] >= _LOOK_AFTER * max(clock[LIVE], 1):
        clock[SINCE_LOOK] = 0
        row = links.first[entity]
        while row >= 0:
            if state.heard[row] != NEVER_HEARD and state.marks[row, FLAGS] & OFTEN:
                gap = steps - state.heard[row]
                if gap > max(_FAR * int(state.counts[row, LONGEST_GAP]), _LEAST_GAP):
                    _flag(state, notes, row, entity, MISSING, gap)
            row = links.following[row]
    other = state.clock[state.stream[TURN] - 1, NEXT] - 1
    state.stream[TURN] = other + 1
    theirs, known = state.clock[other], entities.clock[other, STEPS]
    if known < _VARIED or theirs[FLAGGED + STOPPED] == 1 or theirs[LIVE] == 0:
        return
    gap_ns = state.stream[STREAM_NS] - theirs[HEARD]
    usual_ns = (theirs[HEARD] - theirs[BEGUN]) // (known - 1)
    if gap_ns > max(_FAR * theirs[LONGEST], _LEAST_GAP * usual_ns):
        theirs[FLAGGED + STOPPED] = 1
        since_ns = max(state.stream[LATEST_NS] - entities.clock[other, NOW_NS], 0)
        _say(notes, STOPPED, 1, other, links.first[other], since_ns)


@compiled
def _follow_stream(stream: NDArray[np.int64], time_ns: int) -> None:
    """Let the stream's time go on with the latest event time, but not over gaps in which nobody was heard."""
    if stream[TURN] == 0:
        stream[LATEST_NS] = time_ns
    ahead = time_ns - stream[LATEST_NS]
    if ahead > 0:
        stream[LATEST_NS] = time_ns
        if stream[USUAL_NS] == 0:
            stream[USUAL_NS] = ahead
        ahead = min(ahead, _LEAP * stream[USUAL_NS])
        stream[STREAM_NS] += ahead
        stream[USUAL_NS] = max(stream[USUAL_NS] + (ahead - stream[USUAL_NS]) // _USUAL_SHARE, 1)


@compiled
def _flag(state: LivenessState, notes: Notes, row: int, entity: int, kind: int, length: int) -> None:
    """Count a series among those of its entity that are flat or missing; the first one is something to say."""
    flag = 1 << kind
    if not state.marks[row, FLAGS] & flag:
        state.marks[row, FLAGS] |= flag
        state.clock[entity, FLAGGED + kind] += 1
        if state.clock[entity, FLAGGED + kind] == 1:
            _say(notes, kind, 1, entity, row, length)


@compiled
def _unflag(state: LivenessState, notes: Notes, row: int, entity: int, kind: int) -> None:
    flag = 1 << kind
    if state.marks[row, FLAGS] & flag:
        state.marks[row, FLAGS] ^= flag
        state.clock[entity, FLAGGED + kind] -= 1
        if state.clock[entity, FLAGGED + kind] == 0:
            _say(notes, kind, 0, entity, row, 0)


@compiled
def _say(notes: Notes, kind: int, is_open: int, entity: int, row: int, length: int) -> None:
    note = notes.said[notes.at[0]]
    note[NOTE_POINT], note[NOTE_KIND], note[NOTE_OPEN] = notes.at[1], kind, is_open
    note[NOTE_ENTITY], note[NOTE_SERIES], note[NOTE_LENGTH] = entity, row, length
    notes.at[0] += 1
