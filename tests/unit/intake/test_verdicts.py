"""A JSON object into a person's verdict."""

from __future__ import annotations

import pytest
from tests.fakes import NOON

from triage.domain import Feedback
from triage.errors import DataError
from triage.intake import to_feedback


def test_verdict_is_read_with_its_moment() -> None:
    payload = {"id": 7, "source": "desk", "target": "team", "label": "network", "by": "ada"}
    assert to_feedback(payload, NOON) == Feedback("7", "desk", "team", "network", "ada", NOON)


def test_source_and_signature_may_be_left_out() -> None:
    assert to_feedback({"id": "7", "target": "team", "label": "network"}, NOON).source == ""


def test_all_bad_fields_are_named_at_once() -> None:
    with pytest.raises(DataError) as caught:
        to_feedback({"source": 1, "target": "", "lable": "network", "by": None}, NOON)
    assert [problem.where for problem in caught.value.problems] == ["lable", "id", "source", "target", "label", "by"]


@pytest.mark.parametrize("payload", [[], "x", None, 3])
def test_verdict_must_be_an_object(payload: object) -> None:
    with pytest.raises(DataError, match="must be an object"):
        to_feedback(payload, NOON)
