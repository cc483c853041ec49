"""Warnings ahead of incidents: turbofans run to failure, through the commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from triage.measure.detection import auc_pr

__all__ = ["read_units", "run"]

_ROOT = Path(__file__).parents[1]
_HORIZON, _FIRST_CYCLES, _LAST_CYCLES = 30, 60, 10
_FITTED, _JUDGED = range(1, 50), range(50, 71)
_COLUMNS = (
    "row",
    "AUC-PR at 30 cycles",
    "units warned 10 to 60 cycles ahead",
    "alerts a unit",
    "first alert, cycles ahead",
)

_Floats = NDArray[np.float64]


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # units are no time line with a newest part
    """Run on the units that are there; without data, an empty list."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"C-MAPSS: skipped, {reason}")
        return []
    table = read_units(folder / "metrics" / "cmapss" / "train_FD001_units_1_70.txt")
    return [_cmapss(table)]


def read_units(file: Path) -> pd.DataFrame:
    """Return the units' cycles as a wide file of metrics: entity, timestamp in cycles, settings and sensors."""
    cells = np.loadtxt(file)
    table = pd.DataFrame(cells[:, 2:], columns=[f"c{number:02d}" for number in range(cells.shape[1] - 2)])
    table.insert(0, "timestamp", cells[:, 1].astype(int))
    table.insert(0, "entity", [f"unit {int(unit)}" for unit in cells[:, 0]])
    return table


def _cmapss(table: pd.DataFrame) -> ResultTable:
    fitted = table[table["entity"].isin([f"unit {unit}" for unit in _FITTED])]
    judged = table[table["entity"].isin([f"unit {unit}" for unit in _JUDGED])].reset_index(drop=True)
    ahead = judged.groupby("entity")["timestamp"].transform("max") - judged["timestamp"]
    with tempfile.TemporaryDirectory() as folder:
        learnt = _detected(Path(folder) / "learnt", fitted, judged, with_incidents=True)
        alone = _detected(Path(folder) / "alone", fitted, judged, with_incidents=False)
    generator = np.random.default_rng(0)
    rows = (
        _row("random", generator.random(len(judged)), None, judged, ahead),
        _row("HistGradientBoosting on the columns as they are", _peer(fitted, judged), None, judged, ahead),
        _row("**triage**, no incidents given: `score`", _numbers(alone, "score"), alone["alert"], judged, ahead),
        _row(
            "**triage**, failures given: `probability`", _numbers(learnt, "probability"), learnt["alert"], judged, ahead
        ),
    )
    about = (
        f"FD001, {len(_FITTED)} units to fit on, {len(_JUDGED)} judged, {len(judged):,} cycles of which "
        f"{float((ahead <= _HORIZON).mean()):.3f} are within {_HORIZON} of the failure. `triage train metrics "
        f"--step 1h --horizon {_HORIZON}steps --budget 1/60steps`, then `triage detect --model`, units as entities."
    )
    return ResultTable("cmapss", "C-MAPSS turbofans", about, _COLUMNS, rows)


def _numbers(answers: pd.DataFrame, column: str) -> _Floats:
    """Return a column of answers as numbers, empty cells as 0."""
    return answers[column].fillna(0.0).to_numpy(dtype=np.float64)


def _detected(home: Path, fitted: pd.DataFrame, judged: pd.DataFrame, *, with_incidents: bool) -> pd.DataFrame:
    """Train and detect as a user does."""
    home.mkdir()
    fitted.to_csv(home / "fitted.csv", index=False)
    judged.to_csv(home / "judged.csv", index=False)
    failures = fitted.groupby("entity", sort=False)["timestamp"].max().rename("opened_at").reset_index()
    failures.to_csv(home / "failures.csv", index=False)
    given = ("--incidents", "failures.csv") if with_incidents else ()
    horizon = ("--horizon", f"{_HORIZON}steps", "--budget", "1/60steps", "--step", "1h", "--name", "engines")
    _triage(home, "train", "metrics", "fitted.csv", *given, *horizon)
    _triage(home, "detect", "judged.csv", "--model", "engines", "--out", "answers.csv")
    return pd.read_csv(home / "answers.csv")


def _triage(home: Path, *words: str) -> None:
    environment = {**os.environ, "TRIAGE_HOME": str(home), "PYTHONPATH": str(_ROOT / "src")}
    command = [sys.executable, "-m", "triage", *words]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stderr}")


def _peer(fitted: pd.DataFrame, judged: pd.DataFrame) -> _Floats:
    ahead = fitted.groupby("entity")["timestamp"].transform("max") - fitted["timestamp"]
    columns = fitted.columns[2:]
    model = HistGradientBoostingClassifier(random_state=0).fit(fitted[columns], ahead <= _HORIZON)
    return np.asarray(model.predict_proba(judged[columns])[:, 1])


def _row(
    name: str, score: _Floats, alert: pd.Series[int] | None, judged: pd.DataFrame, ahead: pd.Series[int]
) -> tuple[str, ...]:
    area = f"{auc_pr((ahead <= _HORIZON).to_numpy(), score):.3f}"
    if alert is None:
        return name, area, "-", "-", "-"
    at = alert == 1
    in_time = at & (ahead >= _LAST_CYCLES) & (ahead <= _FIRST_CYCLES)
    units = judged["entity"].nunique()
    first = ahead[at].groupby(judged["entity"][at]).max()
    return (
        name,
        area,
        f"{judged['entity'][in_time].nunique()} of {units}",
        f"{at.sum() / units:.1f}",
        f"{first.median():.0f}",
    )
