from __future__ import annotations

import json

import pytest
from pydantic import ValidationError
from tests.histories import fitted_model

from triage.learn.documents import ColumnsDocument, ModelDocument
from triage.parts import JSON

STORED = fitted_model().to_part().document


def test_document_survives_json_with_sorted_keys() -> None:
    again = json.loads(json.dumps(STORED, sort_keys=True, ensure_ascii=False, allow_nan=False))
    assert ModelDocument.model_validate(again).as_json() == STORED


def test_order_that_matters_stands_in_lists() -> None:
    document = ModelDocument.model_validate(STORED)
    assert [field.name for field in document.fields] == list(fitted_model().features.fields.values)
    assert [head.target for head in document.heads] == [head.target for head in fitted_model().heads]


@pytest.mark.parametrize("change", [{"heads": None}, {"fields": "printer"}, {"added": 1}])
def test_document_of_another_shape_is_refused(change: dict[str, JSON]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        ModelDocument.model_validate({**STORED, **change})


def test_document_that_lacks_something_is_refused() -> None:
    with pytest.raises(ValidationError, match="fields"):
        ModelDocument.model_validate({name: value for name, value in STORED.items() if name != "fields"})


def test_columns_of_a_zone_that_does_not_exist_are_refused_and_older_ones_have_none() -> None:
    older = ColumnsDocument.model_validate({"text": [], "fields": [], "opened_at": True})
    assert (older.time, older.tz) == (None, None)
    for tz in ("Europe/Atlantis", "../etc/passwd", ""):
        with pytest.raises(ValidationError):
            ColumnsDocument(text=(), fields=(), opened_at=True, tz=tz)
