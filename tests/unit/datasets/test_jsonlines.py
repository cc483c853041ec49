"""JSON-lines: values as they are, faults with their lines."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from triage.datasets.encodings import decode
from triage.datasets.jsonlines import parse_json_lines
from triage.datasets.table import Table
from triage.errors import DataError


def _parse(content: str | bytes) -> Table:
    return parse_json_lines(Path("t.jsonl"), decode(content.encode() if isinstance(content, str) else content, None))


def test_keys_of_all_lines_become_columns() -> None:
    table = _parse('{"a":1,"b":"x"}\n\n{"b":null,"c":{"value":"d"}}\n')
    assert table.columns == ("a", "b", "c")
    assert table.frame["b"].tolist() == ["x", None]
    assert math.isnan(table.frame["a"][1])
    assert table.rows.tolist() == [1, 3]


def test_records_are_known_by_their_name_and_lists_by_all_of_their_parts() -> None:
    table = _parse(
        '{"user":{"login":"ann","id":7},"labels":[{"name":"bug"},{"name":"ui"}],"status":{"name":"Open"}}\n'
        '{"user":{"id":8},"labels":[],"status":{"colour":"red"}}\n'
    )
    assert table.labels("user").tolist() == ["ann", "8"]
    assert table.labels("labels").tolist() == ["bug, ui", None]
    assert table.labels("status").tolist() == ["Open", None]


def test_values_become_labels_by_the_common_rule() -> None:
    table = _parse('{"a":1,"g":{"display_value":"Desk","value":"x"}}\n{"a":true,"g":["x"]}\n{"a":2.0,"g":"?"}\n')
    assert table.labels("a").tolist() == ["1", "true", "2"]
    assert table.labels("g").tolist() == ["Desk", "x", None]


def test_every_kind_of_bad_line_is_told_with_its_lines() -> None:
    table = _parse(b'{"a":1}\n[1]\n{bad\n{"a":"sch\x81n"}\n"x"\n{"a":2}\n')
    assert {problem.message.split(" ", 3)[1]: problem.rows for problem in table.problems} == {
        "a": (2, 5),
        "JSON": (3,),
        "UTF-8,": (4,),
    }
    assert table.rows.tolist() == [1, 6]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("{}\n{}", "no JSON object with a value"),
        ("x", "no JSON object with a value"),
    ],
)
def test_file_that_holds_no_lines_of_objects_is_refused(content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _parse(content)


@pytest.mark.parametrize("content", ['[{"a": 1},\n {"a": 2}]', '{"result": [{"a": 1}, {"a": 2}]}'])
def test_array_of_objects_is_read_item_by_item(content: str) -> None:
    table = _parse(content)
    assert (table.frame["a"].tolist(), table.rows.tolist()) == ([1, 2], [1, 2])


def test_items_of_an_array_that_are_no_objects_are_told() -> None:
    [problem] = _parse('[{"a": 1}, 2, "x"]').problems
    assert (problem.message, problem.rows) == ("not a JSON object.", (2, 3))


def test_only_line_of_an_object_with_a_list_is_a_row() -> None:
    assert _parse('{"a": 1, "comments": [{"b": 2}]}').columns == ("a", "comments")
