"""How incidents end, from their fields at opening: group, breach, reassignment. Ours, two peers and the trivial row."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from triage.exports import is_opening_field
from triage.learn.features import Features, fit_features
from triage.learn.fitting import EFFORTS, choose_model, refit_model
from triage.learn.inputs import InputColumns, Inputs, from_frame
from triage.learn.open_cases import Course
from triage.learn.risk_choice import choose_risks, refit_risks
from triage.learn.risk_fitting import RiskLessons
from triage.measure.bootstrap import paired_interval
from triage.measure.risks import area_under_curve, score_risk

__all__ = ["Incidents", "Slice", "measure_group", "measure_risks", "opening_columns", "read_incidents", "run"]

_RISK_COLUMNS = ("row", "breach, AUC", "Brier", "calibration error", "reassigned, AUC", "Brier", "calibration error")
_GROUP_COLUMNS = ("row", "accuracy", "top-3", "fit, s")
_DRAWS = 500
_HOUR = np.timedelta64(1, "h")

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """The log, an incident a row, oldest first: fields at opening, when each was opened and over, and how it ended."""

    inputs: Inputs
    columns: InputColumns
    opened: NDArray[np.datetime64]
    over: NDArray[np.datetime64]
    groups: list[str | None]
    risks: dict[str, _Floats]

    def __len__(self) -> int:
        return len(self.opened)


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows before ``begin`` are learnt from as they stood when that row was opened; rows up to ``end`` are judged."""

    begin: int
    end: int


def run(is_final: bool) -> list[ResultTable]:
    """Judge on the newest fifth; without ``is_final`` on the newest fifth of the older four fifths."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Outcomes: skipped, {reason}")
        return []
    incidents = read_incidents(folder / "tickets/uci_incident_log/incidents.csv.gz")
    end = len(incidents) if is_final else round(0.8 * len(incidents))
    cut = Slice(round(0.8 * end), end)
    return [measure_risks(incidents, cut), measure_group(incidents, cut)]


def opening_columns(columns: Iterable[str]) -> list[str]:
    """Return the log's columns of what a field was at opening, for the fields that incidents are opened with."""
    return [name for name in columns if name.endswith("_open") and is_opening_field(name)]


