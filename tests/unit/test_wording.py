"""What a value must be, in one set of words."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from triage.wording import wanted


class Values(BaseModel):
    """One of each kind that settings, tables and parameters have."""

    flag: bool = True
    share: float = Field(default=0.5, gt=0.0, lt=1.0)
    count: int = Field(default=1, ge=1, le=200)
    state: Literal["open", "closed"] = "open"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"flag": "perhaps"}, "must be true or false"),
        ({"share": "much"}, "must be a number"),
        ({"share": 0}, "must be above 0"),
        ({"share": 1}, "must be below 1"),
        ({"count": "x"}, "must be a whole number"),
        ({"count": 1.5}, "must be a whole number"),
        ({"count": 0}, "must be 1 or more"),
        ({"count": 201}, "must be at most 200"),
        ({"state": "shut"}, "must be 'open' or 'closed'"),
    ],
)
def test_what_is_wrong_is_told_as_what_is_wanted(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Values.model_validate(values)
    [error] = caught.value.errors()
    assert wanted(error["type"], error["msg"], error.get("ctx", {})) == said


def test_kind_without_words_of_its_own_says_what_its_check_said() -> None:
    assert wanted("value_error", "Value error, must be a zone", {}) == "must be a zone"
