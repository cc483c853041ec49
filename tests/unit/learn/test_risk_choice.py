from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.errors import BundleRefused
from triage.learn.features import Features, fit_features
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.open_cases import Course
from triage.learn.risk_choice import choose_risks, refit_risks
from triage.learn.risk_fitting import RiskLessons, RiskRecipe
from triage.learn.risks import RiskModel
from triage.measure.risks import area_under_curve
from triage.parts import Part

N, CUT = 1200, 900
GENERATOR = np.random.default_rng(3)
SITES, QUEUES = (GENERATOR.choice(list(names), N).tolist() for names in ("abcdef", "uvwxyz"))
WORDS = GENERATOR.choice(["printer", "router", "please", "again"], N).tolist()
# Neither field says anything alone.
ODD = np.array([("abcdef".index(site) + "uvwxyz".index(queue)) % 2 for site, queue in zip(SITES, QUEUES, strict=True)])
CERTAIN = np.ones(N, np.bool_)


def draw(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    return (np.random.default_rng(4).random(N) < chance).astype(np.float64)


BY_PAIR = draw(np.where(ODD == 1, 0.85, 0.1))
BY_WORD = draw(np.where(np.array(WORDS) == "router", 0.9, 0.1))


def inputs(*, with_text: bool, with_fields: bool = True) -> tuple[Inputs, InputColumns]:
    fields: dict[str, list[str | None]] = {"site": list(SITES), "queue": list(QUEUES)} if with_fields else {}
    return (
        Inputs(WORDS if with_text else [""] * N, fields),
        InputColumns(("title",) if with_text else (), tuple(fields), opened_at=False),
    )


def lessons(features: Features, given: Inputs, truth: NDArray[np.float64], rows: range, course: Course) -> RiskLessons:
    taken = np.array(rows)
    return RiskLessons(features.rows(given.take(rows)), {"breach": truth[taken]}, course.take(taken))


def learn(
    truth: NDArray[np.float64],
    *,
    with_text: bool = False,
    with_fields: bool = True,
    course: Course | None = None,
) -> tuple[RiskModel, dict[str, RiskRecipe], Inputs]:
    given, columns = inputs(with_text=with_text, with_fields=with_fields)
    features = fit_features(given.take(range(CUT)), columns)
    ran = course or Course(CERTAIN, np.zeros(N))
    fit, held_out = (lessons(features, given, truth, rows, ran) for rows in (range(700), range(700, CUT)))
    return *choose_risks(features, fit, held_out), given


@cache
def learnt() -> tuple[RiskModel, dict[str, RiskRecipe], Inputs]:
    return learn(BY_PAIR, with_text=True)


def auc_of(model: RiskModel, given: Inputs, truth: NDArray[np.float64]) -> float:
    found = model.heads[0].probabilities(model.features.rows(given.take(range(CUT, N))), model.features)
    return area_under_curve(truth[CUT:], found)


def test_what_two_fields_say_together_is_learnt() -> None:
    model, _, given = learnt()
    assert auc_of(model, given, BY_PAIR) > 0.8


def test_probabilities_are_calibrated() -> None:
    model, _, given = learnt()
    found = model.heads[0].probabilities(model.features.rows(given.take(range(CUT, N))), model.features)
    assert found.mean() == pytest.approx(BY_PAIR[CUT:].mean(), abs=0.06)


@pytest.mark.parametrize("with_fields", [True, False])
def test_text_is_learnt_beside_fields_and_alone(with_fields: bool) -> None:
    model, _, given = learn(BY_WORD, with_text=True, with_fields=with_fields)
    assert auc_of(model, given, BY_WORD) > 0.8


def test_answer_does_not_depend_on_what_else_is_asked() -> None:
    model, _, given = learnt()
    together = model.assess(model.features.rows(given.take(range(30)))[:])
    alone = [model.assess(model.features.rows(given.take([row]))[:])[0] for row in range(30)]
    assert [risk.probability for (risk,) in together] == [risk.probability for (risk,) in alone]


def test_contributions_add_up_to_the_log_odds() -> None:
    model, _, given = learnt()
    (head,) = model.heads
    rows = model.features.rows(given.take(range(20)))
    base = head.intercept * head.linear_share + head.trees.base
    for row, margin in zip(rows, head.margins(rows[:], model.features), strict=True):
        added = head.contributions(row, model.features)
        assert added.sum() + base * head.scale == pytest.approx(margin * head.scale, abs=1e-5)


def test_reasons_name_fields_pairs_and_the_text_largest_first() -> None:
    model, _, given = learnt()
    ((risk,),) = model.assess(model.features.rows(given.take([0]))[:])
    reasons = risk.reasons(given, 0)
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert reasons[0].name == "site + queue"
    assert {reason.kind for reason in risk.reasons(given, 0, most=99)} <= {"field", "text"}
    assert risk.reasons(given, 0, most=0) == ()


def test_stored_risks_answer_as_before_and_fit_their_features_only() -> None:
    model, _, given = learnt()
    again = RiskModel.from_part(model.to_part(), model.features)
    rows = model.features.rows(given.take(range(40)))[:]
    answers = [[each[0].probability for each in one.assess(rows)] for one in (model, again)]
    assert answers[0] == answers[1]
    given_fewer, columns = inputs(with_text=False)
    with pytest.raises(BundleRefused, match="other features"):
        RiskModel.from_part(model.to_part(), fit_features(given_fewer, columns))


def test_part_without_risks_is_refused() -> None:
    with pytest.raises(BundleRefused, match="no risks"):
        RiskModel.from_part(Part({}, {}), learnt()[0].features)


def test_risk_with_too_few_cases_is_not_learnt() -> None:
    rare = np.where(np.arange(N) < 29, 1.0, 0.0)
    model, recipes, _ = learn(rare)
    assert (model.heads, recipes) == ((), {})


def test_rows_whose_end_nobody_tells_are_left_out() -> None:
    told = np.where(np.arange(N) % 3 == 0, np.nan, BY_PAIR)
    model, _, given = learn(told)
    assert auc_of(model, given, BY_PAIR) > 0.8


def test_how_an_open_case_ended_is_never_looked_at() -> None:
    # The bad end takes long: of what was opened late, hardly any is over.
    hours = np.where(BY_PAIR == 1.0, 400.0, 5.0)
    left = (CUT - np.arange(N)).clip(0.0)
    course = Course(hours < left, np.minimum(hours, left))
    flipped = np.where(course.ended, BY_PAIR, 1.0 - BY_PAIR)
    parts = [learn(truth, course=course)[0].to_part() for truth in (BY_PAIR, flipped)]
    assert {name: array.tobytes() for name, array in parts[0].arrays.items()} == {
        name: array.tobytes() for name, array in parts[1].arrays.items()
    }


def test_open_cases_keep_the_rate_up_where_the_bad_end_takes_long() -> None:
    hours = np.where(BY_PAIR == 1.0, 250.0, 5.0)
    left = (CUT - np.arange(N)).clip(0.0)
    course = Course(hours < left, np.minimum(hours, left))
    (model, _, given), (quick, _, _) = learn(BY_PAIR, course=course), learn(np.where(course.ended, BY_PAIR, np.nan))
    found, of_quick = (
        each.heads[0].probabilities(each.features.rows(given.take(range(CUT, N))), each.features).mean()
        for each in (model, quick)
    )
    assert of_quick < found
    assert found == pytest.approx(BY_PAIR[CUT:].mean(), abs=0.15)


def test_refit_keeps_recipes_and_calibration_and_learns_all_rows() -> None:
    model, recipes, given = learn(BY_PAIR)
    served = fit_features(given, model.features.columns)
    again = refit_risks(model, served, lessons(served, given, BY_PAIR, range(N), Course(CERTAIN, np.zeros(N))), recipes)
    (before,), (after,) = model.heads, again.heads
    assert (after.scale, after.shift, after.linear_share) == (before.scale, before.shift, before.linear_share)
    assert after.known.sizes.max() > before.known.sizes.max()
