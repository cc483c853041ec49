"""A few points of different series, side by side: how surprising each is, and what is learnt from it. Knows no rows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, unsigned
from triage.watch.course import are_known, expect, learn_hours
from triage.watch.lanes import (
    ABOVE,
    BEGUN,
    COURSE,
    EXPECTED,
    FADE,
    HERE,
    IS_OLD,
    LEAST,
    OWN,
    PART,
    REMEMBERED,
    ROW,
    SHARE,
    STATISTIC,
    VALUE,
    VISITS_EARLIER,
    VISITS_LATER,
    Lanes,
    at,
    whole_vectors,
)
from triage.watch.logarithm import log_of
from triage.watch.scales import ERROR_RATE, HUBER, least_scale, moved_scale
from triage.watch.state import (
    BEFORE_LAST,
    COURSE_ERROR,
    DRIFT,
    EVIDENCE,
    FAST,
    FAST_SCALE,
    HELD,
    JUMP_SCALE,
    LAST,
    LEAN,
    LEVEL,
    LEVEL_ERROR,
    OFFSET,
    RARITY,
    RUN,
    SCALE,
    STATISTICS,
    SURPRISE,
    TREND,
    UNREST,
)
from triage.watch.tails import beyond, bin_of, count_in, fading_of
from triage.watch.trend import follow_trends, trend_of

__all__ = ["judge"]

_SEASON_GAIN = 0.9  # the season is used while it leaves less than this share of the error
_LEVEL_RATE = 1 / 300  # a day of five-minute points
_FAST_RATE = 0.08
_SHORT_RATE = 1 / 12  # drift and unrest: an hour of five-minute points
_SMOOTHING = 0.3  # of the surprise: two or three odd points in a row say more than one
# Of the surprise beyond 3 in the entity's evidence: it also sees what neither leans nor leaps, such as unrest.
_RARE, _RARE_SHARE = 3.0, 0.5
_CLIP = 6.0  # scales beyond which a distance adds no more to drift and unrest
_FAR, _RUN_TO_SHIFT = 3.0, 24  # a level shift: so many points in a row beyond three scales on one side
# The limiter: news must exceed 1.5 times the last news' evidence, which halves in 150 points; the rest speaks softly.
_REARM, _HOLD_DECAY = 1.5, 0.5 ** (1 / 150)
_TO_DECADES = -math.log10(math.e)


@compiled
def judge(lanes: Lanes, tails: NDArray[np.uint16], n: int) -> None:
    """Answer by what is known, then learn.

    Parameters
    ----------
    lanes : Lanes
        Changed in place: what each row of it holds is the series' state before, and then after, its value.
    tails : ndarray of uint16, shape (any, STATISTICS + 1, BINS)
        Of all series; changed in place.
    n : int
        How many lanes hold a point.
    """
    computed = whole_vectors(n)
    _prepare(lanes, computed)
    follow_trends(lanes, computed)
    _weigh(lanes, computed)
    # Each by name: of a statistic that varies the compiler would not know that its rows are apart.
    _remember(lanes, tails, 0, n)
    _remember(lanes, tails, 1, n)
    _remember(lanes, tails, 2, n)
    _remember(lanes, tails, 3, n)
    _remember(lanes, tails, 4, n)
    _sum_up(lanes, computed)
    _remember(lanes, tails, STATISTICS, n)
    _answer(lanes, computed)
    learn_hours(lanes, computed)
    _learn_level(lanes, computed)


@compiled
def _prepare(lanes: Lanes, n: int) -> None:
    """Set what is expected: by the season where it is known, old enough and better than the level alone."""
    expect(lanes, n)
    wide, narrow, whole = lanes.wide, lanes.narrow, lanes.whole
    for lane in range(n):
        level, course_error, level_error = (
            wide[at(LEVEL, lane)],
            narrow[at(COURSE_ERROR, lane)],
            narrow[at(LEVEL_ERROR, lane)],
        )
        wide[at(SHARE, lane)] = 1.0 / (whole[at(BEGUN, lane)] + 1.0)
        wide[at(LEAST, lane)] = least_scale(level)
        is_known = are_known(whole[at(VISITS_EARLIER, lane)], whole[at(VISITS_LATER, lane)])
        is_better = course_error < _SEASON_GAIN * level_error
        by_course = wide[at(COURSE, lane)] + wide[at(OFFSET, lane)]
        wide[at(EXPECTED, lane)] = by_course if is_known and is_better and whole[at(IS_OLD, lane)] > 0 else level
        error = min(abs(wide[at(VALUE, lane)] - level), HUBER * max(wide[at(SCALE, lane)], least_scale(level)))
        narrow[at(LEVEL_ERROR, lane)] = level_error + ERROR_RATE * (error - level_error) if is_known else level_error


@compiled
def _weigh(lanes: Lanes, n: int) -> None:
    """Set the five statistics, and the signed run of points far off."""
    wide, narrow = lanes.wide, lanes.narrow
    for lane in range(n):
        value, least = wide[at(VALUE, lane)], wide[at(LEAST, lane)]
        off_level = (value - wide[at(EXPECTED, lane)]) / max(wide[at(SCALE, lane)], least)
        off_fast = abs(value - wide[at(FAST, lane)]) / max(wide[at(FAST_SCALE, lane)], least)
        drift, unrest = float(narrow[at(DRIFT, lane)]), float(narrow[at(UNREST, lane)])
        drift += _SHORT_RATE * (min(max(off_level, -_CLIP), _CLIP) - drift)
        unrest += _SHORT_RATE * (min(off_fast, _CLIP) - unrest)
        narrow[at(DRIFT, lane)], narrow[at(UNREST, lane)] = drift, unrest
        wide[at(STATISTIC, lane)] = abs(off_level)
        wide[at(STATISTIC + 1, lane)] = off_fast
        wide[at(STATISTIC + 2, lane)] = abs(value - wide[at(LAST, lane)]) / max(wide[at(JUMP_SCALE, lane)], least)
        wide[at(STATISTIC + 3, lane)] = abs(drift)
        wide[at(STATISTIC + 4, lane)] = unrest
        run = narrow[at(RUN, lane)]
        above, below = max(run, 0.0) + 1.0, min(run, 0.0) - 1.0
        narrow[at(RUN, lane)] = above if off_level > _FAR else (below if off_level < -_FAR else 0.0)


@compiled
def _remember(lanes: Lanes, tails: NDArray[np.uint16], statistic: int, n: int) -> None:
    """Count a statistic in; say how many of those before were as large."""
    wide, whole, words = lanes.wide, lanes.whole, tails.view(np.uint64)
    for lane in range(whole_vectors(n)):
        own, part = bin_of(wide[at(STATISTIC + statistic, lane)])
        whole[at(OWN + statistic, lane)], wide[at(PART + statistic, lane)] = own, part
        wide[at(FADE + statistic, lane)] = 1.0
    for lane in range(n):
        row, own = unsigned(lanes.place[at(ROW, lane)]), unsigned(whole[at(OWN + statistic, lane)])
        counts = tails[row, unsigned(statistic)]
        whole[at(REMEMBERED, lane)] = counts[0]
        here, above = count_in(counts, words[row, unsigned(statistic)], own)
        whole[at(HERE + statistic, lane)], whole[at(ABOVE + statistic, lane)] = here, above
        if here == 0:
            wide[at(FADE + statistic, lane)] = fading_of(counts, whole[at(OWN + statistic, lane)])


@compiled
def _tail(lanes: Lanes, statistic: int, lane: int) -> float:
    whole = lanes.whole
    here, above = whole[at(HERE + statistic, lane)], whole[at(ABOVE + statistic, lane)]
    return beyond(here, above, lanes.wide[at(PART + statistic, lane)], lanes.wide[at(FADE + statistic, lane)])


@compiled
def _sum_up(lanes: Lanes, n: int) -> None:
    """Turn the statistics into tail probabilities, and these into one surprise."""
    wide, narrow, whole = lanes.wide, lanes.narrow, lanes.whole
    for lane in range(n):
        one = 1.0 / (whole[at(REMEMBERED, lane)] + 1.0)  # of all values, this one included: as many for all statistics
        level_p, fast_p, jump_p = one * _tail(lanes, 0, lane), one * _tail(lanes, 1, lane), one * _tail(lanes, 2, lane)
        drift_p, unrest_p = one * _tail(lanes, 3, lane), one * _tail(lanes, 4, lane)
        # Level and drift weigh double: a mean of logarithms with weights 1, 1/2, 1/2, 1, 1/2.
        found = log_of(level_p * drift_p * math.sqrt(fast_p * jump_p * unrest_p)) * (-1 / 3.5)
        before = float(narrow[at(SURPRISE, lane)])
        surprise = before + _SMOOTHING * (found - before)
        narrow[at(SURPRISE, lane)] = surprise
        wide[at(STATISTIC + STATISTICS, lane)] = max(surprise, 0.0)
        narrow[at(EVIDENCE, lane)] = trend_of(narrow[at(TREND, lane)], narrow[at(LEAN, lane)]) + _RARE_SHARE * max(
            surprise - _RARE, 0.0
        )


@compiled
def _answer(lanes: Lanes, n: int) -> None:
    """Turn the surprise into a tail probability, and that into the limited answer."""
    narrow, whole = lanes.narrow, lanes.whole
    for lane in range(n):
        probability = _tail(lanes, STATISTICS, lane) * (1.0 / (whole[at(REMEMBERED, lane)] + 1.0))
        evidence, held = log_of(probability) * _TO_DECADES, narrow[at(HELD, lane)] * _HOLD_DECAY
        is_news = evidence > held
        narrow[at(HELD, lane)] = _REARM * evidence if is_news else held
        narrow[at(RARITY, lane)] = probability if is_news else -probability


@compiled
def _learn_level(lanes: Lanes, n: int) -> None:
    """Move levels and scales towards the values, none of them by more than a few scales."""
    wide, narrow = lanes.wide, lanes.narrow
    for lane in range(n):
        value, expected, least = wide[at(VALUE, lane)], wide[at(EXPECTED, lane)], wide[at(LEAST, lane)]
        share, before_last = wide[at(SHARE, lane)], wide[at(BEFORE_LAST, lane)]
        level, scale, last, fast = (
            wide[at(LEVEL, lane)],
            wide[at(SCALE, lane)],
            wide[at(LAST, lane)],
            wide[at(FAST, lane)],
        )
        cut = HUBER * max(scale, least)
        level += max(share, _LEVEL_RATE) * min(max(value - level, -cut), cut)
        wide[at(SCALE, lane)] = moved_scale(scale, least, value - expected, share)
        wide[at(FAST_SCALE, lane)] = moved_scale(wide[at(FAST_SCALE, lane)], least, value - fast, share)
        wide[at(JUMP_SCALE, lane)] = moved_scale(wide[at(JUMP_SCALE, lane)], least, value - last, share)
        # The median of three: a single stray value never reaches the fast level, a step does with its second point.
        middle = max(min(value, last), min(max(value, last), before_last))
        fast += max(share, _FAST_RATE) * (middle - fast)
        is_shift = abs(narrow[at(RUN, lane)]) >= _RUN_TO_SHIFT
        wide[at(LEVEL, lane)] = level + (fast - expected) if is_shift else level
        narrow[at(RUN, lane)] = 0.0 if is_shift else narrow[at(RUN, lane)]
        narrow[at(DRIFT, lane)] = 0.0 if is_shift else narrow[at(DRIFT, lane)]
        wide[at(FAST, lane)] = fast
        wide[at(BEFORE_LAST, lane)], wide[at(LAST, lane)] = last, value
