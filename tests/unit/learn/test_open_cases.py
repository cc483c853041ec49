from __future__ import annotations

import numpy as np
import pytest

from triage.learn.open_cases import Course, expect_outcomes

# Those that ended badly took 30 to 50 hours, the others 1 to 5.
ENDED = np.array([True] * 20 + [False] * 3)
HOURS = np.array([*np.linspace(1, 5, 10), *np.linspace(30, 50, 10), 0.5, 10.0, 400.0])
LIKELY = np.array([0.0] * 10 + [1.0] * 10 + [0.4] * 3)


def expected() -> np.ndarray:
    return expect_outcomes(Course(ENDED, HOURS), LIKELY, np.full(23, 0.4))


def test_what_is_over_is_not_doubted() -> None:
    assert expected()[:20].tolist() == LIKELY[:20].tolist()


def test_longer_waiting_than_quick_cases_ever_took_speaks_for_the_slow_kind() -> None:
    assert expected()[21] > 0.75


def test_case_that_was_just_opened_is_as_likely_as_at_its_opening() -> None:
    assert expected()[20] == pytest.approx(0.4)


def test_waiting_beyond_everything_known_still_gives_a_probability() -> None:
    assert 0.0 <= expected()[22] <= 1.0


def test_nothing_open_changes_nothing() -> None:
    course = Course(ENDED, HOURS).take(np.arange(20))
    assert expect_outcomes(course, LIKELY[:20], np.zeros(20)).tolist() == LIKELY[:20].tolist()


def test_order_of_the_cases_does_not_matter() -> None:
    turned = np.arange(23)[::-1]
    course = Course(ENDED, HOURS).take(turned)
    assert expect_outcomes(course, LIKELY[turned], np.full(23, 0.4))[::-1] == pytest.approx(expected())


def test_order_of_cases_that_took_equally_long_does_not_matter() -> None:
    # In whole hours, as many a file has them, what is still open is often as old as others became.
    ended, hours = np.arange(40) % 4 > 0, np.repeat([1.0, 2.0, 5.0, 8.0], 10)
    likely = np.where(ended, np.arange(40) % 3 == 0, 0.4)
    found = expect_outcomes(Course(ended, hours), likely, np.full(40, 0.4))
    for turned in (np.arange(40)[::-1], np.argsort(ended, kind="stable")):
        again = expect_outcomes(Course(ended[turned], hours[turned]), likely[turned], np.full(40, 0.4))
        assert again == pytest.approx(found[turned], abs=1e-12)
