from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.histories import PLAIN, constructed_history, fitted_model

from triage.decide.choices import target_choices, target_probabilities
from triage.decide.documents import to_part, to_policy
from triage.decide.familiarity import Familiarity
from triage.decide.policy import Policy, TargetPolicy
from triage.decide.priority import PriorityRule, learn_matrix
from triage.decide.promise import Threshold
from triage.domain import Contradiction, Decision, Incident, ModelRef, Prediction, Triage
from triage.engine import Engine, LoadedModel
from triage.learn.fitting import choose_model
from triage.learn.inputs import InputColumns, Inputs, from_frame
from triage.learn.model import IncidentModel
from triage.measure.calibration import Calibration
from triage.parts import Part

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TARGET = TargetPolicy(0.95, auto=Threshold(0.9, 153, 150, 0.951), suggest=Threshold(0.5, 300, 200, 0.6))
MATRIX = learn_matrix(["1", "2"], ["1", "2"], [(None, None, priority) for priority in ("1", "2", "3", "4", "5")])
RULE = PriorityRule("impact", "urgency", "priority", ("1", "2", "3"), MATRIX, Calibration(0.8))


def loaded(name: str = "desk", *targets: str) -> LoadedModel:
    heads = tuple(head for head in fitted_model().heads if head.target in (targets or ("topic", "impact", "urgency")))
    derived = {} if targets else {"priority": TARGET}
    policy = Policy({head.target: TARGET for head in heads} | derived, None if targets else RULE)
    return LoadedModel(ModelRef(name, "7"), replace(fitted_model(), heads=heads), policy)


def fit_on_titles(titles: list[str], labels: list[str]) -> LoadedModel:
    columns, nothing = InputColumns(("title",), (), opened_at=False), Inputs([], {})
    model, _ = choose_model((Inputs(titles, {}), {"topic": labels}), (nothing, {"topic": []}), columns, PLAIN)
    return LoadedModel(ModelRef("many", "1"), model, Policy({"topic": TARGET}))


def incidents(n: int, seed: int) -> list[Incident]:
    history = constructed_history(n, seed)
    assert history.opened_at is not None
    rows = zip(history.inputs.to_dict("records"), history.opened_at, strict=True)
    return [
        Incident(
            f"INC{number}", "desk", NOW, at.to_pydatetime(), {str(name): cell for name, cell in row.items() if cell}
        )
        for number, (row, at) in enumerate(rows)
    ]


def incident(**labels: str) -> Incident:
    return Incident("INC1", "desk", NOW, None, labels)


def predictions(triage: Triage) -> dict[str, Prediction]:
    return {prediction.target: prediction for prediction in triage.predictions}


ENGINE = Engine([loaded()])
# Ordinary ones of three languages, and the ones that a model knows least about.
EVENTS = [
    *incidents(16, seed=99),
    incident(),
    incident(title=""),
    incident(title="never heard of", site="Atlantis"),
    incident(title="服务器完全没有反应"),
    incident(title="vpn " * 3000),
    Incident("INC2", "desk", NOW, NOW, {}),
]
APART = [ENGINE.handle(event, NOW) for event in EVENTS]


@given(st.lists(st.integers(0, len(EVENTS) - 1), max_size=10))
def test_answer_and_reasons_do_not_depend_on_the_batch_to_the_last_bit(chosen: list[int]) -> None:
    together = ENGINE.handle_many([EVENTS[at] for at in chosen], NOW)
    assert together == [APART[at] for at in chosen]
    assert repr(together) == repr([APART[at] for at in chosen])


def test_stored_model_and_policy_answer_to_the_last_bit_alike() -> None:
    parts = [loaded().model.to_part(), to_part(loaded().policy)]
    model, policy = (Part(part.arrays, json.loads(json.dumps(part.document, sort_keys=True))) for part in parts)
    again = Engine([LoadedModel(ModelRef("desk", "7"), IncidentModel.from_part(model), to_policy(policy))])
    assert repr(again.handle_many(EVENTS, NOW)) == repr(APART)


def test_file_and_live_probabilities_are_the_same_to_the_last_bit() -> None:
    history = constructed_history(30, seed=5)
    model = loaded().model
    of_heads = model.probabilities(from_frame(history.inputs, history.opened_at, model.columns))
    found = target_probabilities(
        loaded().policy, {head.target: (head.classes, of_heads[head.target]) for head in model.heads}
    )
    for at, triage in enumerate(ENGINE.handle_many(incidents(30, seed=5), NOW)):
        for target, prediction in predictions(triage).items():
            labels, probabilities = found[target]
            by_label = dict(zip(labels, probabilities[at].tolist(), strict=True))
            assert {ranked.label: ranked.probability for ranked in prediction.ranked} == by_label


