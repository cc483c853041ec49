"""What a destination is told."""

from __future__ import annotations

from tests.delivery import message, prediction

from triage.deliver import Destination, FieldRule, Kind, Mode
from triage.deliver.content import to_told
from triage.domain import Decision
from triage.flow import Edit


def destination(**fields: FieldRule) -> Destination:
    return Destination("desk", Kind.WEBHOOK, "http://x", fields=fields)


def test_sure_label_is_filled_in_under_auto_and_a_likely_one_suggested() -> None:
    told = to_told(
        message(prediction("team", "network"), prediction("impact", "2", Decision.SUGGEST, 0.61)),
        destination(team=FieldRule(Mode.AUTO, to="assignment_group"), impact=FieldRule(Mode.AUTO)),
    )
    assert told.fields == {"assignment_group": "network"}
    assert told.notes == ("impact: 2 (61%)",)


def test_suggestions_go_into_a_field_of_their_own_where_there_is_one() -> None:
    told = to_told(message(), destination(team=FieldRule(Mode.SUGGEST, suggest_to="u_team")))
    assert (told.fields, told.notes) == ({"u_team": "network"}, ())


def test_shadow_and_abstention_tell_nothing() -> None:
    told = to_told(
        message(prediction("team", "network"), prediction("impact", "2", Decision.ABSTAIN)),
        destination(team=FieldRule(Mode.SHADOW), impact=FieldRule(Mode.AUTO)),
    )
    assert (told.fields, told.notes) == ({}, ())


def test_edit_is_what_is_told() -> None:
    edited = message(labels={"title": "Router down"}, edit=Edit({"title": "Router down"}, {"team": "core"}))
    told = to_told(edited, destination(team=FieldRule(Mode.SUGGEST, to="group")))
    assert (told.title, told.fields, told.notes) == ("Router down", {"group": "core"}, ())


def test_title_is_one_line_and_never_empty() -> None:
    assert to_told(message(labels={"short_description": "a\n b", "text": "c"}), destination()).title == "a b"
    assert to_told(message(labels={"site": "Bonn"}), destination()).title == "Incident INC7"
