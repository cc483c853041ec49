from __future__ import annotations

import numpy as np

from triage.learn.features import fit_features
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.open_cases import Course
from triage.learn.risk_fitting import RiskLessons, RiskRecipe, fit_risk
from triage.measure.risks import area_under_curve

N = 600
GENERATOR = np.random.default_rng(5)
SITES, QUEUES = (GENERATOR.choice(list("abcd"), N).tolist() for _ in range(2))
# Neither field says anything alone.
ODD = np.array([(ord(site) + ord(queue)) % 2 for site, queue in zip(SITES, QUEUES, strict=True)], float)
GIVEN = Inputs([""] * N, {"site": list(SITES), "queue": list(QUEUES)})
FEATURES = fit_features(GIVEN, InputColumns((), ("site", "queue"), opened_at=False))
ENDED = Course(np.ones(N, np.bool_), np.zeros(N))


def test_a_recipe_says_whether_trees_are_boosted() -> None:
    lessons = RiskLessons(FEATURES.rows(GIVEN), {"breach": ODD}, ENDED)
    linear, boosted = (fit_risk(FEATURES, lessons, "breach", RiskRecipe(0.1, trees)) for trees in (False, True))
    assert (len(linear.trees), linear.linear_share) == (0, 1.0)
    assert len(boosted.trees) > 0
    assert area_under_curve(ODD, boosted.margins(lessons.rows, FEATURES)) > 0.95


def test_lessons_leave_out_ended_cases_of_which_nobody_says_anything() -> None:
    truth = np.array([1.0, np.nan, 0.0, 1.0])
    course = Course(np.array([True, True, True, False]), np.zeros(4))
    kept, told, left = RiskLessons(FEATURES.rows(GIVEN.take(range(4))), {"breach": truth}, course).of("breach")
    assert kept.tolist() == [0, 2, 3]
    np.testing.assert_array_equal(told, [1.0, 0.0, np.nan])
    assert left.ended.tolist() == [True, True, False]


def test_every_third_case_may_be_the_bad_one() -> None:
    texts = Inputs([f"{word} is down" for word in ("vpn", "mail", "disk")] * (N // 3), GIVEN.fields)
    features = fit_features(texts, InputColumns(("text",), ("site", "queue"), opened_at=False))
    third = (np.arange(N) % 3 == 0).astype(float)
    lessons = RiskLessons(features.rows(texts), {"breach": third}, ENDED)
    boosted = fit_risk(features, lessons, "breach", RiskRecipe(1.0, with_trees=True))
    assert area_under_curve(third, boosted.margins(lessons.rows, features)) > 0.95
