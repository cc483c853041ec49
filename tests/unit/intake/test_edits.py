"""What is put in place of a message's content."""

from __future__ import annotations

import pytest

from triage.errors import DataError
from triage.flow import Edit
from triage.intake import to_edit


def test_edit_has_labels_and_fields() -> None:
    assert to_edit({"labels": {"title": "a"}, "fields": {}}) == Edit({"title": "a"}, {})


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({"labels": {}}, "fields"),
        ({"labels": [], "fields": {}}, "labels"),
        ({"labels": {"a": 1}, "fields": {}}, "labels.a"),
        ({"labels": {}, "fields": {"a": "x\0"}}, "fields.a"),
        ({"labels": {}, "fields": {}, "more": 1}, "more"),
    ],
)
def test_what_cannot_be_used_is_named(payload: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_edit(payload)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_edit_that_is_no_object_is_refused() -> None:
    with pytest.raises(DataError, match="an object"):
        to_edit([])
