from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.histories import COLUMNS, PLAIN, constructed_history, labels_of, take

from triage.learn.fitting import choose_model
from triage.learn.inputs import Inputs, from_frame
from triage.measure.scores import HeadScores, Promise, score_head
from triage.measure.splits import split_by_time
from triage.training.forecasts import TargetForecast, forecast_targets
from triage.training.ports import History


def scores_of(target: str, accuracy: float) -> HeadScores:
    truth, found = np.arange(100) % 2, np.zeros((100, 2))
    right = np.arange(100) < 100 * accuracy
    found[np.arange(100), np.where(right, truth, 1 - truth)] = 1.0
    return score_head(target, ("a", "b"), truth, found, majority=0, promise=Promise(0.8, 0.5))


def forecasts_on(
    history: History, accuracy: float = 0.8, topic: HeadScores | None = None
) -> tuple[TargetForecast, ...]:
    split = split_by_time(len(history))
    model, recipes = choose_model(take(history, range(200)), take(history, range(200, 240)), COLUMNS, PLAIN)
    inputs: Inputs = from_frame(history.inputs, history.opened_at, COLUMNS)
    scores = [topic or scores_of("topic", accuracy), scores_of("derived", 0.5)]
    return forecast_targets(model.features, recipes, (inputs, labels_of(history)), split, scores)


def test_forecast_begins_where_the_scores_are_and_never_falls() -> None:
    (topic,) = forecasts_on(constructed_history(1_200, noise=0.05))
    assert topic.judged_with == 720
    assert [(each.labels, each.more) for each in topic.forecasts] == [(1_200, 0), (2_400, 1_200), (4_800, 3_600)]
    expected = [each.accuracy for each in topic.forecasts]
    assert None not in expected
    values = [value for each in expected if each is not None for value in each[:1]]
    assert 0.8 <= values[0] <= values[1] <= values[2] <= 1.0
    assert all(each is None or each[1] <= each[0] <= each[2] for each in expected)
    assert list(topic.sizes) == sorted(topic.sizes)


def test_what_too_few_tickets_show_cannot_be_told() -> None:
    history = constructed_history(240, noise=0.9)
    (topic,) = forecasts_on(replace(history))
    # Nothing is labelled automatically by any size, so no curve shows when that would begin.
    assert all(each.automatic is None for each in topic.forecasts)


def test_derived_target_has_no_forecast_of_its_own_and_documents_are_plain() -> None:
    (topic,) = forecasts_on(constructed_history(400))
    document = topic.as_document()
    assert document["target"] == "topic"
    assert isinstance(document["forecasts"], list)
    assert len(document["forecasts"]) == 3


def test_target_without_a_label_among_the_newest_has_no_forecast_as_nothing_was_reached() -> None:
    nothing = score_head(
        "topic", ("a", "b"), np.zeros(0, np.int64), np.zeros((0, 2)), majority=0, promise=Promise(0.8, 0.5)
    )
    assert forecasts_on(constructed_history(400), topic=nothing) == ()
