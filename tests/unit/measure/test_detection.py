from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from triage.errors import UsageError
from triage.measure.detection import EventScores, auc_pr, best_event_f1, event_scores, stretches, vus_pr


def drawn(seed: int, decimals: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels of four stretches in 600 rows, and scores that see them dimly."""
    generator = np.random.default_rng(seed)
    label = np.zeros(600, dtype=bool)
    for begin in generator.integers(20, 560, 4):
        label[begin : begin + generator.integers(1, 25)] = True
    return label, np.round(generator.random(600) + 0.5 * label, decimals)


# By the authors' own code (the package vus 0.0.6, RangeAUC_volume_opt with 250 thresholds) on the same numbers.
@pytest.mark.parametrize(
    ("seed", "decimals", "published"),
    [(0, 6, 0.64666444813), (1, 6, 0.617890979412), (2, 1, 0.618335038309)],
)
def test_vus_pr_is_that_of_its_authors_code(seed: int, decimals: int, published: float) -> None:
    assert vus_pr(*drawn(seed, decimals), 20) == pytest.approx(published, rel=1e-9)


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_auc_pr_is_average_precision(seed: int, decimals: int) -> None:
    label, score = drawn(seed, decimals)
    assert auc_pr(label, score) == pytest.approx(average_precision_score(label, score))


def test_without_a_buffer_a_perfect_score_fills_the_volume() -> None:
    label, _ = drawn(0, 3)
    assert vus_pr(label, label.astype(float), 0) == 1.0


def test_alarm_that_never_ends_finds_nothing_but_an_event_at_its_beginning() -> None:
    label = np.zeros(100, dtype=bool)
    label[40:50] = True
    assert event_scores(label, np.ones(100, dtype=bool)) == EventScores(events=1, found=0, alerts=1, false=1)
    assert best_event_f1(label, np.zeros(100)) == 0.0


def test_alert_ahead_of_an_event_belongs_to_it_only_within_the_time_given() -> None:
    label, alert = np.zeros(100, dtype=bool), np.zeros(100, dtype=bool)
    label[40:50], alert[37] = True, True
    assert event_scores(label, alert, ahead=2).false == 1
    assert event_scores(label, alert, ahead=3) == EventScores(events=1, found=1, alerts=1, false=0)


def test_alerts_close_together_are_one() -> None:
    label, alert = np.zeros(100, dtype=bool), np.zeros(100, dtype=bool)
    alert[[3, 5, 8]] = True
    assert [event_scores(label, alert, gap).alerts for gap in (0, 1, 2)] == [3, 2, 1]


def test_shares_of_event_scores() -> None:
    found = EventScores(events=4, found=3, alerts=6, false=2)
    assert (found.recall, found.precision, found.f1) == (0.75, 4 / 6, 6 / 9)
    assert EventScores(0, 0, 0, 0).recall == EventScores(0, 0, 0, 0).precision == EventScores(0, 0, 0, 0).f1 == 0.0


def test_stretches_of_nothing_are_none() -> None:
    assert stretches(np.zeros(5, dtype=bool)).shape == (0, 2)


@pytest.mark.parametrize("label", [np.zeros(5, dtype=bool), np.ones(4, dtype=bool)])
def test_labels_that_cannot_be_scored_are_refused(label: np.ndarray) -> None:
    for score in (auc_pr, best_event_f1, lambda one, two: vus_pr(one, two, 1)):
        with pytest.raises(UsageError, match="one length"):
            score(label, np.zeros(5))
    with pytest.raises(UsageError, match="buffer"):
        vus_pr(np.ones(5, dtype=bool), np.zeros(5), -1)
