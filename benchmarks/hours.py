"""Hours to resolution on a real log: ours, LightGBM quantile regression on resolved cases, the same hours for all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.data_folder import find_data_folder
from benchmarks.outcomes import opening_columns
from benchmarks.report import ResultTable
from triage.datasets import ReadOptions, read_table, to_history
from triage.learn.duration import LEVELS
from triage.learn.features import fit_features
from triage.learn.inputs import Inputs, from_frame
from triage.learn.waits import Waits, to_hours
from triage.measure.hours import JUDGED_AT, HoursScores, pinball, score_hours
from triage.training import History
from triage.training.durations import fit_before, waits_before

__all__ = ["run"]

_COLUMNS = (
    "row",
    "median error, h",
    "pinball, h",
    "pinball, log h",
    "within 80 %",
    "within 90 %",
    "farthest month, 80 / 90 %",
    "fit, s",
    "us an incident",
)
# Where the rows to judge begin and end, as shares of the file; the last is opened once, by FINAL=1.
_OLDER, _NEWEST = ((0.5, 0.6), (0.6, 0.7), (0.7, 0.8)), ((0.8, 1.0),)
# A month of fewer cases says nothing to a hundredth.
_LEAST_OF_MONTH = 200

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """What was known when the first row to judge was opened, and the rows to judge, all with known hours."""

    history: History
    inputs: Inputs
    begin: int
    waits: Waits
    judged: NDArray[np.int64]

    @property
    def truth(self) -> _Floats:
        return self.history.outcomes["hours"].to_numpy(np.float64)[self.judged]

    @property
    def months(self) -> NDArray[np.str_]:
        assert self.history.opened_at is not None
        return np.array(self.history.opened_at.iloc[self.judged].dt.strftime("%Y-%m"), np.str_)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    foretold: _Floats
    fit_s: float
    each_us: float


def run(is_final: bool) -> list[ResultTable]:
    """Run if the log is there; without ``is_final`` its newest fifth stays closed."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Hours to resolution: skipped, {reason}")
        return []
    options = ReadOptions(targets=("assignment_group_final",))
    table = read_table(folder / "tickets/uci_incident_log/incidents.csv.gz", options)
    history = to_history(table, replace(options, fields=tuple(opening_columns(table.columns))))
    inputs = from_frame(history.inputs, history.opened_at, history.columns)
    cuts = [_cut(history, inputs, *span) for span in (_NEWEST if is_final else _OLDER)]
    methods: dict[str, Callable[[_Cut], _Found]] = {
        "the same hours for all": _constant,
        "LightGBM quantiles of log hours, resolved cases": _quantile_regression,
        "**triage**": _ours,
    }
    rows = [_row(name, cuts, [method(cut) for cut in cuts]) for name, method in methods.items()]
    which = "the newest fifth" if is_final else "three older tenths, each by what was known when it began; means"
    about = (
        f"Judged: {which}: {sum(len(cut.judged) for cut in cuts):,} incidents of which it is known how long they took. "
        "Pinball loss over the levels .1, .5, .8 and .9. A bound holds .80 or .90 of the time if it is honest; the "
        f"farthest month of at least {_LEAST_OF_MONTH} incidents is that of opening. The peer is untuned."
    )
    return [ResultTable("hours", "UCI incident log, hours to resolution, at opening", about, _COLUMNS, tuple(rows))]


def _cut(history: History, inputs: Inputs, first: float, last: float) -> _Cut:
    begin, end = round(first * len(history)), round(last * len(history))
    waits = waits_before(history, begin)
    assert waits is not None
    hours = history.outcomes["hours"].to_numpy(np.float64)
    judged = np.arange(begin, end)
    return _Cut(history, inputs, begin, waits, judged[~np.isnan(hours[judged])])


def _row(name: str, cuts: list[_Cut], found: list[_Found]) -> tuple[str, ...]:
    scores = [
        score_hours(cut.truth, one.foretold, one.foretold[0], cut.months) for cut, one in zip(cuts, found, strict=True)
    ]
    in_logs = [pinball(np.log1p(cut.truth), np.log1p(one.foretold)) for cut, one in zip(cuts, found, strict=True)]
    errors = [each.median_error for each in scores]
    each_of = f" ({', '.join(f'{error:.1f}' for error in errors)})" if len(errors) > 1 else ""
    far_80, far_90 = (max((_far(each, at) for each in scores), key=abs) for at in (0, 1))
    return (
        name,
        f"{np.mean(errors):.1f}{each_of}",
        f"{np.mean([each.pinball for each in scores]):.1f}",
        f"{np.mean(in_logs):.3f}",
        f"{np.mean([each.overall.within_80 for each in scores]):.3f}",
        f"{np.mean([each.overall.within_90 for each in scores]):.3f}",
        f"{far_80:+.3f} / {far_90:+.3f}",
        f"{np.mean([one.fit_s for one in found]):.0f}",
        f"{np.mean([one.each_us for one in found]):.0f}",
    )


def _far(scores: HoursScores, at: int) -> float:
    off = [
        (month.within_80 - 0.8, month.within_90 - 0.9)[at]
        for month in scores.by_month.values()
        if month.n >= _LEAST_OF_MONTH
    ]
    return max(off, key=abs, default=0.0)


def _constant(cut: _Cut) -> _Found:
    levels = np.quantile(cut.waits.hours[cut.waits.ended], JUDGED_AT)
    return _Found(np.tile(levels, (len(cut.judged), 1)), 0.0, 0.0)


def _quantile_regression(cut: _Cut) -> _Found:
    fields = pd.DataFrame({name: pd.Categorical(cells) for name, cells in cut.inputs.fields.items()})
    ended = cut.waits.take(np.flatnonzero(cut.waits.ended))
    X, judged = fields.iloc[ended.rows], fields.iloc[cut.judged]
    settings = {"objective": "quantile", "learning_rate": 0.05, "verbose": -1, "num_threads": 1}
    begin = time.perf_counter()
    models = [
        lightgbm.train(settings | {"alpha": level}, lightgbm.Dataset(X, np.log1p(ended.hours)), 200)
        for level in JUDGED_AT
    ]
    fit_s, begin = time.perf_counter() - begin, time.perf_counter()
    foretold = np.column_stack([np.expm1(np.asarray(model.predict(judged))) for model in models])
    return _Found(foretold, fit_s, (time.perf_counter() - begin) * 1e6 / len(judged))


def _ours(cut: _Cut) -> _Found:
    begin = time.perf_counter()
    # The words and values that a model knows are those of its oldest seven eighths, as in a training run.
    features = fit_features(cut.inputs.take(range(cut.begin * 7 // 8)), cut.history.columns)
    told = fit_before(cut.history, features, cut.inputs, cut.begin, n_jobs=1)
    assert told is not None
    fit_s = time.perf_counter() - begin
    rows = features.rows(cut.inputs.take(cut.judged.tolist()))
    assert cut.history.opened_at is not None
    opened = to_hours(cut.history.opened_at.iloc[cut.judged].to_numpy("datetime64[ns]"))
    told.model.quantiles(rows[:1], opened[:1])
    begin = time.process_time()
    found = told.model.quantiles(rows, opened)
    each_us = (time.process_time() - begin) * 1e6 / len(rows)
    return _Found(found[:, [LEVELS.index(level) for level in JUDGED_AT]], fit_s, each_us)