def test_order_and_number_of_further_labels_do_not_matter() -> None:
    labels = {"title": "vpn down", "site": "Bonn", "description": "router"}
    turned = dict(reversed(labels.items())) | {"colour": "red", "assigned_to": "someone"}
    assert ENGINE.handle(incident(**labels), NOW) == ENGINE.handle(incident(**turned), NOW)


def test_answers_bear_their_incidents_and_the_moment() -> None:
    events = [Incident("a", "x", NOW), Incident("b", "y", NOW)]
    later = NOW + timedelta(hours=1)
    triages = ENGINE.handle_many(events, later)
    assert [(triage.incident_id, triage.source, triage.answered_at) for triage in triages] == [
        ("a", "x", later),
        ("b", "y", later),
    ]


def test_no_events_have_no_answers() -> None:
    assert ENGINE.handle_many([], NOW) == []


@pytest.mark.parametrize("event", [incident(), incident(title="???"), Incident("INC2", "desk", NOW, NOW, {})])
def test_incident_that_gives_nothing_is_answered_and_abstained_on(event: Incident) -> None:
    generous = TargetPolicy(0.95, Threshold(0.0, 400, 400, 0.99), None)
    policy = Policy(dict.fromkeys(loaded().policy.targets, generous), RULE)
    for prediction in Engine([replace(loaded(), policy=policy)]).handle(event, NOW).predictions:
        assert prediction.decision is Decision.ABSTAIN
        assert "nothing that the model reads" in prediction.why
        assert len(prediction.ranked) >= 2


def test_decision_follows_the_policy_of_the_likeliest_label() -> None:
    seen = set()
    for triage in APART[:16]:
        for prediction in triage.predictions:
            decision, why = TARGET.decide(prediction.ranked[0].probability)
            assert prediction.decision is decision
            assert prediction.why.startswith(why)
            seen.add(prediction.decision)
    assert seen == set(Decision)


def test_labels_are_ranked_by_probability_and_at_most_five() -> None:
    many = fit_on_titles([f"word{number % 9}" for number in range(90)], [f"label {number % 9}" for number in range(90)])
    ranked = Engine([many]).handle(incident(title="word3"), NOW).predictions[0].ranked
    assert len(ranked) == 5
    assert ranked[0].label == "label 3"
    assert [each.probability for each in ranked] == sorted((each.probability for each in ranked), reverse=True)


def test_whatever_was_never_seen_is_answered() -> None:
    for triage in APART:
        assert [prediction.target for prediction in triage.predictions] == ["topic", "impact", "urgency", "priority"]
        for prediction in triage.predictions:
            assert sum(ranked.probability for ranked in prediction.ranked) == pytest.approx(1.0)
            assert all(np.isfinite(reason.contribution) for reason in prediction.reasons)
        assert triage.degraded == ""


def test_reasons_for_priority_are_the_impact_and_the_urgency_that_were_predicted() -> None:
    found = predictions(ENGINE.handle(incident(title="vpn", site="Bonn", description="urgent"), NOW))
    reasons = found["priority"].reasons
    assert [(reason.kind, reason.name) for reason in reasons] == [("target", "impact"), ("target", "urgency")]
    for reason in reasons:
        best = found[reason.name].ranked[0]
        assert reason.value == best.label
        assert reason.contribution == pytest.approx(np.log(best.probability / (1 - best.probability)))


def test_why_of_a_priority_says_what_is_assumed_and_what_contradicts_it() -> None:
    silent = predictions(ENGINE.handle(incident(title="vpn"), NOW))
    assert silent["priority"].why.endswith(
        f"Not given, so predicted: impact {silent['impact'].ranked[0].label!r} "
        f"and urgency {silent['urgency'].ranked[0].label!r}."
    )
    told = predictions(ENGINE.handle(incident(title="vpn", impact="1", urgency="1", priority="3"), NOW))
    assert "Contradiction: priority '3' is given" in told["priority"].why
    assert "Contradiction" not in told["impact"].why


def test_label_that_came_up_after_the_matrix_was_read_is_answered() -> None:
    impact = fitted_model().head("impact")
    with_new = replace(impact, classes=("0", "2"))
    heads = (with_new, *(head for head in loaded().model.heads if head.target != "impact"))
    engine = Engine([replace(loaded(), model=replace(loaded().model, heads=heads))])
    ranked = predictions(engine.handle(incident(title="vpn", site="Bonn"), NOW))["priority"].ranked
    assert sum(each.probability for each in ranked) == pytest.approx(1.0)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_number_of_reasons_is_bounded_and_leaves_the_answer_alone(most: int) -> None:
    for few, usual in zip(Engine([loaded()], most_reasons=most).handle_many(EVENTS, NOW), APART, strict=True):
        for prediction, full in zip(few.predictions, usual.predictions, strict=True):
            assert prediction._replace(reasons=()) == full._replace(reasons=())
            if full.target != "priority":
                assert prediction.reasons == full.reasons[:most]
            assert bool(prediction.reasons) == bool(most)


