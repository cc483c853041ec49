from __future__ import annotations

from math import inf

import numpy as np
import pytest

from triage.learn.bag_fitting import UNITS_A_BAG
from triage.learn.fitting import Effort, choose_model, refit_model
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.model import IncidentModel

COLUMNS = InputColumns((), ("colour", "shape", "size"), False)
MIXED = Effort((3.0,), (inf,), n_bags=1)


def three_way(n: int, seed: int = 0) -> tuple[Inputs, dict[str, list[str | None]]]:
    """Incidents whose team follows from three fields together, and from no two of them."""
    generator = np.random.default_rng(seed)
    colour, shape, size = generator.integers(0, 2, (3, n))
    team = [f"team {at}" if generator.random() > 0.05 else "team 0" for at in colour ^ shape ^ size]
    fields: dict[str, list[str | None]] = {
        "colour": [("red", "blue")[at] for at in colour],
        "shape": [("round", "flat")[at] for at in shape],
        "size": [("small", "large")[at] for at in size],
    }
    return Inputs([""] * n, fields), {"team": list(team)}


def accuracy(model: IncidentModel, rows: tuple[Inputs, dict[str, list[str | None]]]) -> float:
    found = model.probabilities(rows[0])["team"].argmax(axis=1)
    classes = model.head("team").classes
    return float(np.mean([classes[at] == label for at, label in zip(found, rows[1]["team"], strict=True)]))


def test_hidden_units_learn_what_fields_say_together() -> None:
    linear, _ = choose_model(three_way(300), three_way(100, 1), COLUMNS, Effort((3.0,), (inf,)))
    mixed, recipes = choose_model(three_way(300), three_way(100, 1), COLUMNS, MIXED)
    assert accuracy(linear, three_way(200, 2)) < 0.7
    assert accuracy(mixed, three_way(200, 2)) > 0.9
    assert len(recipes["team"].shares) == 3
    assert mixed.bag.n_units == UNITS_A_BAG


def test_statistics_of_fields_are_mixed_in_only_where_there_is_no_text() -> None:
    columns = InputColumns(("words",), COLUMNS.fields, False)
    slices = [(Inputs(["down again"] * len(rows), rows.fields), of) for rows, of in (three_way(300), three_way(100, 1))]
    _, recipes = choose_model(slices[0], slices[1], columns, MIXED)
    assert len(recipes["team"].shares) == 2


def test_head_stays_linear_where_nothing_can_be_told() -> None:
    inputs, _ = three_way(300)
    drawn = np.random.default_rng(5).integers(0, 2, 300)
    model, recipes = choose_model((inputs, {"team": [f"team {at}" for at in drawn]}), three_way(0), COLUMNS, MIXED)
    assert recipes["team"].shares == (1.0,)
    assert model.bag.n_units == 0


def test_refit_keeps_the_shares_and_knows_new_labels() -> None:
    judged, recipes = choose_model(three_way(300), three_way(100, 1), COLUMNS, MIXED)
    inputs, targets = three_way(400, 3)
    targets["team"][-5:] = ["team new"] * 5
    served = refit_model(judged, inputs, targets, recipes)
    assert served.bag.n_units == judged.bag.n_units
    assert "team new" in served.head("team").classes
    assert accuracy(served, three_way(200, 2)) > 0.9


def test_same_rows_give_the_same_model_to_the_last_bit() -> None:
    parts = [choose_model(three_way(200), three_way(50, 1), COLUMNS, MIXED)[0].to_part() for _ in range(2)]
    for name, array in parts[0].arrays.items():
        assert array.tobytes() == parts[1].arrays[name].tobytes()


def test_reasons_of_a_mixed_head_add_up_to_its_log_odds_less_what_no_feature_adds() -> None:
    model, _ = choose_model(three_way(300), three_way(100, 1), COLUMNS, MIXED)
    back = IncidentModel.from_part(model.to_part())
    rows = three_way(5, 4)[0]
    head = model.head("team")
    levels = model.bag.levels(model.features.rows(rows))
    for answer, again, level in zip(model.answer(rows, 100), back.answer(rows, 100), levels, strict=True):
        found = answer.answers["team"]
        assert found.probabilities.tobytes() == again.answers["team"].probabilities.tobytes()
        of_biases = (model.bag.bias * (level > 0)) @ head.outputs + head.intercept
        log_odds = np.log(found.probabilities) / head.calibration.scale - of_biases
        expected = (log_odds[found.probabilities.argmax()] - log_odds.mean()) * head.calibration.scale
        assert sum(reason.contribution for reason in found.reasons) == pytest.approx(expected, abs=1e-4)