def read_incidents(file: Path) -> Incidents:
    """Read the log; an incident that was never resolved is over when it is closed."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False).replace({"?": None, "": None})
    table = table.assign(opened=pd.to_datetime(table["opened_at"], utc=True)).sort_values("opened", kind="stable")
    fields = table[opening_columns(map(str, table))].astype(object)
    fields = fields.where(fields.notna(), None).reset_index(drop=True)
    columns = InputColumns((), tuple(sorted(fields.columns)), opened_at=True)
    opened = table["opened"].reset_index(drop=True)
    over = pd.to_datetime(table["resolved_at"].fillna(table["closed_at"]), utc=True)
    breached = (table["made_sla_final"] == "false").to_numpy().astype(np.float64)
    reassigned = (table["reassignment_count_final"].astype(int) > 0).to_numpy().astype(np.float64)
    return Incidents(
        from_frame(fields, opened, columns),
        columns,
        opened.to_numpy("datetime64[ns]"),
        np.maximum(over.to_numpy("datetime64[ns]"), opened.to_numpy("datetime64[ns]")),
        [label if isinstance(label, str) else None for label in table["assignment_group_final"]],
        {"breach": breached, "reassignment": reassigned},
    )


def measure_risks(incidents: Incidents, cut: Slice) -> ResultTable:
    """Judge breach and reassignment; whoever learns knows what was over when the first judged incident was opened."""
    known = np.flatnonzero(incidents.over[: cut.begin] < incidents.opened[cut.begin])
    judged = np.arange(cut.begin, cut.end)
    truths = {name: truth[judged] for name, truth in incidents.risks.items()}
    said: dict[str, dict[str, _Floats]] = {
        "always the rate": {name: np.full(len(judged), truth[known].mean()) for name, truth in incidents.risks.items()}
    }
    for peer, fit in _PEERS.items():
        said[peer] = {
            name: fit(incidents.inputs.take(known.tolist()), truth[known], incidents.inputs.take(judged.tolist()))[:, 1]
            for name, truth in incidents.risks.items()
        }
    begin = time.perf_counter()
    said["**triage**"] = _our_risks(incidents, cut)
    fit_s = time.perf_counter() - begin
    rows = tuple(
        (row, *(cell for name in truths for cell in _cells(truths[name], of[name]))) for row, of in said.items()
    )
    against = [
        f"{name} over {peer} {_auc_interval(truth, said['**triage**'][name], said[peer][name])}"
        for name, truth in truths.items()
        for peer in _PEERS
    ]
    about = (
        f"{len(known):,} of {cut.begin:,} older incidents were over when the first of the {len(judged):,} judged ones "
        f"was opened: peers, untuned, learn from those; triage learns from the others as open ({fit_s:.0f} s). Area "
        f"under the curve of triage less the peer's, 95 % paired bootstrap: {'; '.join(against)}."
    )
    return ResultTable("risks", "UCI incidents: will it breach, will it be reassigned", about, _RISK_COLUMNS, rows)


def measure_group(incidents: Incidents, cut: Slice) -> ResultTable:
    """Judge the final assignment group; rows without one are neither learnt from nor judged."""
    labelled = np.array([label is not None for label in incidents.groups])
    older = np.flatnonzero(labelled[: cut.begin] & (incidents.over[: cut.begin] < incidents.opened[cut.begin]))
    judged = np.flatnonzero(labelled & (np.arange(len(incidents)) >= cut.begin) & (np.arange(len(incidents)) < cut.end))
    truth = np.array([incidents.groups[at] for at in judged])
    labels = [str(incidents.groups[at]) for at in older]
    names, positions = np.unique(labels, return_inverse=True)
    commonest = names[np.bincount(positions).argmax()]
    rows = [("always the commonest group", f"{(truth == commonest).mean():.4f}", "-", "-")]
    right: dict[str, _Floats] = {}
    for peer, fit in _PEERS.items():
        begin = time.perf_counter()
        found = fit(incidents.inputs.take(older.tolist()), positions, incidents.inputs.take(judged.tolist()))
        rows.append(_group_row(peer, names, found, truth, time.perf_counter() - begin))
        right[peer] = (names[found.argmax(axis=1)] == truth).astype(np.float64)
    begin = time.perf_counter()
    classes, found = _our_groups(incidents, older, judged)
    rows.append(_group_row("**triage**, effort normal", classes, found, truth, time.perf_counter() - begin))
    ours = (classes[found.argmax(axis=1)] == truth).astype(np.float64)
    against = [f"{peer} {_interval(ours, theirs)}" for peer, theirs in right.items()]
    about = (
        f"{len(older):,} older incidents that were over, with a final group, {len(judged):,} judged; peers are untuned "
        f"and get the same rows. Accuracy of triage less the peer's, 95 % paired bootstrap: {'; '.join(against)}."
    )
    return ResultTable("final-group", "UCI incidents: final assignment group", about, _GROUP_COLUMNS, tuple(rows))


def _our_risks(incidents: Incidents, cut: Slice) -> dict[str, _Floats]:
    middle = round(cut.begin * 7 / 8)
    before = fit_features(incidents.inputs.take(range(middle)), incidents.columns)

    def lessons(features: Features, first: int, last: int, now: int) -> RiskLessons:
        rows = features.rows(incidents.inputs.take(range(first, last)))
        return RiskLessons(
            rows,
            {name: truth[first:last] for name, truth in incidents.risks.items()},
            _course(incidents, first, last, now),
        )

    judged, recipes = choose_risks(
        before, lessons(before, 0, middle, middle), lessons(before, middle, cut.begin, cut.begin)
    )
    served = fit_features(incidents.inputs.take(range(cut.begin)), incidents.columns)
    model = refit_risks(judged, served, lessons(served, 0, cut.begin, cut.begin), recipes)
    rows = served.rows(incidents.inputs.take(range(cut.begin, cut.end)))
    return {head.name: head.probabilities(rows, served) for head in model.heads}


def _course(incidents: Incidents, first: int, last: int, now: int) -> Course:
    at = incidents.opened[now]
    over = incidents.over[first:last] < at
    until = np.where(over, incidents.over[first:last], at)
    return Course(over, (until - incidents.opened[first:last]) / _HOUR)


def _our_groups(
    incidents: Incidents, older: NDArray[np.int64], judged: NDArray[np.int64]
) -> tuple[NDArray[np.str_], _Floats]:
    middle = round(len(older) * 7 / 8)

    def take(rows: NDArray[np.int64]) -> tuple[Inputs, dict[str, list[str | None]]]:
        return incidents.inputs.take(rows.tolist()), {"group": [incidents.groups[at] for at in rows]}

    model, recipes = choose_model(take(older[:middle]), take(older[middle:]), incidents.columns, EFFORTS["normal"])
    served = refit_model(model, *take(older), recipes)
    return np.array(served.head("group").classes), served.probabilities(take(judged)[0])["group"]


def _logistic(fit: Inputs, truth: NDArray[np.int64] | _Floats, judge: Inputs) -> _Floats:
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=300))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        pipeline.fit(_cells_of(fit), truth)
    return np.asarray(pipeline.predict_proba(_cells_of(judge)))


def _lightgbm(fit: Inputs, truth: NDArray[np.int64] | _Floats, judge: Inputs) -> _Floats:
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    codes = encoder.fit_transform(_cells_of(fit))
    learner = lightgbm.LGBMClassifier(verbose=-1, n_jobs=1, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        learner.fit(codes, truth, categorical_feature=list(range(codes.shape[1])))
        return np.asarray(learner.predict_proba(encoder.transform(_cells_of(judge))))


_PEERS: dict[str, Callable[[Inputs, NDArray[np.int64] | _Floats, Inputs], _Floats]] = {
    "one-hot logistic regression": _logistic,
    "LightGBM on categories": _lightgbm,
}


def _cells_of(inputs: Inputs) -> list[list[str]]:
    columns = [["?" if value is None else value for value in column] for column in inputs.fields.values()]
    return [list(row) for row in zip(*columns, strict=True)]


def _cells(truth: _Floats, said: _Floats) -> tuple[str, str, str]:
    scores = score_risk("", truth, said)
    return f"{scores.auc:.4f}", f"{scores.brier:.4f}", f"{scores.calibration_error:.3f}"


def _auc_interval(truth: _Floats, ours: _Floats, theirs: _Floats) -> str:
    generator = np.random.default_rng(1)
    draws = [generator.integers(0, len(truth), len(truth)) for _ in range(_DRAWS)]
    gains = [area_under_curve(truth[at], ours[at]) - area_under_curve(truth[at], theirs[at]) for at in draws]
    low, high = np.quantile(gains, [0.025, 0.975])
    whole = area_under_curve(truth, ours) - area_under_curve(truth, theirs)
    return f"{whole:+.4f} ({low:+.4f} to {high:+.4f})"


def _interval(ours: _Floats, theirs: _Floats) -> str:
    low, high = paired_interval(ours, theirs, seed=1)
    return f"{(ours - theirs).mean():+.4f} ({low:+.4f} to {high:+.4f})"


def _group_row(
    name: str, classes: NDArray[np.str_], found: _Floats, truth: NDArray[np.str_], fit_s: float
) -> tuple[str, str, str, str]:
    best = classes[np.argsort(-found, axis=1, kind="stable")[:, :3]]
    first, three = (best[:, 0] == truth).mean(), (best == truth[:, None]).any(axis=1).mean()
    return name, f"{first:.4f}", f"{three:.4f}", f"{fit_s:.0f}"
