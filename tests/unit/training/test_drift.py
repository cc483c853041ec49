"""What a promise is worth when incidents change: late labels, renamed labels, another mix, another language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.fakes import MemoryRuns, MemoryShelf
from tests.histories import constructed_history

from triage.decide.documents import to_policy
from triage.domain import Decision, Incident, ModelRef
from triage.engine import Engine, LoadedModel
from triage.learn.model import IncidentModel
from triage.training.ports import History
from triage.training.request import Places, TrainingRequest
from triage.training.run import TrainingReport, train_incidents

PROMISE = 0.9
NOW = datetime(2026, 9, 1, tzinfo=UTC)
N_LEARNT, N_LATER = 1400, 300
# Ten of a hundred errors are promised at most; of some 200 rows chance adds this much.
_CHANCE = 0.05


def _rows_of(history: History, keep: NDArray[np.bool_]) -> History:
    rows = np.flatnonzero(keep)
    assert history.opened_at is not None
    assert history.ids is not None
    return replace(
        history,
        inputs=history.inputs.iloc[rows].reset_index(drop=True),
        targets=history.targets.iloc[rows].reset_index(drop=True),
        opened_at=history.opened_at.iloc[rows].reset_index(drop=True),
        known_at=None,
        ids=history.ids.iloc[rows].reset_index(drop=True),
        keys=history.keys[rows],
        outcomes=pd.DataFrame(index=pd.RangeIndex(len(rows))),
    )


def _late_label(history: History, is_late: NDArray[np.bool_]) -> History:
    return _rows_of(history, is_late | (history.targets["topic"] != "access").to_numpy())


def _renamed_label(history: History, is_late: NDArray[np.bool_]) -> History:
    topics = history.targets["topic"].where(~(is_late & (history.targets["topic"] == "network")), "connectivity")
    return replace(history, targets=history.targets.assign(topic=topics))


def _other_mix(history: History, is_late: NDArray[np.bool_]) -> History:
    one_in_ten = np.arange(len(history)) % 10 == 0
    return _rows_of(history, ~is_late | one_in_ten | (history.targets["topic"] == "access").to_numpy())


def _late_language(history: History, is_late: NDArray[np.bool_]) -> History:
    foreign = is_late & (np.arange(len(history)) % 2 == 0)
    texts = {name: history.inputs[name].where(~foreign, history.inputs[name].str[::-1]) for name in ("title",)}
    body = history.inputs["description"].where(~foreign, None)
    return replace(history, inputs=history.inputs.assign(**texts, description=body))


def _drifting(change: Callable[[History, NDArray[np.bool_]], History], share: float) -> tuple[History, History]:
    """Return what is learnt from and what comes later, changed from a share of the first on."""
    whole = constructed_history(N_LEARNT + N_LATER, noise=0.02, known_after_h=None)
    changed = change(whole, np.arange(len(whole)) >= share * N_LEARNT)
    assert changed.opened_at is not None
    assert whole.opened_at is not None
    is_later = (changed.opened_at >= whole.opened_at.iloc[N_LEARNT]).to_numpy()
    return _rows_of(changed, ~is_later), _rows_of(changed, is_later)


def _train(history: History, shelf: MemoryShelf) -> TrainingReport:
    request = TrainingRequest("desk", promise=PROMISE, effort="quick", code_version="1", reading={})
    return train_incidents(history, request, Places(shelf, MemoryRuns(), lambda _: None))


def _automatic(shelf: MemoryShelf, later: History) -> NDArray[np.bool_]:
    """Return, of each automatic label of what comes later, whether it is right."""
    bundle = shelf.load("desk")
    model, policy = IncidentModel.from_part(bundle.parts["served"]), to_policy(bundle.parts["policy"])
    engine = Engine([LoadedModel(ModelRef(bundle.name, bundle.version), model, policy)])
    incidents = [
        Incident(str(row), "desk", NOW, None, {str(name): cell for name, cell in cells.items() if cell is not None})
        for row, cells in enumerate(later.inputs.to_dict(orient="records"))
    ]
    answers = [answer.predictions[0] for answer in engine.handle_many(incidents, NOW)]
    return np.array(
        [
            answer.ranked[0].label == truth
            for answer, truth in zip(answers, later.targets["topic"], strict=True)
            if answer.decision is Decision.AUTO
        ],
        bool,
    )


@pytest.mark.parametrize("share", [0.6, 0.75, 0.9])
@pytest.mark.parametrize("change", [_late_label, _renamed_label, _other_mix, _late_language])
def test_promise_is_kept_after_incidents_have_changed(
    change: Callable[[History, NDArray[np.bool_]], History], share: float
) -> None:
    learnt, later = _drifting(change, share)
    shelf = MemoryShelf()
    _train(learnt, shelf)
    right = _automatic(shelf, later)
    assert len(right) == 0 or right.mean() >= PROMISE - _CHANCE


def test_label_that_was_renamed_among_the_newest_is_not_set_automatically_and_others_are() -> None:
    learnt, later = _drifting(_renamed_label, 0.85)
    shelf = MemoryShelf()
    report = _train(learnt, shelf)
    assert report.policy.targets["topic"].refuted == ("network",)
    assert shelf.load("desk").card["refuted"] == {"topic": ["network"]}
    assert report.scores[0].precision < PROMISE
    right = _automatic(shelf, later)
    assert len(right) > N_LATER / 4
    assert right.mean() >= PROMISE


def test_nothing_is_taken_back_where_incidents_stay_as_they_are() -> None:
    report = _train(_drifting(lambda history, _: history, 0.5)[0], MemoryShelf())
    assert report.policy.targets["topic"].refuted == ()
    assert report.scores[0].precision >= PROMISE
