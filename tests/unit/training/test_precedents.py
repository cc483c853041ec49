from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from tests.histories import as_inputs, constructed_history

from triage.domain import Duplicate, ModelRef, Precedent, PrecedentQuery
from triage.learn.precedents import Asked, Precedents
from triage.training import History
from triage.training.precedents import gather_precedents, judge_precedents

DESK = ModelRef("desk", "1")
EVER = PrecedentQuery(20)


def history(**outcomes: list[object]) -> History:
    made = constructed_history(known_after_h=5.0)
    assert made.opened_at is not None
    resolved = made.opened_at + pd.Timedelta(hours=5)
    columns = {"resolved_at": resolved} | {name: pd.Series(cells, dtype=object) for name, cells in outcomes.items()}
    return replace(made, outcomes=pd.DataFrame(columns))


def ask(
    precedents: Precedents, text: str, wanted: PrecedentQuery = EVER, at: datetime | None = None, **fields: str
) -> tuple[tuple[Precedent, ...], Duplicate | None]:
    return precedents.find(Asked("new", text, fields, at), wanted, DESK)


def test_endings_are_told_with_each_precedent_and_callers_are_cut_from_fixes() -> None:
    made = history(fix=["Restarted for Anna Schmidt, mail a.b@example.org"] * 240, reopened=[True, False, None] * 80)
    made.inputs.loc[:, "reported_by"] = "Anna Schmidt"
    found, _ = ask(gather_precedents(made, as_inputs(made)), "vpn router gateway")
    assert found[0].fix == "Restarted for xxname xxname, mail xxmail"
    assert found[0].hours == 5.0
    assert found[0].labels["topic"] in {"network", "printing", "access"}
    assert {each.reopened for each in found} <= {True, False, None}
    assert [each.similarity for each in found] == sorted((each.similarity for each in found), reverse=True)


def test_restricted_incidents_are_not_even_stored() -> None:
    made = history(restricted=[number % 2 == 0 for number in range(240)])
    precedents = gather_precedents(made, as_inputs(made))
    assert all(int(id_.removeprefix("INC")) % 2 for id_ in precedents.endings.ids)


def test_what_was_opened_or_known_later_is_not_told() -> None:
    made = history()
    precedents = gather_precedents(made, as_inputs(made))
    at = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
    found, _ = ask(precedents, "vpn router printer password login toner", at=at)
    assert found
    assert all(each.opened_at is not None and each.opened_at <= at for each in found)
    for each in found:
        assert each.opened_at is not None
        assert (each.hours is None) == (each.labels == {}) == (each.opened_at > at - timedelta(hours=5))


def test_precedents_agree_in_the_fields_that_are_asked_for_and_are_resolved_if_asked_for() -> None:
    made = history()
    precedents = gather_precedents(made, as_inputs(made))
    site = dict(zip(precedents.endings.ids, made.inputs["site"], strict=True))
    found, _ = ask(precedents, "vpn printer password", PrecedentQuery(20, ("site",)), site="Bonn")
    assert found
    assert {site[each.id] for each in found} == {"Bonn"}
    assert ask(precedents, "vpn", PrecedentQuery(20, ("site",)))[0] == ()
    assert ask(precedents, "vpn", PrecedentQuery(20, ("no such field",)), site="Bonn")[0] == ()
    at = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
    assert all(each.hours is not None for each in ask(precedents, "vpn printer", PrecedentQuery(20, (), True), at)[0])


def test_an_incident_is_no_precedent_of_itself() -> None:
    made = history()
    precedents = gather_precedents(made, as_inputs(made))
    found, _ = precedents.find(Asked("INC00007", as_inputs(made).texts[7], {}, None), EVER, DESK)
    assert "INC00007" not in {each.id for each in found}


def test_stored_precedents_answer_as_before() -> None:
    made = history(fix=["Restarted."] * 240)
    precedents = gather_precedents(made, as_inputs(made))
    again = Precedents.from_part(precedents.to_part())
    assert ask(again, "vpn toner") == ask(precedents, "vpn toner")


def test_linked_duplicates_make_the_rule_and_are_likelier_than_others() -> None:
    made = history()
    repeats = range(41, 240, 4)
    links: list[object] = [None] * 240
    for row in repeats:
        made.inputs.loc[row, ["title", "description"]] = made.inputs.loc[row - 1, ["title", "description"]]
        links[row] = f"INC{row - 1:05}"
    made.outcomes["duplicate_of"] = pd.Series(links, dtype=object)
    precedents = gather_precedents(made, as_inputs(made))
    assert precedents.rule is not None
    assert precedents.rule.basis == "linked"
    texts = as_inputs(made).texts
    _, same = ask(precedents, texts[239])
    _, other = ask(precedents, "vpn 打印机 Kennwort")
    assert same is not None
    assert other is not None
    assert same.probability > other.probability


def test_without_links_only_the_last_day_counts() -> None:
    made = constructed_history(1_200)
    for row in range(300, 1_200, 3):
        made.inputs.loc[row, ["title", "description"]] = made.inputs.loc[row - 1, ["title", "description"]]
    precedents = gather_precedents(made, as_inputs(made))
    assert precedents.rule is not None
    assert precedents.rule.basis == "close in time"
    last = made.opened_at.iloc[-1].to_pydatetime()  # type: ignore[union-attr]  # it has times
    text = as_inputs(made).texts[1_199]
    _, near = ask(precedents, text, at=last + timedelta(hours=1))
    _, far = ask(precedents, text, at=last + timedelta(days=3))
    assert near is not None
    assert near.id == "INC01199"
    assert near.probability > 0.5
    assert far is None


def test_score_is_the_share_whose_nearest_earlier_incident_has_the_label() -> None:
    made = constructed_history(noise=0.0)
    scores = judge_precedents(made, as_inputs(made), np.arange(190), np.arange(190, 240))
    assert scores.judged == 50
    assert scores.same_label["topic"] > scores.commonest_label["topic"] + 0.2
    assert scores.found > 0.9
    assert scores.as_metrics() == {
        "precedents.found": scores.found,
        "precedents.topic.same_label": scores.same_label["topic"],
    }


def test_history_without_texts_is_compared_by_its_fields() -> None:
    made = constructed_history()
    columns = replace(made.columns, text=())
    bare = replace(made, columns=columns, inputs=made.inputs[["site", "reported_by"]])
    inputs = as_inputs(bare)
    precedents = gather_precedents(bare, inputs)
    rows = [row for row, site in enumerate(inputs.fields["site"]) if site == "Bonn"]
    assert rows
    assert len(precedents.index) == 240
    assert precedents.index.repeats == 1


def test_part_that_does_not_fit_is_refused() -> None:
    made = history()
    part = gather_precedents(made, as_inputs(made)).to_part()
    arrays = {**part.arrays, "hours": part.arrays["hours"][:-1]}
    with pytest.raises(Exception, match="Train the model again"):
        Precedents.from_part(replace(part, arrays=arrays))
