"""The pictures say what they show, stay readable for many classes, and take any label."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from triage.measure.scores import CoverageCurve, HeadScores, Reliability
from triage.registry.plots import plot_confusion, plot_coverage, plot_reliability, save_plots


def scores(n_classes: int = 3, target: str = "assignment group") -> HeadScores:
    confusion = np.ones((n_classes, n_classes), dtype=np.int64)
    np.fill_diagonal(confusion, np.arange(10, 10 + n_classes))
    share = np.linspace(0.1, 1.0, 10)
    return HeadScores(
        target=target,
        n=int(confusion.sum()),
        accuracy=0.8,
        macro_f1=0.7,
        top3=0.95,
        calibration_error=0.034,
        promise=0.95,
        coverage=0.4,
        precision=0.96,
        majority_accuracy=0.3,
        majority_macro_f1=0.1,
        classes=tuple(f"group {number}" for number in range(n_classes)),
        confusion=confusion,
        curve=CoverageCurve(share[::-1].copy(), share, 1.0 - 0.2 * share),
        reliability=Reliability(np.array([np.nan, 0.5, 0.9]), np.array([np.nan, 0.6, 0.9]), np.array([0, 10, 90])),
    )


@pytest.mark.parametrize("plot", [plot_confusion, plot_coverage, plot_reliability])
def test_a_picture_names_its_target_its_rows_and_its_axes(plot: object) -> None:
    assert callable(plot)
    axes = plot(scores()).axes
    assert "assignment group, n = 39" in axes[0].get_title()
    assert axes[0].get_ylabel()
    assert axes[-1].get_xlabel() or axes[0].get_xlabel()


def test_confusion_rows_are_sorted_by_frequency_and_carry_their_count() -> None:
    axes = plot_confusion(scores()).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["group 2  (14)", "group 1  (13)", "group 0  (12)"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["group 2", "group 1", "group 0"]
    assert axes.texts[0].get_text() == "86"


def test_seventy_five_classes_are_all_named_and_have_room() -> None:
    figure = plot_confusion(scores(75))
    axes = figure.axes[0]
    assert len(axes.get_yticklabels()) == 75
    assert not axes.texts
    rows_per_inch = 75 / figure.get_figheight()
    assert rows_per_inch * 7.0 / 72.0 < 1.0  # a line of 7 points fits


def test_classes_beyond_eighty_are_drawn_as_one_and_no_row_is_lost() -> None:
    many = scores(200)
    axes = plot_confusion(many).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == 80
    rare = int(np.sort(many.confusion.sum(axis=1))[:121].sum())
    assert labels[-1] == f"121 rarer labels  ({rare:,})"


def test_a_class_that_never_occurred_leaves_an_empty_row() -> None:
    empty = np.array([[5, 0], [0, 0]], dtype=np.int64)
    image = plot_confusion(dataclasses.replace(scores(2), confusion=empty)).axes[0].images[0]
    drawn = image.get_array()
    assert drawn is not None
    assert np.ma.getmaskarray(drawn)[1].all()


def test_a_policy_that_labels_nothing_is_said() -> None:
    legend = plot_coverage(dataclasses.replace(scores(), precision=float("nan"), coverage=0.0)).axes[0].get_legend()
    assert legend is not None
    assert "nothing is labelled automatically" in legend.get_texts()[-1].get_text()


def test_every_target_has_three_files_whatever_it_is_called(tmp_path: Path) -> None:
    saved = save_plots(
        [scores(target="Impact/level"), scores(target="Impact level"), scores(target="优先级 $x")], tmp_path
    )
    assert sorted(path.name for path in saved) == sorted(
        f"{kind}-{target}.png"
        for kind in ("confusion", "coverage", "reliability")
        for target in ("Impact-level", "Impact-level_", "x")
    )
    assert {path.read_bytes()[:8] for path in saved} == {b"\x89PNG\r\n\x1a\n"}


def test_labels_are_drawn_as_they_are_not_as_formulas(tmp_path: Path) -> None:
    odd = dataclasses.replace(scores(target=r"$\frac$"), classes=(r"$\bad$", "打印机", "line\nbreak " + "x" * 100))
    assert len(save_plots([odd], tmp_path)) == 3
