from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from tests.metric_series import estate, history_of

from triage.domain import Cause, Saturation
from triage.errors import UsageError
from triage.plots import plot_warning, save_warnings
from triage.training.metrics import MetricHistory
from triage.training.watching import RowAnswers, watch_history
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> MetricHistory:
    return history_of(estate(), tmp_path_factory.mktemp("estate"))


@pytest.fixture(scope="module")
def answers(history: MetricHistory) -> RowAnswers:
    return watch_history(Watcher(Budget.parse("1/day")), history)


def test_a_panel_a_cause_and_one_for_the_score(history: MetricHistory, answers: RowAnswers) -> None:
    warning = answers.warnings[0]
    titles = [axes.get_title(loc="left") for axes in plot_warning(history, warning, answers.score).axes]
    assert titles[0].startswith(f"{warning.causes[0].metric}: ")
    assert titles[-1] == "how unusual the entity is"
    assert len(plot_warning(history, warning).axes) == len(titles) - 1


def test_the_onset_stands_in_the_title_and_in_every_panel(history: MetricHistory, answers: RowAnswers) -> None:
    warning = answers.warnings[0]
    figure = plot_warning(history, warning, answers.score)
    assert figure.get_suptitle().startswith(f"{warning.entity}: warned {warning.opened_at:%Y-%m-%d %H:%M} UTC")
    onset = np.datetime64(warning.opened_at.replace(tzinfo=None), "us")
    assert all(any(np.asarray(line.get_xdata())[0] == onset for line in axes.lines) for axes in figure.axes)


def test_pictures_are_saved_one_a_warning(history: MetricHistory, answers: RowAnswers, tmp_path: Path) -> None:
    saved = save_warnings(history, answers.warnings[:2], tmp_path / "new" / "folder", answers.score)
    assert len(set(saved)) == 2
    assert all(matplotlib.image.imread(path).shape[1] == 1100 for path in saved)
    page = (tmp_path / "new" / "folder" / "index.html").read_text(encoding="utf-8")
    assert all(f'src="{path.name}"' in page for path in saved)
    assert answers.warnings[0].entity in page


def test_every_series_is_drawn_beside_what_is_usual(history: MetricHistory, answers: RowAnswers) -> None:
    panels = plot_warning(history, answers.warnings[-1], answers.score).axes
    assert all(axes.collections for axes in panels)


def test_limit_is_drawn_with_the_trend_up_to_it(history: MetricHistory, answers: RowAnswers) -> None:
    opened_at = answers.warnings[0].opened_at
    full_at = opened_at + timedelta(hours=3)
    told = Saturation("latency", 300.0, 120.0, 60.0, full_at, full_at - timedelta(hours=1), full_at)
    warning = dataclasses.replace(answers.warnings[0], entity="web", causes=(Cause("latency", 1.0),), saturation=told)
    panel, *others = plot_warning(history, warning, answers.score).axes
    ends = [(np.asarray(line.get_xdata())[-1], np.asarray(line.get_ydata())[-1]) for line in panel.lines]
    assert (np.datetime64(full_at.replace(tzinfo=None), "us"), 300.0) in ends
    assert panel.get_ylim()[1] > 300.0
    assert all(line.get_linestyle() == "-" for axes in others for line in axes.lines)


def test_names_that_no_file_may_have_do_no_harm(history: MetricHistory, answers: RowAnswers, tmp_path: Path) -> None:
    strange = dataclasses.replace(
        history, entities=("../up $x_", "db"), series=(("../up $x_", "a/b"), ("../up $x_", "c"))
    )
    strange = dataclasses.replace(strange, series=(*strange.series, ("db", "cpu")))
    warning = dataclasses.replace(answers.warnings[0], entity="../up $x_", causes=())
    (saved,) = save_warnings(strange, [warning], tmp_path)
    assert saved.parent == tmp_path
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".png"]


def test_steps_are_counted_as_in_the_file(tmp_path: Path) -> None:
    frame = estate()
    frame["timestamp"] = np.arange(len(frame)) // 2
    history = history_of(frame, tmp_path).moved(7 * 86_400 * 10**9)
    answers = watch_history(Watcher(Budget.parse("1/day")), history)
    warning = answers.warnings[0]
    row = int(np.flatnonzero(answers.alert)[np.argmin(history.time_ns_of_row[answers.alert])])
    figure = plot_warning(history, warning, answers.score)
    assert f"warned at step {frame['timestamp'][row]:,}," in figure.get_suptitle()


def test_a_warning_on_another_entity_cannot_be_drawn(history: MetricHistory, answers: RowAnswers) -> None:
    with pytest.raises(UsageError, match="cache"):
        plot_warning(history, dataclasses.replace(answers.warnings[0], entity="cache"))
