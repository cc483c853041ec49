"""What each column of a table with one row an incident is for, and why the rest is left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.tables import csv

from triage.datasets import ReadOptions, Table
from triage.datasets.roles import Roles, assign_roles
from triage.errors import UsageError
from triage.exports import INCIDENT_TABLE

ReadTable = Callable[..., Table]

_HEADER = "id,subject,body,product,team,created,resolved,status,agent,customer"


def _rows(n: int = 60) -> list[tuple[object, ...]]:
    return [
        (
            at,
            f"Printer {at} broken",
            f"the printer in room {at} does not print",
            ("Printer", "Mouse", "Screen")[at % 3],
            ("Desk", "Field")[at % 2],
            f"2024-01-{at % 28 + 1:02d} 10:00",
            f"2024-02-{at % 28 + 1:02d} 10:00" if at % 5 else "",
            ("Open", "Closed")[at % 2],
            f"agent{at % 4}",
            f"person{at}@example.org",
        )
        for at in range(n)
    ]


def _roles(table: Table, **options: object) -> Roles:
    return assign_roles(table, ReadOptions(**options), None)  # type: ignore[arg-type]  # options by name


def _reason(roles: Roles, column: str) -> str:
    return next(refused.reason for refused in roles.refused if refused.name == column)


def test_roles_are_found_by_name_and_shape(table_of: ReadTable) -> None:
    roles = _roles(table_of(csv(_HEADER, _rows())), targets=("team",))
    assert roles.text == ("subject", "body")
    assert roles.fields == ("product",)
    assert (roles.id, roles.time, roles.known_at) == ("id", "created", ("resolved",))
    assert [refused.name for refused in roles.refused] == [
        "id", "team", "created", "resolved", "status", "agent", "customer",
    ]  # fmt: skip
    assert "60 different values in 60 rows" in _reason(roles, "customer")
    assert "not known at opening" in _reason(roles, "status")


def test_roles_are_found_by_shape_when_no_name_is_known(table_of: ReadTable) -> None:
    table = table_of(csv("q,w,e,r,t,z,u,i,o,p", _rows()))
    roles = _roles(table, targets=("t",))
    assert roles.text == ("e",)
    assert roles.time == "z"
    assert {"r"} <= set(roles.fields)
    assert roles.id == "q"


def test_column_filled_in_exactly_where_a_later_time_is_is_refused(table_of: ReadTable) -> None:
    rows = [(*row, f"code{at % 3}" if at % 5 else "") for at, row in enumerate(_rows())]
    roles = _roles(table_of(csv(f"{_HEADER},how", rows)), targets=("team",))
    assert _reason(roles, "how") == "filled in exactly where resolved is, so not known at opening"


def test_options_replace_what_would_be_found(table_of: ReadTable) -> None:
    table = table_of(csv(_HEADER, _rows()))
    roles = _roles(
        table, targets=("product",), text=("body",), fields=("agent", "status"), time="resolved", id="customer"
    )
    assert (roles.targets, roles.text, roles.fields) == (("product",), ("body",), ("agent", "status"))
    assert (roles.time, roles.id) == ("resolved", "customer")
    assert _reason(roles, "team") == _reason(roles, "subject") == "not among the columns that were asked for"


def test_only_candidate_is_the_target(table_of: ReadTable) -> None:
    rows = [(f"the printer number {at} is broken", "AB"[at % 2]) for at in range(20)]
    assert _roles(table_of(csv("Document,Topic_group", rows))).targets == ("Topic_group",)


def test_several_candidates_are_listed(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match=r"--target.*product \(3 values\), site \(2 values\)\.$"):
        _roles(table_of(csv(_HEADER.replace("team", "site"), _rows())))


def test_team_category_and_priority_are_the_targets_where_columns_are_called_so(table_of: ReadTable) -> None:
    rows = [(f"der Drucker {at} druckt nicht", "AB"[at % 2], "XYZ"[at % 3], at % 4, "N"[at % 1]) for at in range(60)]
    table = table_of(csv("Meldung,Bearbeitergruppe,Kategorie,Priorität,Team", rows))
    assert _roles(table).targets == ("Bearbeitergruppe", "Kategorie", "Priorität")
    assert _roles(table, targets=("Kategorie",)).targets == ("Kategorie",)


def test_what_is_given_only_for_incidents_that_are_over_is_refused(table_of: ReadTable) -> None:
    def over(at: int) -> bool:
        return at < 180 or at % 2 == 0

    rows = [
        (
            f"a nyomtató {at} nem működik ma",
            "AB"[at % 2],
            f"2024-01-01 {at // 60:02d}:{at % 60:02d}",
            f"2024-01-02 {at // 60:02d}:{at % 60:02d}" if over(at) else "",
            f"alkatrész {at % 3}" if over(at) and at % 3 else "",
            "xyz"[at % 3] if at % 4 else "",
        )
        for at in range(240)
    ]
    roles = _roles(table_of(csv("leírás,csoport,beérkezés,lezárva,csere,épület", rows)), targets=("csoport",))
    assert (roles.time, roles.fields) == ("beérkezés", ("épület",))
    assert _reason(roles, "csere") == "filled in only for incidents that are over, so not known at opening"


def test_amount_that_ranks_as_the_time_taken_is_refused(table_of: ReadTable) -> None:
    rows = [
        (
            "AB"[at % 2],
            f"2024-01-{at % 28 + 1:02d} 08:00",
            f"2024-01-{at % 28 + 1:02d} {9 + at % 7}:10",
            at % 7 + 1,
            at % 5,
        )
        for at in range(60)
    ]
    roles = _roles(table_of(csv("team,created,resolved,átfutás,emelet", rows)), targets=("team",))
    assert roles.fields == ("emelet",)
    assert _reason(roles, "átfutás") == "grows with the time that the incident took, so not known at opening"


def test_column_that_says_the_same_as_a_refused_one_is_refused(table_of: ReadTable) -> None:
    rows = [("AB"[at % 2], f"agent{at % 5}", f"First{at % 5}", f"site{at % 3}") for at in range(60)]
    roles = _roles(table_of(csv("team,assignee,given,site", rows)), targets=("team",))
    assert roles.fields == ("site",)
    assert _reason(roles, "given") == "says the same as assignee: who works on it is decided after opening"


def test_no_candidate_is_said(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="could be it: none"):
        _roles(table_of(csv("text", [(f"the printer number {at} is broken",) for at in range(9)])))


def test_column_cannot_be_a_target_and_a_feature(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="'team' cannot be --target and --field"):
        _roles(table_of(csv(_HEADER, _rows())), targets=("team",), fields=("team",))


def test_nearly_unique_identifier_is_one_with_duplicates(table_of: ReadTable) -> None:
    rows = [(min(at, 50), "AB"[at % 2]) for at in range(60)]
    assert _roles(table_of(csv("id,team", rows)), targets=("team",)).id == "id"


def test_column_called_number_that_repeats_is_no_identifier(table_of: ReadTable) -> None:
    rows = [(at % 3, "AB"[at % 2]) for at in range(60)]
    roles = _roles(table_of(csv("number,team", rows)), targets=("team",))
    assert roles.id is None
    assert roles.fields == ("number",)


def test_known_opening_field_may_have_many_values(table_of: ReadTable) -> None:
    rows = [(f"caller{at % 55}", f"x{at % 55}", "AB"[at % 2]) for at in range(100)]
    assert _roles(table_of(csv("caller_id,other,team", rows)), targets=("team",)).fields == ("caller_id",)


def test_targets_of_an_incident_table_are_its_usable_defaults(table_of: ReadTable) -> None:
    rows = [(at, ["Net", "Desk", "Field"][at % 3], 1, at % 3 + 1, at % 2 + 1) for at in range(30)]
    table = table_of(csv("number,assignment_group,category,impact,urgency", rows))
    roles = assign_roles(table, ReadOptions(), INCIDENT_TABLE)
    assert roles.targets == ("assignment_group", "impact", "urgency")


def test_columns_that_tell_a_target_of_a_snapshot_are_refused(table_of: ReadTable) -> None:
    rows = [(at, ["Net", "Desk"][at % 2], at % 3 + 1, at % 2 + 1, at % 4, f"loc{at % 3}") for at in range(30)]
    table = table_of(csv("number,assignment_group,impact,urgency,priority,location", rows))
    roles = assign_roles(table, ReadOptions(targets=("priority",)), INCIDENT_TABLE)
    assert roles.fields == ("location",)
    assert _reason(roles, "impact").startswith("tells priority")
    assert "routing" in _reason(roles, "assignment_group")


def test_useless_columns_are_left_out_with_the_reason(table_of: ReadTable) -> None:
    rows = [(f"x{at % 3}", "", "same", "AB"[at % 2]) for at in range(12)]
    roles = _roles(table_of(csv("a,b,c,team", rows)), targets=("team",))
    assert roles.fields == ("a",)
    assert _reason(roles, "b") == "empty in every row"
    assert _reason(roles, "c") == "the same value wherever it is given"


def test_copy_of_a_target_is_refused_unless_it_is_named(table_of: ReadTable) -> None:
    rows = [(f"x{at % 3}", f"code {at % 2}", f"T{at % 2}", "AB"[at % 2], "A", "AB"[at % 2]) for at in range(60)]
    table = table_of(csv("site,how,how_open,Team,site_pred,team", rows))
    roles = _roles(table, targets=("team",))
    assert roles.fields == ("site", "how_open")
    assert _reason(roles, "how").startswith("tells team in 100.0 % of the rows")
    assert _reason(roles, "Team") == "is called as the target team"
    assert _reason(roles, "site_pred") == "is what a model answered for site, not known at opening"
    assert _roles(table, targets=("team",), fields=("how",)).fields == ("how",)


def test_short_texts_are_read_where_there_are_no_longer_ones(table_of: ReadTable) -> None:
    rows = [(f"Drucker{at} defekt", f"Bob Smith{at}", "AB"[at % 2]) for at in range(60)]
    assert _roles(table_of(csv("Störung,Melder,team", rows)), targets=("team",)).text == ("Störung",)
    longer = [(f"Drucker{at} defekt", f"der drucker {at} druckt nicht mehr", "AB"[at % 2]) for at in range(60)]
    assert _roles(table_of(csv("Störung,was,team", longer)), targets=("team",)).text == ("was",)


def test_column_with_a_word_of_identifiers_is_one_where_all_its_values_differ(table_of: ReadTable) -> None:
    rows = [(f"K{at}", f"C{at % 7}", "AB"[at % 2]) for at in range(60)]
    assert _roles(table_of(csv("Nº de incidencia,Customer ID,team", rows)), targets=("team",)).id == "Nº de incidencia"


def test_times_are_found_by_the_words_of_their_names_in_other_languages(table_of: ReadTable) -> None:
    rows = [(f"{at % 28 + 1:02d}.03.2024", f"{at % 28 + 2:02d}.03.2024", "AB"[at % 2]) for at in range(60)]
    roles = _roles(table_of(csv("Angelegt am,Erledigt am,team", rows)), targets=("team",))
    assert (roles.time, roles.known_at) == ("Angelegt am", ("Erledigt am",))


def test_counts_since_1970_are_times_where_a_word_of_the_name_says_so(table_of: ReadTable) -> None:
    rows = [(1_700_000_000_000 + at * 60_000, "AB"[at % 2]) for at in range(60)]
    assert _roles(table_of(csv("createdTs,team", rows)), targets=("team",)).time == "createdTs"


def test_further_values_of_a_target_are_not_read(table_of: ReadTable) -> None:
    rows = [
        (f"INC{at}", f"Printer {at} does not print a page", "AB"[at % 2], "CD"[at % 2] if at % 3 else "")
        for at in range(40)
    ]
    roles = _roles(table_of(csv("number,summary,Component/s,Component/s", rows)), targets=("Component/s",))
    assert roles.fields == ()
    assert {each.name: each.reason for each in roles.refused}["Component/s_2"] == (
        "holds further values of the target Component/s"
    )
