from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from triage.measure.risks import area_under_curve, score_risk

GENERATOR = np.random.default_rng(0)
TRUTH = (GENERATOR.random(300) < 0.3).astype(float)
SAID = np.clip(np.round(0.3 + 0.3 * TRUTH + GENERATOR.normal(size=300) / 5, 2), 0, 1)


def test_scores_are_those_of_scikit_learn() -> None:
    scores = score_risk("breach", TRUTH, SAID)
    assert scores.auc == pytest.approx(roc_auc_score(TRUTH, SAID))
    assert scores.brier == pytest.approx(brier_score_loss(TRUTH, SAID))
    assert scores.brier_of_rate == pytest.approx(brier_score_loss(TRUTH, np.full(300, TRUTH.mean())))


def test_rows_whose_end_is_not_known_are_not_judged() -> None:
    more = score_risk("breach", np.append(TRUTH, np.nan), np.append(SAID, 1.0))
    assert more == score_risk("breach", TRUTH, SAID)


def test_rate_said_throughout_is_calibrated_and_tells_nothing() -> None:
    scores = score_risk("breach", TRUTH, np.full(300, TRUTH.mean()))
    assert scores.auc == 0.5
    assert scores.calibration_error == pytest.approx(0.0)


def test_overconfidence_is_an_error_of_its_size() -> None:
    assert score_risk("breach", np.array([1.0, 0.0] * 50), np.full(100, 0.9)).calibration_error == pytest.approx(0.4)


def test_curve_of_a_single_kind_has_no_area() -> None:
    assert np.isnan(area_under_curve(np.ones(3), np.arange(3.0)))
    assert "risk.breach.auc" not in score_risk("breach", np.ones(3), np.full(3, 0.5)).as_metrics()


def test_nothing_to_judge_is_told_as_null() -> None:
    assert score_risk("breach", np.array([np.nan]), np.array([0.5])).as_document() == {
        "risk": "breach",
        "n": 0,
        "rate": None,
        "auc": None,
        "brier": None,
        "brier_of_rate": None,
        "calibration_error": None,
    }