def test_without_a_model_the_answer_is_degraded_and_empty() -> None:
    engine = Engine([])
    triage = engine.handle(incident(title="vpn"), NOW)
    assert engine.models == ()
    assert triage.predictions == ()
    assert "No model is loaded" in triage.degraded


def test_what_is_lacking_is_said_in_every_answer() -> None:
    engine = Engine([loaded()], degraded="Model 'hr' was refused.")
    assert [triage.degraded for triage in engine.handle_many(EVENTS[:2], NOW)] == ["Model 'hr' was refused."] * 2


def test_first_of_two_models_answers_for_a_target_of_both() -> None:
    engine = Engine([loaded("first", "topic"), loaded("second", "topic", "impact")])
    found = predictions(engine.handle(incident(title="vpn"), NOW))
    assert {target: prediction.model.name for target, prediction in found.items()} == {
        "topic": "first",
        "impact": "second",
    }
    assert engine.models == (ModelRef("first", "7"), ModelRef("second", "7"))


def test_strange_incident_is_trusted_less_and_the_reason_is_said() -> None:
    plain = loaded()
    doubting = replace(plain, policy=replace(plain.policy, familiarity=Familiarity(0.1, ("site",))))
    usual, elsewhere, strange = (
        incident(title="printer paper jam", site="Bonn"),
        incident(title="printer paper jam", site="Atlantis"),
        incident(title="tulostimen paperitukos printer kolmannessa kerroksessa", site="Bonn"),
    )
    order = [Decision.ABSTAIN, Decision.SUGGEST, Decision.AUTO]
    for event, told in ((usual, ""), (elsewhere, "'site'"), (strange, "another language")):
        before = predictions(Engine([plain]).handle(event, NOW))["topic"]
        after = predictions(Engine([doubting]).handle(event, NOW))["topic"]
        step = 1 if told and before.decision is not Decision.ABSTAIN else 0
        assert order.index(after.decision) == order.index(before.decision) - step
        assert told in after.why


def test_familiarity_and_rare_labels_survive_storage() -> None:
    policy = Policy({"topic": replace(TARGET, rare=("lift",))}, None, Familiarity(0.1, ("site",)))
    assert to_policy(to_part(policy)) == policy


def test_priority_that_costs_least_is_answered_and_the_likelier_one_is_named() -> None:
    plain = loaded()
    dear = replace(plain, policy=replace(plain.policy, priority=replace(RULE, under_cost=50.0)))
    events = incidents(30, seed=5)
    usual, careful = (Engine([one]).handle_many(events, NOW) for one in (plain, dear))
    changed = 0
    for before, after in zip(usual, careful, strict=True):
        was, now = predictions(before)["priority"], predictions(after)["priority"]
        assert sorted(was.ranked) == sorted(now.ranked)
        assert now.ranked[0].label <= was.ranked[0].label
        if now.ranked[0] != was.ranked[0]:
            changed += 1
            assert f"Taken before {was.ranked[0].label!r}, which is likelier" in now.why
        else:
            assert "Taken before" not in now.why
    assert changed


def test_choices_of_columns_are_those_of_answers() -> None:
    plain = loaded()
    dear = replace(plain, policy=replace(plain.policy, priority=replace(RULE, under_cost=50.0)))
    history = constructed_history(30, seed=5)
    inputs = from_frame(history.inputs, history.opened_at, history.columns)
    of_heads = {head.target: (head.classes, dear.model.probabilities(inputs)[head.target]) for head in dear.model.heads}
    found = target_probabilities(dear.policy, of_heads)
    answered = Engine([dear]).handle_many(incidents(30, seed=5), NOW)
    for target, chosen in target_choices(dear.policy, found).items():
        labels = [found[target][0][at] for at in chosen.tolist()]
        assert labels == [predictions(answer)[target].ranked[0].label for answer in answered]


def test_contradicting_priority_is_a_field_of_the_answer() -> None:
    given_ = incident(impact="1", urgency="1", priority="3")
    (answer,) = ENGINE.handle_many([given_], NOW)
    assert answer.contradictions == (Contradiction("priority", "3", "1", {"impact": "1", "urgency": "1"}),)
    (consistent,) = ENGINE.handle_many([incident(impact="1", urgency="1", priority="1")], NOW)
    assert consistent.contradictions == ()


def test_cost_of_under_triage_survives_storage() -> None:
    policy = replace(loaded().policy, priority=replace(RULE, under_cost=3.0))
    assert to_policy(to_part(policy)) == policy
