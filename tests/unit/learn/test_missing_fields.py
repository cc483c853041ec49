from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.histories import PLAIN

from triage.domain import WouldHelp
from triage.learn.fitting import choose_model
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.missing_fields import count_fields
from triage.learn.missing_fitting import with_missing_fields
from triage.learn.missing_kernel import Asked, FieldShares, Wanted, weigh_missing
from triage.learn.model import IncidentModel
from triage.parts import Part

COLUMNS = InputColumns((), ("site", "shift"), opened_at=False)
SITES = ("Bonn", "Lyon", "Osaka")


def drawn(n: int, seed: int) -> tuple[Inputs, dict[str, list[str | None]]]:
    """Draw tickets whose team is that of their site, and whose shift says nothing."""
    generator = np.random.default_rng(seed)
    sites = generator.choice(SITES, n).tolist()
    given_sites = [None if hidden else site for site, hidden in zip(sites, generator.random(n) < 0.2, strict=True)]
    shifts = [None if at % 5 == 0 else str(at % 2) for at in range(n)]
    return Inputs([""] * n, {"site": given_sites, "shift": shifts}), {"team": [f"team {site}" for site in sites]}


@cache
def model() -> IncidentModel:
    fit, held_out = drawn(400, 0), drawn(200, 1)
    found, _ = choose_model(fit, held_out, COLUMNS, PLAIN)
    return with_missing_fields(found, fit, held_out[0])


def one(site: str | None, shift: str | None) -> Inputs:
    return Inputs([""], {"site": [site], "shift": [shift]})


def helps(inputs: Inputs, most_reasons: int = 6, asked: IncidentModel | None = None) -> WouldHelp | None:
    return next((asked or model()).answer(inputs, most_reasons)).answers["team"].would_help


def test_field_that_tells_the_label_is_asked_for_with_what_it_brings() -> None:
    told = helps(one(None, "1"))
    assert told is not None
    assert told.field == "site"
    without = model().probabilities(one(None, "1"))["team"].max()
    given_site = [model().probabilities(one(site, "1"))["team"].max() for site in SITES]
    assert told.gain == pytest.approx(np.mean(given_site) - without, abs=0.05)


def test_field_that_says_nothing_or_is_given_is_not_asked_for() -> None:
    assert helps(one("Bonn", None)) is None
    assert helps(one("Bonn", "1")) is None


def test_nothing_is_asked_for_where_no_reasons_are_wanted() -> None:
    assert helps(one(None, "1"), most_reasons=0) is None


def test_stored_model_asks_for_the_same() -> None:
    part = model().to_part()
    again = IncidentModel.from_part(Part(part.arrays, json.loads(json.dumps(part.document))))
    assert helps(one(None, None), asked=again) == helps(one(None, None))
    old = Part({name: each for name, each in part.arrays.items() if not name.startswith("field_")}, part.document)
    assert helps(one(None, None), asked=IncidentModel.from_part(old)) is None


def test_refit_keeps_what_was_measured() -> None:
    fit = drawn(400, 2)
    again = with_missing_fields(model(), fit)
    assert again.field_table.slopes.tobytes() == model().field_table.slopes.tobytes()
    assert again.field_table.shares.tobytes() != model().field_table.shares.tobytes()


def test_shares_of_a_labels_values_add_up_to_one_and_rare_values_count_as_one() -> None:
    fit = drawn(400, 0)
    many = Inputs(fit[0].texts, {**fit[0].fields, "shift": [f"s{at}" for at in range(400)]})
    shares = count_fields(many, fit[1], model().heads, COLUMNS.fields).shares
    assert shares.shape == (2, 32, 3)
    assert shares.sum(axis=1) == pytest.approx(np.ones((2, 3)), abs=1e-5)


def test_gain_of_an_answer_depends_on_nothing_but_its_row() -> None:
    inputs, _ = drawn(40, 3)
    together = [each.answers["team"].would_help for each in model().answer(inputs)]
    assert together == [helps(inputs.take([row])) for row in range(40)]
    assert any(together)


@given(st.integers(0, 10_000))
def test_expected_gain_is_that_of_bayes_rule_and_never_negative(seed: int) -> None:
    generator = np.random.default_rng(seed)
    chances, shares = generator.dirichlet(np.ones(4)), generator.dirichlet(np.ones(6), 4).T.astype(np.float32)
    known = FieldShares(shares[None], np.ones((1, 1), np.float32), np.zeros(1, np.int32))
    best = (-chances).argsort()[None, None].astype(np.int32)
    wanted = Wanted(np.empty((1, 1), np.int64), np.empty((1, 1)))
    weigh_missing(known, Asked(np.zeros((1, 1), np.int32), chances[None], best, np.array([0, 4])), wanted)
    expected = (shares * chances).max(axis=1).sum() - chances.max()
    assert wanted.gain[0, 0] == pytest.approx(max(expected, 0.0), abs=1e-6)


def test_model_without_fields_asks_for_nothing() -> None:
    texts = ["vpn down", "printer jam"] * 40
    columns, labels = InputColumns(("title",), (), opened_at=False), ["net", "print"] * 40
    fit = Inputs(texts, {}), {"team": labels}
    found, _ = choose_model(fit, fit, columns, PLAIN)
    found = with_missing_fields(found, fit, fit[0])
    assert helps(Inputs(["vpn"], {}), asked=found) is None
    assert replace(found).field_table.slopes.shape == (1, 0)
