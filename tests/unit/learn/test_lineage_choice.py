from __future__ import annotations

import pytest
from tests.histories import as_inputs, constructed_history, nested

from triage.learn.fitting import EFFORTS, choose_model
from triage.learn.inputs import Inputs
from triage.learn.lineage import Lineage, to_lineage
from triage.learn.lineage_choice import choose_lineage
from triage.learn.model import IncidentModel

HISTORY = nested(constructed_history(300))
INPUTS = as_inputs(HISTORY)
TARGETS = {name: HISTORY.targets[name].tolist() for name in ("topic", "kind")}
FIT, LATER = list(range(200)), list(range(200, 300))
Labels = dict[str, list[str | None]]


def cut(rows: list[int]) -> tuple[Inputs, Labels]:
    return INPUTS.take(rows), {name: [labels[row] for row in rows] for name, labels in TARGETS.items()}


@pytest.fixture(scope="module")
def model() -> IncidentModel:
    chosen, _ = choose_model(cut(FIT), cut(LATER), HISTORY.columns, EFFORTS["quick"])
    return chosen


def shifted(lineage: Lineage) -> Lineage:
    """Put every label under another than its own."""
    above = sorted({parent for _, parent, _ in lineage.links})
    other = dict(zip(above, [*above[1:], above[0]], strict=True))
    return Lineage(
        lineage.child, lineage.parent, tuple((child, other[up], share) for child, up, share in lineage.links)
    )


def test_targets_that_go_together_answer_together(model: IncidentModel) -> None:
    found = to_lineage({"kind": "topic"}, TARGETS)
    assert choose_lineage(model, found, cut(LATER)) == found


def test_target_that_errs_more_for_it_is_left_alone_unless_it_was_named(model: IncidentModel) -> None:
    wrong = (shifted(to_lineage({"kind": "topic"}, TARGETS)[0]),)
    assert choose_lineage(model, wrong, cut(LATER)) == ()
    assert choose_lineage(model, wrong, cut(LATER), {"kind"}) == wrong


def test_without_later_rows_what_was_found_stays(model: IncidentModel) -> None:
    found = to_lineage({"kind": "topic"}, TARGETS)
    assert choose_lineage(model, found, cut([])) == found
