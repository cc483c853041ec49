"""What holds of every model of incidents, whatever the file: of its heads, risks, hours and precedents alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.fakes import MemoryRuns
from tests.histories import constructed_history
from tests.unit.training.running import quick_request

from triage.bootstrap.labelled_columns import AddedColumns
from triage.datasets import ReadOptions, Table, to_history
from triage.decide.documents import to_policy
from triage.decide.service_levels import ServiceLevels
from triage.domain import Incident, PrecedentQuery, Triage
from triage.engine import Engine, LoadedModel
from triage.parts import Parts
from triage.registry import Shelf
from triage.registry.loading import to_loaded
from triage.training.evaluation import split_history
from triage.training.ports import History
from triage.training.request import Places
from triage.training.run import train_incidents

N = 300
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = ReadOptions(text=("title", "description"), fields=("site", "reported_by"), targets=("topic",))
# A fit takes half a second, so that little is tried and nothing is tried again for a smaller example.
FEW = settings(max_examples=2, database=None, phases=[Phase.generate])


@cache
def file() -> pd.DataFrame:
    """Return tickets an hour apart: those from Bonn breach, and every third is open longer than most."""
    made = constructed_history(N)
    assert made.opened_at is not None
    hours = np.random.default_rng(5).exponential(np.where(np.arange(N) % 3 == 0, 40.0, 4.0))
    resolved = made.opened_at + pd.to_timedelta(hours, unit="h")
    frame = pd.DataFrame(
        {
            "number": made.ids,
            "opened_at": made.opened_at.dt.strftime("%Y-%m-%d %H:%M:%S"),
            **{str(name): made.inputs[name] for name in made.inputs},
            "topic": made.targets["topic"],
            "resolved_at": resolved.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "made_sla": np.where(made.inputs["site"] == "Bonn", "false", "true"),
            "close_notes": [f"Step {at % 7} helped" for at in range(N)],
        }
    )
    return frame.astype("str").where(frame.notna())


def read(frame: pd.DataFrame) -> History:
    frame = frame.reset_index(drop=True).astype("str")
    return to_history(Table(Path("t.csv"), frame, tuple(frame.columns), np.arange(2, len(frame) + 2)), OPTIONS)


def trained(frame: pd.DataFrame, folder: Path, hour: int = 0) -> Shelf:
    shelf = Shelf(folder, lambda: NOW + timedelta(hours=hour))
    train_incidents(read(frame), quick_request(), Places(shelf, MemoryRuns(), lambda _: None))
    return shelf


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return trained(file(), tmp_path_factory.mktemp("usual"))


def loaded(shelf: Shelf) -> LoadedModel:
    return to_loaded(shelf.load("desk"))


def content(parts: Parts, *names: str) -> dict[str, object]:
    return {
        name: (part.document, {key: array.tobytes() for key, array in part.arrays.items()})
        for name, part in parts.items()
        if name in names or not names
    }


def chosen_before(parts: Parts) -> object:
    """Return what of a policy was chosen by rows before the newest; labels that came up only then are rare."""
    policy = to_policy(parts["policy"])
    rules = [(target, rule.auto, rule.suggest, set(rule.rare) - {"lift"}) for target, rule in policy.targets.items()]
    return rules, policy.familiarity


def asked(**labels: str) -> Incident:
    return Incident("new", "desk", NOW, NOW, labels)


def told(triage: Triage) -> object:
    """Return all that an answer says but for whose it is and when."""
    return (
        [(each.target, each.ranked, each.decision, each.reasons) for each in triage.predictions],
        [(each.name, each.probability, each.reasons) for each in triage.risks],
        triage.duration and triage.duration.quantiles,
        [(each.id, each.similarity, each.labels, each.fix, each.hours) for each in triage.precedents],
        triage.duplicate,
    )


def test_the_models_hold_everything_that_the_properties_are_of(usual: Shelf) -> None:
    shelf = usual
    answer = Engine([loaded(shelf)]).handle(asked(title="vpn router", site="Bonn"), NOW)
    assert answer.predictions
    assert [risk.name for risk in answer.risks] == ["breach"]
    assert answer.duration is not None
    assert answer.precedents
    assert {"risks_before_refit", "duration_before_refit", "before_refit"} <= set(shelf.load("desk").parts)


def test_breaches_follow_from_hours_and_limits_where_no_model_has_learnt_them(usual: Shelf) -> None:
    unlearnt = replace(loaded(usual), risks=None)
    limits = ServiceLevels("topic", {"network": 1.0, "printing": 200.0, "access": 200.0})
    events = [asked(title=title, site="Bonn") for title in ("vpn router", "printer toner", "")]
    engine = Engine([unlearnt], levels=limits)
    answers = engine.handle_many(events, NOW)
    chances = [risk.probability for answer in answers for risk in answer.risks if risk.name == "breach"]
    assert len(chances) == len(answers) - sum(answer.duration is None for answer in answers)
    assert chances[0] > chances[1]
    added = AddedColumns.of(unlearnt, reasons=False, precedents=False, has_limits=True)
    assert [cell for cell in added.cells(answers)["breach_prob"] if cell] == [repr(chance) for chance in chances]
    # Neither without limits nor where a model has learnt it.
    assert not Engine([unlearnt]).handle(events[0], NOW).risks
    learnt = [Engine([loaded(usual)], levels=each).handle(events[0], NOW) for each in (None, limits)]
    assert told(learnt[0]) == told(learnt[1])
    assert "breach_prob" not in AddedColumns.of(unlearnt, reasons=False, precedents=False).names()


def test_the_same_history_gives_the_same_bundle_on_another_shelf_at_another_time(
    usual: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, second = usual, trained(file(), tmp_path_factory.mktemp("again"), hour=5)
    one, other = first.verify("desk"), second.verify("desk")
    assert one.content_sha256 == other.content_sha256
    assert one.card == other.card
    assert one.created_at != other.created_at


@FEW
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_with_times_does_not_matter(
    usual: Shelf, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(N)
    shelf = trained(file().iloc[order], tmp_path_factory.mktemp("rows"))
    assert shelf.verify("desk").content_sha256 == usual.verify("desk").content_sha256


@FEW
@given(data=st.data())
def test_the_order_of_columns_does_not_matter(
    usual: Shelf, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = data.draw(st.permutations(list(file().columns)))
    shelf = trained(file()[names], tmp_path_factory.mktemp("columns"))
    assert shelf.verify("desk").content_sha256 == usual.verify("desk").content_sha256


def test_a_loaded_model_is_stored_again_to_the_same_bytes(usual: Shelf) -> None:
    parts = usual.load("desk").parts
    model = loaded(usual)
    assert model.risks is not None
    assert model.duration is not None
    assert model.precedents is not None
    again = {
        "served": model.model.to_part(),
        "risks": model.risks.to_part(),
        "duration": model.duration.to_part(),
        "precedents": model.precedents.to_part(),
    }
    assert content(again) == content(parts, *again)


@FEW
@given(seed=st.integers(0, 2**32 - 1))
def test_what_came_or_became_known_after_the_newest_slice_began_changes_nothing_that_is_judged(
    usual: Shelf, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    history, generator = read(file()), np.random.default_rng(seed)
    split = split_history(history)
    assert history.opened_at is not None
    frame = file().copy()
    late = (pd.to_datetime(frame["resolved_at"], utc=True) > history.opened_at[split.newest[0]]).to_numpy()
    # How open cases ended, and when, is not known then.
    frame.loc[late, "topic"] = generator.choice(["network", "printing", "access", "lift"], late.sum())
    frame.loc[late, "made_sla"] = generator.choice(["true", "false"], late.sum())
    later = pd.to_datetime(frame["resolved_at"]) + pd.to_timedelta(generator.integers(1, 900, N), unit="h")
    frame.loc[late, "resolved_at"] = later[late].dt.strftime("%Y-%m-%d %H:%M:%S")
    frame.loc[split.newest, "description"] = [f"another {at}" for at in generator.integers(0, 9, len(split.newest))]
    parts = trained(frame, tmp_path_factory.mktemp("later")).load("desk").parts
    before = ("before_refit", "risks_before_refit", "duration_before_refit")
    assert content(parts, *before) == content(usual.load("desk").parts, *before)
    assert chosen_before(parts) == chosen_before(usual.load("desk").parts)


@settings(max_examples=25, database=None)
@given(hour=st.integers(0, N), words=st.sampled_from(["vpn router gateway", "printer toner", "密码 password login"]))
def test_no_precedent_was_opened_or_is_told_of_before_its_time(usual: Shelf, hour: int, words: str) -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=hour, minutes=30)
    ends = dict(zip(file()["number"], pd.to_datetime(file()["resolved_at"], utc=True), strict=True))
    # The first says it in the model's own column, as a sender does who knows no other.
    own = Incident("a", "desk", NOW, None, {"title": words, "opened_at": at.isoformat()})
    usual_way = Incident("b", "desk", NOW, at, {"title": words})
    answers = Engine([loaded(usual)]).handle_many([own, usual_way], NOW, PrecedentQuery(20))
    for answer in answers:
        for each in answer.precedents:
            assert each.opened_at is not None
            assert each.opened_at <= at
            assert bool(each.labels or each.fix or each.hours) == (ends[each.id] <= at)


@settings(max_examples=25, database=None)
@given(
    labels=st.dictionaries(
        st.sampled_from(["title", "description", "site", "reported_by", "topic", "other"]),
        st.text(max_size=30) | st.sampled_from(["", "   ", "never seen", "\n\x00", "Bonn"]),
    )
)
def test_whatever_was_never_seen_is_answered_alone_as_among_others(usual: Shelf, labels: dict[str, str]) -> None:
    engine = Engine([loaded(usual)])
    alone = engine.handle(asked(**labels), NOW)
    among = engine.handle_many([asked(title="vpn"), asked(**labels), asked()], NOW)[1]
    assert told(alone) == told(among)
    for prediction in alone.predictions:
        assert abs(sum(each.probability for each in prediction.ranked) - 1.0) < 1e-9
    assert all(0.0 <= risk.probability <= 1.0 for risk in alone.risks)


def test_labels_of_the_newest_rows_alone_are_answered_and_never_automatic(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    frame = file().copy()
    frame.loc[N - 5 :, ["topic", "title"]] = ["lift", "lift stuck between floors"]
    engine = Engine([loaded(trained(frame, tmp_path_factory.mktemp("new")))])
    (answer,) = engine.handle(asked(title="lift stuck between floors"), NOW).predictions
    assert "lift" in {each.label for each in answer.ranked}
    assert answer.decision.value != "auto" or answer.ranked[0].label != "lift"
