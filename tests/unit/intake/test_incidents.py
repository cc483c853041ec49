"""A plain JSON object into an incident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import NOON

from triage.domain import Incident
from triage.errors import DataError, Problem
from triage.flow import Received
from triage.intake import to_received

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
values = st.recursive(
    scalars | texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)


def read(payload: Mapping[str, object]) -> Received:
    return to_received(payload, NOON, lambda: "made-up")


def incident(payload: Mapping[str, object]) -> Incident:
    return read(payload).incident


def problems(payload: Mapping[str, object]) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        read(payload)
    return list(caught.value.problems)


def test_empty_object_is_an_incident_with_a_new_id() -> None:
    assert incident({}) == Incident("made-up", "http", NOON, None, {})


@pytest.mark.parametrize(("given_id", "kept"), [("INC1", "INC1"), (17, "17"), (0, "0"), (" x ", " x ")])
def test_id_is_a_string_or_a_whole_number(given_id: object, kept: str) -> None:
    assert incident({"id": given_id}).id == kept


@pytest.mark.parametrize("given_id", [None, "", "  ", True, 1.5, 1e20, [], {}, "x" * 256, "a\0b"])
def test_id_that_cannot_be_stored_is_refused(given_id: object) -> None:
    assert [problem.where for problem in problems({"id": given_id})] == ["id"]


@pytest.mark.parametrize("source", [None, "", 3, [], "x" * 256, "a\0b"])
def test_source_that_cannot_be_stored_is_refused(source: object) -> None:
    assert [problem.where for problem in problems({"source": source})] == ["source"]


def test_every_other_key_is_a_label_under_its_own_name() -> None:
    payload = {
        "title": "VPN",
        "Site Name": "Bonn",
        "impact": 2,
        "vip": True,
        "labels": {"room": "1.02"},
        "opened_at": None,
    }
    assert incident(payload).labels == {
        "title": "VPN",
        "Site Name": "Bonn",
        "impact": "2",
        "vip": "true",
        "room": "1.02",
    }


def test_missing_values_and_records_known_by_nothing_are_no_labels_but_stay_in_the_body() -> None:
    payload: dict[str, object] = {
        "id": "1",
        "a": None,
        "b": "?",
        "c": "",
        "d": [[1], {"f": 1}],
        "e": {"f": 1},
        "labels": {"g": None},
    }
    got = read(payload)
    assert got.incident.labels == {}
    assert orjson.loads(got.body) == payload


def test_list_and_record_are_read_as_in_a_file() -> None:
    sent: dict[str, object] = {"labels": {"tags": ["vpn", "urgent"]}, "caller": {"id": 7, "name": "Ada"}}
    assert incident(sent).labels == {"tags": "vpn, urgent", "caller": "Ada"}


def test_reference_of_servicenow_is_its_display_value() -> None:
    reference = {"display_value": "Service Desk", "value": "d625dccec0a8016700a222a0f7900d06"}
    assert incident({"assignment_group": reference}).labels == {"assignment_group": "Service Desk"}


def test_key_beside_labels_counts_before_the_same_name_in_them() -> None:
    assert incident({"site": "Bonn", "labels": {"site": "Rome"}}).labels == {"site": "Bonn"}
    assert incident({"site": None, "labels": {"site": "Rome"}}).labels == {"site": "Rome"}


@pytest.mark.parametrize("key", ["opened_at", "created", "Opened At", "sys_created_on"])
def test_opening_time_is_read_under_its_usual_names(key: str) -> None:
    assert incident({key: "2026-11-23 11:00:00+01:00"}).opened_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_opened_at_counts_before_other_names() -> None:
    both = {"created": "2020-01-01", "opened_at": "2026-11-23"}
    assert incident(both).opened_at == datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize("missing", [None, "", " ", "null"])
def test_missing_opening_time_is_unknown(missing: object) -> None:
    assert incident({"opened_at": missing}).opened_at is None


@pytest.mark.parametrize("moment", ["soon", "23/11/2026", 1763892000, True, [], {}, "2026-02-30"])
def test_opening_time_that_is_no_iso_8601_is_refused(moment: object) -> None:
    assert [problem.where for problem in problems({"opened_at": moment})] == ["opened_at"]


@pytest.mark.parametrize("key", ["created", "date", "Reported", "timestamp"])
def test_free_label_that_sounds_like_a_time_is_never_refused(key: str) -> None:
    got = incident({key: "23/11/2026"})
    assert (got.opened_at, got.labels) == (None, {key: "23/11/2026"})
    assert incident({key: 7}).labels == {key: "7"}
    assert incident({key: {"a": 1}}).labels == {}
    read_as_time = incident({key: "2026-11-23"})
    assert read_as_time.opened_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert read_as_time.labels == {key: "2026-11-23"}


def test_source_is_a_label_too_as_training_data_may_have_such_a_column() -> None:
    got = incident({"source": " Mail ", "labels": {"source": "phone"}})
    assert (got.source, got.labels) == (" Mail ", {"source": "Mail"})
    assert incident({"source": "?"}).labels == {}


@pytest.mark.parametrize("key", ["id", "source"])
@pytest.mark.parametrize("control", ["\n", "\t", "\r", "\x1b", "\x7f", "\x85"])
def test_control_characters_in_what_names_an_incident_are_refused(key: str, control: str) -> None:
    [problem] = problems({key: f"a{control}b"})
    assert (problem.where, "control characters" in problem.message) == (key, True)


@pytest.mark.parametrize(("labels", "kept"), [(3, "3"), ("a=b", "a=b"), (True, "true"), (0.5, "0.5")])
def test_labels_that_are_a_scalar_are_a_label_of_that_name(labels: object, kept: str) -> None:
    assert incident({"labels": labels}).labels == {"labels": kept}


@pytest.mark.parametrize("key", ["title", "description", "text"])
def test_texts_are_scalars_as_in_a_file(key: str) -> None:
    assert incident({key: 3}).labels == {key: "3"}
    assert incident({key: True}).labels == {key: "true"}
    assert incident({key: 2.0}).labels == {key: "2"}
    assert [problem.where for problem in problems({key: {"a": 1}})] == [key]
    assert incident({key: None}).labels == {}


def test_all_bad_fields_are_named_at_once() -> None:
    payload: dict[str, object] = {
        "id": None,
        "source": 1,
        "opened_at": "soon",
        "title": [2],
        "labels": [],
        "x": "a\0",
        "y" * 300: "z",
    }
    assert [problem.where for problem in problems(payload)] == [
        "id",
        "source",
        "opened_at",
        "labels",
        "title",
        "x",
        "y" * 255,
    ]


def test_labels_are_bounded_in_number_and_size() -> None:
    assert len(incident({"labels": {str(number): "x" for number in range(499)}, "one": "more"}).labels) == 500
    assert problems({"labels": {str(number): "x" for number in range(500)}, "one": "more"})[0].where == "labels"
    assert incident({"text": "x" * 100_000}).labels["text"] == "x" * 100_000
    [problem] = problems({"text": "x" * 100_001})
    assert "it has 100,001" in problem.message
    assert len(problem.got) == 200
    assert problems({"": "x"})[0].message == "must all have a name"


def nested(levels: int) -> list[object]:
    return [nested(levels - 1)] if levels > 1 else []


def test_nesting_is_bounded() -> None:
    assert incident({"x": nested(31)}).labels == {}
    assert "32 levels" in problems({"x": nested(32)})[0].message
    assert incident({"labels": {"x": nested(30)}}).labels == {}
    assert problems({"labels": {"x": nested(31)}})[0].where == "labels.x"


@pytest.mark.parametrize("hidden", [{"x": ["a\0"]}, {"x": {"a\0": 1}}, {"labels": {"x": [["\0"]]}}])
def test_nul_is_refused_wherever_it_is(hidden: dict[str, object]) -> None:
    assert "NUL" in problems(hidden)[0].message


def test_lone_surrogate_of_another_reader_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be stored as JSON"):
        read({"x": "\ud800"})


def test_body_is_kept_to_the_byte_where_it_is_known() -> None:
    body = b'{ "id" : 1 }'
    assert to_received({"id": 1}, NOON, lambda: "", body).body == body


@given(st.dictionaries(texts.map(lambda name: f"x{name}"), values, max_size=5))
def test_digest_tells_what_is_said_and_not_how(payload: dict[str, object]) -> None:
    turned = dict(reversed(payload.items()))
    assert read(payload).digest == read(turned).digest
    assert read(payload).digest != read({**payload, "another": 1}).digest


@given(st.dictionaries(texts | st.sampled_from(["id", "source", "opened_at", "created", "title", "labels"]), values))
def test_any_object_is_read_or_refused_as_data(payload: dict[str, object]) -> None:
    try:
        labels = read(payload).incident.labels
    except DataError:
        return
    assert all(labels.values())


@pytest.mark.parametrize("name", ["updated_at", "sys_updated_on", "updated", "last_updated"])
def test_sender_may_say_as_of_when_it_reports(name: str) -> None:
    got = read({"id": "1", name: "2026-11-23T12:00:00+02:00"})
    assert got.as_of == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert got.incident.labels[name] == "2026-11-23T12:00:00+02:00"


def test_time_of_a_report_that_cannot_be_read_holds_nothing_up() -> None:
    assert read({"id": "1", "updated": "yesterday"}).as_of is None
