"""Columns that were filled in after opening, by their values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.datasets.aftermath import Course, aftermath, same_as_refused
from triage.datasets.profiles import Profile


def _profile(name: str, cells: list[str | None]) -> Profile:
    array = np.array(cells, dtype=object)
    given = [cell for cell in cells if cell is not None]
    return Profile(name, array, len(given), len(set(given)), 1.0, is_times=False)


def _over(n_rows: int, n_open: int) -> NDArray[np.bool_]:
    return np.arange(n_rows) < n_rows - n_open


def test_given_wherever_it_is_over_and_nowhere_else_is_later() -> None:
    each = _profile("x", ["a" if at < 80 and at % 3 else None for at in range(100)])
    assert aftermath(each, Course([], _over(100, 20))) is not None


def test_too_few_open_incidents_show_nothing() -> None:
    each = _profile("x", ["a" if at < 95 and at % 3 else None for at in range(100)])
    assert aftermath(each, Course([], _over(100, 5))) is None


def test_given_for_open_incidents_too_is_kept() -> None:
    each = _profile("x", ["a" if at % 3 else None for at in range(100)])
    assert aftermath(each, Course([], _over(100, 40))) is None


def test_clock_readings_and_decimal_commas_are_amounts() -> None:
    took = np.arange(50, dtype=np.float64) * 1800.0
    clocks: list[str | None] = [f"{at // 2}:{at % 2 * 30:02d}" for at in range(50)]
    hours: list[str | None] = [f"{at // 2},{at % 2 * 5}" for at in range(50)]
    assert aftermath(_profile("x", clocks), Course([], None, (took,))) is not None
    assert aftermath(_profile("x", hours), Course([], None, (took,))) is not None


def test_amount_that_has_little_to_do_with_the_time_taken_is_kept() -> None:
    took = np.random.default_rng(0).exponential(3600.0, 200)
    each = _profile("floor", [str(at * 7 % 12) for at in range(200)])
    assert aftermath(each, Course([], None, (took,))) is None


def test_yes_and_no_fit_by_accident_and_are_compared_with_nothing() -> None:
    one, other = (_profile(name, [("yes", "no")[at % 2] for at in range(40)]) for name in ("vip", "breached"))
    assert same_as_refused(one, {"breached": other}, ["breached"]) is None


def test_coarser_column_does_not_say_the_same() -> None:
    agents = _profile("agent", [f"a{at % 6}" for at in range(60)])
    sites = _profile("site", [f"s{at % 6 // 2}" for at in range(60)])
    assert same_as_refused(sites, {"agent": agents}, ["agent"]) is None
