from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.data_folder import find_data_folder
from benchmarks.nab import read_files, windowed_gaussian
from benchmarks.nab_scoring import PROFILES, Judged, best_threshold, cross_fitted, normalised, raw_score

STANDARD, LOW_FP, LOW_FN = PROFILES
N, FIRST, LAST = 1000, 400, 499  # 1,000 rows, the first 150 for learning; one window of 100


def judged(*rows: int) -> Judged:
    score = np.zeros(N)
    score[list(rows)] = 1.0
    return Judged(score, ((FIRST, LAST),))


def sigmoid(position: float) -> float:
    return 2 / (1 + math.exp(5 * position)) - 1


@pytest.mark.parametrize("profile", PROFILES)
def test_perfect_is_100_and_null_is_0(profile: object) -> None:
    assert normalised([judged(FIRST)], profile, 0.5) == pytest.approx(100.0)  # type: ignore[arg-type]  # a Profile
    assert normalised([judged()], profile, 0.5) == pytest.approx(0.0)  # type: ignore[arg-type]  # a Profile


def test_detection_is_worth_less_the_later_it_is() -> None:
    middle = sigmoid(-50 / 100) / sigmoid(-1)
    assert raw_score([judged(450)], STANDARD, 0.5) == pytest.approx(middle)
    assert raw_score([judged(450, 460)], STANDARD, 0.5) == pytest.approx(middle)


def test_false_alert_costs_its_weight_far_from_a_window_and_less_right_after_one() -> None:
    assert raw_score([judged(FIRST, 200)], STANDARD, 0.5) == pytest.approx(1 - 0.11)
    assert raw_score([judged(FIRST, 200)], LOW_FP, 0.5) == pytest.approx(1 - 0.22)
    assert raw_score([judged(FIRST, 900)], STANDARD, 0.5) == pytest.approx(1 - 0.11)
    near = 0.11 * sigmoid(11 / 99)
    assert -0.11 < near < 0
    assert raw_score([judged(FIRST, LAST + 11)], STANDARD, 0.5) == pytest.approx(1 + near)


def test_missed_window_costs_double_where_misses_do() -> None:
    assert raw_score([judged()], STANDARD, 0.5) == -1.0
    assert raw_score([judged()], LOW_FN, 0.5) == -2.0


def test_probationary_rows_do_not_count() -> None:
    assert judged().first_scored == 150
    assert raw_score([judged(FIRST, 149)], STANDARD, 0.5) == pytest.approx(1.0)
    assert Judged(np.zeros(20_000), ()).first_scored == 750


def test_best_threshold_is_the_best_of_all_thresholds() -> None:
    rng = np.random.default_rng(1)
    files = [Judged(rng.random(N).round(2), ((FIRST, LAST), (700, 720))) for _ in range(3)]
    for profile in PROFILES:
        tried = [normalised(files, profile, threshold) for threshold in np.append(np.unique(files[0].score), 2.0)]
        assert normalised(files, profile, best_threshold(files, profile)) == pytest.approx(max(tried))


def test_cross_fitted_threshold_is_the_other_halfs() -> None:
    low, high = judged(FIRST), judged(FIRST)
    high.score[:] *= 2.0
    high.score[200:300] = 1.0
    assert cross_fitted([low, low], STANDARD) == pytest.approx(100.0)
    assert cross_fitted([low, high], STANDARD) < best_on_both(low, high) < 100.0


def best_on_both(*files: Judged) -> float:
    return normalised(files, STANDARD, best_threshold(files, STANDARD))


@pytest.mark.real_data
def test_scorer_gives_the_published_windowed_gaussian_its_known_points() -> None:
    folder, reason = find_data_folder()
    if folder is None:
        pytest.skip(reason)
    files = read_files(folder / "metrics" / "nab")
    assert len(files) == 29
    found = [Judged(windowed_gaussian(file), file.windows) for file in files]
    assert normalised(found, STANDARD, best_threshold(found, STANDARD)) == pytest.approx(47.4, abs=1.0)
    assert cross_fitted(found, STANDARD) == pytest.approx(46.7, abs=1.5)
