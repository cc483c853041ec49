"""Accuracy by the number of tickets learnt from: ours, LinearSVC and the majority row, on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedShuffleSplit

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from benchmarks.tickets import linear_svc, oldest
from triage.datasets import ReadOptions, read_table, to_history
from triage.learn.fitting import EFFORTS, choose_model, refit_model
from triage.learn.inputs import InputColumns, Inputs, from_frame
from triage.measure.splits import split_by_time

__all__ = ["run"]

_SIZES, _DRAWS = (500, 1_000, 2_000, 4_000), 10
_PLOT = Path(__file__).with_name("plots") / "learning-curve.png"
_TARGET = "Topic_group"
_COLUMNS = (
    "tickets",
    "commonest label",
    "LinearSVC, word TF-IDF (1, 2)",
    "**triage**, effort normal",
    "more",
    "from … to",
)


@dataclass(frozen=True, slots=True)
class _Draw:
    """Accuracy of each row of the table on one draw."""

    majority: float
    peer: float
    ours: float


def run(is_final: bool) -> list[ResultTable]:
    """Run if the set is there; without ``is_final`` the newest fifth of the file stays closed."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Learning curve: skipped, {reason}")
        return []
    options = ReadOptions(targets=(_TARGET,), order="newest-first")
    history = to_history(read_table(folder / "tickets/it_service_8topic/tickets.zip", options), options)
    if not is_final:
        history = oldest(history, 0.8)
    inputs, labels = from_frame(history.inputs, history.opened_at, history.columns), history.targets[_TARGET].tolist()
    split = split_by_time(len(inputs))
    judge = inputs.take(split.newest.tolist()), np.array([labels[row] for row in split.newest.tolist()])
    older = inputs.take(split.fit.tolist()), [labels[row] for row in split.fit.tolist()]
    found = measure(older, judge, history.columns, _SIZES, _DRAWS)
    _draw_curve(found)
    return [_to_table(found, len(older[1]), len(judge[1]), is_final)]


def measure(
    older: tuple[Inputs, Sequence[str]],
    judge: tuple[Inputs, NDArray[np.str_]],
    columns: InputColumns,
    sizes: Sequence[int],
    draws: int,
) -> dict[int, list[_Draw]]:
    """Learn from stratified draws of the older tickets, kept oldest first, and judge on the newer ones.

    Parameters
    ----------
    older, judge : tuple of Inputs and labels
    columns : InputColumns
    sizes : sequence of int
        Tickets a draw.
    draws : int
        Draws of each size; the seed is the draw's number.
    """
    found: dict[int, list[_Draw]] = {}
    for size in sizes:
        for seed in range(draws):
            splitter = StratifiedShuffleSplit(1, train_size=size, random_state=seed)
            rows = np.sort(next(splitter.split(np.zeros(len(older[1])), older[1]))[0]).tolist()
            drawn = older[0].take(rows), [older[1][row] for row in rows]
            commonest = pd.Series(drawn[1]).mode()[0]
            found.setdefault(size, []).append(
                _Draw(
                    float((judge[1] == commonest).mean()),
                    float((linear_svc(*drawn, judge[0]) == judge[1]).mean()),
                    float((_learn(*drawn, columns, judge[0]) == judge[1]).mean()),
                )
            )
            print(f"{size:,} tickets, draw {seed}: {found[size][-1]}", flush=True)
    return found


def _learn(inputs: Inputs, labels: list[str], columns: InputColumns, judge: Inputs) -> NDArray[np.str_]:
    """Choose and calibrate as a training run does, within the drawn rows, and fit again on all of them."""
    split = split_by_time(len(inputs))

    def take(rows: NDArray[np.int64]) -> tuple[Inputs, dict[str, list[str | None]]]:
        return inputs.take(rows.tolist()), {_TARGET: [labels[row] for row in rows.tolist()]}

    judged, recipes = choose_model(take(split.fit), take(split.calibrate), columns, EFFORTS["normal"])
    served = refit_model(judged, inputs, {_TARGET: labels}, recipes)
    classes = np.array(served.head(_TARGET).classes)
    return np.asarray(classes[served.probabilities(judge)[_TARGET].argmax(axis=1)])


def _draw_curve(found: dict[int, list[_Draw]]) -> None:
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, label in (("majority", _COLUMNS[1]), ("peer", _COLUMNS[2]), ("ours", "triage")):
        drawn = np.array([[getattr(draw, name) for draw in draws] for draws in found.values()])
        axes.errorbar(list(found), drawn.mean(axis=1), yerr=drawn.std(axis=1), marker="o", capsize=3, label=label)
    axes.set(xscale="log", xlabel="tickets learnt from", ylabel="accuracy", title="Learning curve, 8-topic tickets")
    axes.set_xticks(list(found), [f"{size:,}" for size in found])
    axes.legend()
    _PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(_PLOT, dpi=120)
    print(f"Learning curve: drawn in {_PLOT}")


def _to_table(found: dict[int, list[_Draw]], n_older: int, n_judged: int, is_final: bool) -> ResultTable:
    rows = []
    for size, draws in found.items():
        gains = np.array([draw.ours - draw.peer for draw in draws])
        means = [float(np.mean([getattr(draw, name) for draw in draws])) for name in _Draw.__slots__]
        rows.append(
            (
                f"{size:,}",
                *(f"{mean:.4f}" for mean in means),
                f"{gains.mean():+.4f}",
                f"{gains.min():+.4f} … {gains.max():+.4f}",
            )
        )
    which = "the newest fifth" if is_final else "the newest fifth of the oldest four fifths"
    about = (
        f"Means of {_DRAWS} stratified draws from the {n_older:,} oldest tickets; {n_judged:,} judged: {which}. Both "
        "get the same rows; triage chooses its settings, shares and calibration within them, as a training run does. "
        "`more` is triage less LinearSVC, draw by draw."
    )
    return ResultTable(
        "learning-curve", "Learning curve, 8-topic help-desk tickets by time", about, _COLUMNS, tuple(rows)
    )
