from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd
from tests.fakes import MemoryBundle, MemoryShelf
from tests.histories import as_inputs, constructed_history
from tests.unit.training.running import train

from triage.decide.documents import to_policy
from triage.domain import Incident, ModelRef
from triage.engine import Engine, LoadedModel
from triage.learn.features import fit_features
from triage.learn.model import IncidentModel
from triage.learn.risks import RiskModel
from triage.training.evaluation import evaluate
from triage.training.ports import History
from triage.training.risks import choose_history_risks, refit_history_risks
from triage.training.run import TrainingReport

NOW = datetime(2026, 3, 1, tzinfo=UTC)
N = 400


@cache
def history() -> History:
    """Return a history whose tickets from Bonn breach, and of which half are open for longer than it is."""
    plain = constructed_history(N)
    assert plain.opened_at is not None
    slow = np.arange(N) % 2 == 0
    resolved = (plain.opened_at + pd.Timedelta(hours=3)).where(~slow, plain.opened_at + pd.Timedelta(hours=60))
    end = plain.opened_at.iloc[-1]
    breached = pd.Series([site == "Bonn" for site in plain.inputs["site"]], dtype=object)
    outcomes = pd.DataFrame({"resolved_at": resolved.where(resolved <= end), "breached": breached})
    return replace(plain, outcomes=outcomes)


@cache
def trained_on_it() -> tuple[MemoryBundle, TrainingReport]:
    shelf = MemoryShelf()
    report = train(history(), shelf)
    return shelf.load("desk"), report


def test_risk_that_the_history_tells_of_is_learnt_stored_and_judged() -> None:
    bundle, report = trained_on_it()
    (scores,) = report.outlook.risks
    assert (scores.name, scores.n) == ("breach", N // 5)
    assert scores.auc > 0.9
    assert {"risks", "risks_before_refit"} <= set(bundle.parts)
    assert bundle.card["risk_scores"] == [scores.as_document()]


def test_evaluation_of_the_training_file_says_what_the_report_said() -> None:
    bundle, report = trained_on_it()
    assert evaluate(bundle, history()).outlook.risks == report.outlook.risks


def test_engine_answers_the_risk_with_reasons() -> None:
    bundle, _ = trained_on_it()
    model = IncidentModel.from_part(bundle.parts["served"])
    risks = RiskModel.from_part(bundle.parts["risks"], model.features)
    loaded = LoadedModel(ModelRef("desk", "1"), model, to_policy(bundle.parts["policy"]), risks)
    bonn, lyon = (
        Engine([loaded]).handle(Incident("1", "s", NOW, labels={"title": "vpn", "site": site}), NOW)
        for site in ("Bonn", "Lyon")
    )
    assert bonn.risks[0].probability > 2 * lyon.risks[0].probability
    assert bonn.risks[0].reasons[0].value == "Bonn"
    assert bonn.risks[0].model == loaded.ref


def test_history_without_outcomes_has_no_risks() -> None:
    plain = constructed_history(60)
    features = fit_features(as_inputs(plain), plain.columns)
    learnt = choose_history_risks(plain, as_inputs(plain), features)
    assert learnt.model.heads == ()
    assert refit_history_risks(learnt, plain, as_inputs(plain), features).heads == ()


def test_what_is_told_of_open_incidents_is_not_read() -> None:
    told = history()
    is_open = told.outcomes["resolved_at"].isna()
    turned = told.outcomes["breached"].where(~is_open, ~told.outcomes["breached"].astype(bool))
    other = replace(told, outcomes=told.outcomes.assign(breached=turned.astype(object)))
    features = fit_features(as_inputs(told), told.columns)
    learnt = choose_history_risks(told, as_inputs(told), features)
    parts = [refit_history_risks(learnt, each, as_inputs(each), features).to_part() for each in (told, other)]
    assert [array.tobytes() for array in parts[0].arrays.values()] == [
        array.tobytes() for array in parts[1].arrays.values()
    ]
