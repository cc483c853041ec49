from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.histories import as_inputs, constructed_history, fitted_model, labels_of

from triage.decide.familiarity import Familiarity
from triage.training.evaluation import split_history
from triage.training.evidence import find_doubtful, take_choosing_rows

HISTORY = constructed_history()


def test_rows_whose_label_was_not_known_in_time_are_kept_as_waiting() -> None:
    assert HISTORY.opened_at is not None
    assert HISTORY.known_at is not None
    split = split_history(HISTORY)
    rows = take_choosing_rows(HISTORY, as_inputs(HISTORY), labels_of(HISTORY), split)
    assert (len(rows.inputs), len(rows.waiting)) == (len(split.threshold), len(split.threshold_waiting))
    assert len(rows.waiting) == 2
    # Each label is known after five hours, an incident opens every hour.
    assert set(rows.waits_h) == {5.0}
    assert rows.watched_h.tolist() == [*np.arange(47.0, 5.0, -2.0), 4.0, 2.0]


def test_history_that_does_not_say_when_labels_were_known_has_none_waiting() -> None:
    plain = replace(HISTORY, known_at=None)
    rows = take_choosing_rows(plain, as_inputs(plain), labels_of(plain), split_history(plain))
    assert len(rows.waiting) == 0
    assert not rows.waits_h.any()


@pytest.mark.parametrize(
    ("title", "site", "is_doubtful"),
    [
        ("vpn router gateway", "Bonn", False),
        ("zzz qqq xxx", "Bonn", True),
        ("vpn router gateway", "Atlantis", True),
        (None, None, True),
    ],
)
def test_strange_and_blank_incidents_are_doubted(title: str | None, site: str | None, *, is_doubtful: bool) -> None:
    inputs = pd.DataFrame(
        {"title": [title], "description": [None], "site": [site], "reported_by": [None]}, dtype=object
    )
    assert HISTORY.opened_at is not None
    one = as_inputs(replace(HISTORY, inputs=inputs, opened_at=HISTORY.opened_at[:1]))
    assert find_doubtful(fitted_model(), Familiarity(0.05, ("site",)), one).tolist() == [is_doubtful]


def test_without_a_notion_of_usual_nothing_is_doubted() -> None:
    assert not find_doubtful(fitted_model(), None, as_inputs(HISTORY)).any()
    assert find_doubtful(fitted_model(), None, as_inputs(HISTORY)).dtype == np.bool_
