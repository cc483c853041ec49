from __future__ import annotations

from math import exp, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.measure.warnings import Alerts, Incidents, Verdict, Window, coalesce, judge, score

MINUTE = 60 * 10**9
HOUR = Window(horizon_ns=60 * MINUTE)


def alerts(*minutes: int, entity: int = 0) -> Alerts:
    return Alerts(np.full(len(minutes), entity), np.array(minutes, dtype=np.int64) * MINUTE)


def incident(opened: int, ended: int | None = None, entity: int = 0) -> Incidents:
    end = -1 if ended is None else ended * MINUTE
    return Incidents(np.array([entity]), np.array([opened * MINUTE]), np.array([end]))


def verdicts(found: Alerts, of: Incidents, window: Window = HOUR) -> list[Verdict]:
    return [Verdict(verdict) for verdict in judge(found, of, window).verdict.tolist()]


@pytest.mark.parametrize(
    ("minute", "verdict"),
    [
        (39, Verdict.FALSE),  # 61 minutes before: too early to act on
        (40, Verdict.EARLY),  # exactly G + H before
        (100, Verdict.EARLY),  # at the onset, with no gap
        (101, Verdict.LATE),
        (120, Verdict.LATE),  # at the end
        (121, Verdict.FALSE),
    ],
)
def test_early_late_and_false_have_these_edges(minute: int, verdict: Verdict) -> None:
    assert verdicts(alerts(minute), incident(100, 120)) == [verdict]


@pytest.mark.parametrize(("minute", "verdict"), [(30, Verdict.EARLY), (90, Verdict.EARLY), (91, Verdict.LATE)])
def test_a_gap_moves_the_window_ahead(minute: int, verdict: Verdict) -> None:
    assert verdicts(alerts(minute), incident(100, 120), Window(60 * MINUTE, 10 * MINUTE)) == [verdict]


def test_an_unknown_end_is_one_horizon_after_the_onset() -> None:
    assert verdicts(alerts(160, 161), incident(100)) == [Verdict.LATE, Verdict.FALSE]


def test_an_alert_on_another_entity_is_false() -> None:
    assert verdicts(alerts(90, entity=1), incident(100)) == [Verdict.FALSE]


def test_lead_time_is_from_the_first_early_alert() -> None:
    assert judge(alerts(20, 70, 95), incident(100), HOUR).lead_ns.tolist() == [30 * MINUTE]


def test_alerts_in_a_run_are_one_and_a_pause_begins_another() -> None:
    kept = coalesce(Alerts(np.array([0, 0, 0, 1, 0]), np.array([30, 0, 15, 5, 46]) * MINUTE))
    assert list(zip(kept.entity.tolist(), (kept.start_ns // MINUTE).tolist(), strict=True)) == [(0, 0), (0, 46), (1, 5)]


def test_the_figures_of_a_worked_case() -> None:
    # Two days watched: one early (40 min ahead), one late, two false; one of three incidents without any alert.
    found = alerts(60, 70, 510, 1000, 2000)
    of = Incidents(np.zeros(3, np.int64), np.array([100, 500, 2800]) * MINUTE, np.array([120, 530, -1]) * MINUTE)
    figures = score(found, of, HOUR, watched_ns=2 * 1440 * MINUTE)
    assert (figures.alerts, figures.early, figures.late, figures.false) == (4, 1, 1, 2)
    assert figures.early_recall == pytest.approx(1 / 3)
    assert figures.detection_recall == pytest.approx(2 / 3)
    assert figures.precision == 0.5
    assert figures.false_per_entity_day == 1.0
    assert figures.lead_median_min == figures.lead_p10_min == 40.0
    assert figures.lift == pytest.approx(1 / 3 - (1 - exp(-4 / 48)))
    assert figures.alerts_per_entity_day == 2.0


def test_nothing_to_divide_by_is_nan_and_null_in_json() -> None:
    nothing = np.empty(0, np.int64)
    figures = score(Alerts(nothing, nothing), Incidents(nothing, nothing, nothing), HOUR, watched_ns=0)
    assert isnan(figures.early_recall)
    assert isnan(figures.lift)
    assert figures.as_document()["early_recall"] is None
    assert "early_recall" not in figures.as_metrics()


@pytest.mark.parametrize(("horizon", "gap"), [(0, 0), (-1, 0), (1, -1)])
def test_a_window_without_length_is_refused(horizon: int, gap: int) -> None:
    with pytest.raises(UsageError):
        Window(horizon, gap)


minutes = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3000)), max_size=30)


@given(minutes, minutes)
def test_the_order_of_alerts_and_incidents_does_not_matter(
    raised: list[tuple[int, int]], happened: list[tuple[int, int]]
) -> None:
    def figures(turn: int) -> dict[str, float | int | None]:
        when = np.array(raised[::turn], dtype=np.int64).reshape(-1, 2)
        what = np.array(happened[::turn], dtype=np.int64).reshape(-1, 2)
        ended = (what[:, 1] + 20) * MINUTE
        found = Alerts(when[:, 0], when[:, 1] * MINUTE)
        return score(found, Incidents(what[:, 0], what[:, 1] * MINUTE, ended), HOUR, 3000 * MINUTE).as_document()

    assert figures(1) == figures(-1)


@given(minutes)
def test_every_alert_is_early_late_or_false(raised: list[tuple[int, int]]) -> None:
    when = np.array(raised, dtype=np.int64).reshape(-1, 2)
    figures = score(Alerts(when[:, 0], when[:, 1] * MINUTE), incident(1500, 1600, entity=1), HOUR, 9000 * MINUTE)
    assert figures.early + figures.late + figures.false == figures.alerts
