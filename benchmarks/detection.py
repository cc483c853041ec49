"""Detection on servers and services of many metrics: ours and peers, fitted on the same earlier part in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from triage.measure.bootstrap import paired_interval
from triage.measure.detection import auc_pr, best_event_f1, event_scores, vus_pr
from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.points import Points

__all__ = ["Server", "read_sets", "run"]

_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]
_Detector = Callable[["Server"], tuple[_Floats, _Bools]]

_DAY_S, _COALESCED_S, _AHEAD_S = 86_400, 900, 3_600
_LONGEST_BUFFER = 100  # rows, as in TSB-AD
_COLUMNS = ("row", "VUS-PR", "AUC-PR", "best event F1", "recall at 1/day", "precision", "false alerts a day")
_OURS, _PEER = "**triage**, one configuration", "Ledoit-Wolf Mahalanobis"

_RULES = (
    "Ours goes through the functions of `train metrics` and `detect`: it learns on, its budget of one a day is a rate "
    "with up to five alerts saved up, and an open warning is not raised again. Peers are fitted once and alert "
    "wherever their score is above the threshold that gave one alert a day on the earlier part; alerts within 15 "
    "minutes are one, and one up to an hour ahead of an event belongs to it. Best F1: at the threshold that the labels "
    "would choose."
)


@dataclass(frozen=True, slots=True)
class Server:
    """One entity: metrics of an earlier and of a later part, shape (rows, metrics), and the later part's labels."""

    name: str
    step_s: int
    train: _Floats
    test: _Floats
    label: _Bools


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # the files say themselves what is the later part
    """Run on the sets that are there; without data, an empty list."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Detection: skipped, {reason}")
        return []
    sets = list(read_sets(folder / "metrics"))
    return [*(_table(*each) for each in sets), _causes(sets[0][2], folder / "metrics" / "smd" / "interpretation_label")]


def read_sets(folder: Path) -> Iterator[tuple[str, str, list[Server]]]:
    """Give each set's key, title and servers."""
    yield "smd", "Server Machine Dataset", [_of_npz(file, 60) for file in sorted((folder / "smd").glob("*.npz"))]
    yield "asd", "Application Server Dataset", [_of_npz(file, 300) for file in sorted((folder / "asd").glob("*.npz"))]
    services = folder / "online_services"
    yield "services", "Online services", [_of_csv(file) for file in sorted((services / "train").glob("*.csv.gz"))]


def _of_npz(file: Path, step_s: int) -> Server:
    held = np.load(file)
    return Server(file.stem, step_s, held["train"].astype(float), held["test"].astype(float), held["label"].ravel() > 0)


def _of_csv(file: Path) -> Server:
    parts = (file.parents[1] / part / file.name for part in ("train", "test", "test_label"))
    train, test, label = (pd.read_csv(part, header=None).to_numpy(float) for part in parts)
    return Server(file.name.removesuffix(".csv.gz"), 300, train, test, label.ravel() > 0)


def _table(key: str, title: str, servers: list[Server]) -> ResultTable:
    rows: dict[str, _Detector] = {"random": _random, "multi-scale PCA": _pca, _PEER: _mahalanobis, _OURS: _ours}
    figures = {name: np.array([_judge(server, *detect(server)) for server in servers]) for name, detect in rows.items()}
    intervals = [
        f"{_COLUMNS[1 + column]} {low:+.3f} to {high:+.3f}"
        for column in (0, 2, 3)
        for low, high in [paired_interval(figures[_OURS][:, column], figures[_PEER][:, column], seed=0)]
    ]
    events = sum(int((np.diff(each.label.astype(int), prepend=0) > 0).sum()) for each in servers)
    about = (
        f"{len(servers)} entities of {servers[0].train.shape[1]} metrics, {sum(len(each.train) for each in servers):,} "
        f"steps to fit on, then {sum(len(each.test) for each in servers):,} in streaming order with {events} labelled "
        f"events; means over entities. {_RULES} Ours less {_PEER}, 95 % paired bootstrap over entities: "
        f"{'; '.join(intervals)}."
    )
    cells = tuple((name, *(f"{value:.3f}" for value in found.mean(axis=0))) for name, found in figures.items())
    return ResultTable(key, title, about, _COLUMNS, cells)


def _judge(server: Server, score: _Floats, alert: _Bools) -> tuple[float, ...]:
    coalesced, ahead = _COALESCED_S // server.step_s, _AHEAD_S // server.step_s
    found = event_scores(server.label, alert, coalesced, ahead)
    return (
        vus_pr(server.label, score, _LONGEST_BUFFER),
        auc_pr(server.label, score),
        best_event_f1(server.label, score, coalesced, ahead),
        found.recall,
        found.precision,
        found.false * _DAY_S / (len(score) * server.step_s),
    )


def _ours(server: Server) -> tuple[_Floats, _Bools]:
    steps, d = server.train.shape
    history, later = _points(server.train, 0, server.step_s), _points(server.test, steps, server.step_s)
    watcher = fit_watcher([server.name] * d, [f"m{number}" for number in range(d)], history, Budget.parse("1/day"))
    watched = watcher.handle(later)
    # A row of a wide file gets the answer to its last value.
    return watched.entity_score.reshape(-1, d)[:, -1], np.asarray(watched.alert.reshape(-1, d).any(axis=1))


def _points(values: _Floats, first_step: int, step_s: int) -> Points:
    steps, d = values.shape
    time_ns = (np.arange(first_step, first_step + steps) * step_s + 1_600_000_000) * 10**9
    return Points(np.tile(np.arange(d), steps), np.repeat(time_ns, d), values.ravel())


def _random(server: Server) -> tuple[_Floats, _Bools]:
    generator = np.random.default_rng(0)
    return _within_budget(generator.random(len(server.train)), generator.random(len(server.test)), server.step_s)


def _mahalanobis(server: Server) -> tuple[_Floats, _Bools]:
    earlier, later = _standardised(server)
    fitted = LedoitWolf().fit(earlier)
    return _within_budget(fitted.mahalanobis(earlier), fitted.mahalanobis(later), server.step_s)


def _pca(server: Server) -> tuple[_Floats, _Bools]:
    """Sum what the components that hold nine tenths of the variance leave over, of means over 1, 5 and 30 rows."""
    earlier, later = _standardised(server)
    both, n = np.concatenate([earlier, later]), len(earlier)
    total = np.zeros(len(both))
    for rows in (1, 5, 30):
        smooth = np.clip(pd.DataFrame(both).ewm(alpha=1 / rows, adjust=False).mean().to_numpy(), -50, 50)
        fitted = PCA(0.9).fit(smooth[:n])
        left = np.sqrt(((smooth - fitted.inverse_transform(fitted.transform(smooth))) ** 2).sum(axis=1))
        total += left / np.median(left[:n])
    return _within_budget(total[:n], total[n:], server.step_s)


def _standardised(server: Server) -> tuple[_Floats, _Floats]:
    mean, deviation = server.train.mean(axis=0), server.train.std(axis=0)
    deviation[deviation < 1e-9 * np.maximum(1.0, np.abs(mean))] = 1.0
    return (server.train - mean) / deviation, (server.test - mean) / deviation


def _within_budget(earlier: _Floats, later: _Floats, step_s: int) -> tuple[_Floats, _Bools]:
    """Alert above the threshold that the earlier part's hourly peaks passed once a day."""
    hour = 3_600 // step_s
    peaks = np.sort(earlier[: len(earlier) // hour * hour].reshape(-1, hour).max(axis=1))[::-1]
    threshold = float(peaks[len(earlier) * step_s // _DAY_S])
    return later, np.asarray(later > threshold)


def _causes(servers: list[Server], folder: Path) -> ResultTable:
    """Count how often the metric ranked first at an alert within a labelled incident is one of those at fault."""
    hits: dict[str, list[bool]] = {"random": [], "largest absolute z-score": [], _OURS: []}
    generator = np.random.default_rng(0)
    for server in servers:
        _, later = _standardised(server)
        for row, cause in _first_causes(server):
            for at_fault in _at_fault(folder / f"{server.name}.txt", row):
                hits["random"].append(int(generator.integers(later.shape[1])) in at_fault)
                hits["largest absolute z-score"].append(int(np.abs(later[row]).argmax()) in at_fault)
                hits[_OURS].append(cause in at_fault)
    about = (
        f"The {len(hits[_OURS])} alerts of ours, at 24 a day, that fall into a labelled incident of the Server Machine "
        "Dataset; the peers rank the metrics of the same row."
    )
    rows = tuple((name, f"{np.mean(found):.3f}") for name, found in hits.items())
    return ResultTable("smd-causes", "Metric at fault ranked first", about, ("row", "share of alerts"), rows)


def _first_causes(server: Server) -> list[tuple[int, int]]:
    steps, d = server.train.shape
    metrics = [str(number) for number in range(d)]
    watcher = fit_watcher([server.name] * d, metrics, _points(server.train, 0, server.step_s), Budget.parse("24/day"))
    watched = watcher.handle(_points(server.test, steps, server.step_s))
    return [(place // d, int(causes[0].metric)) for place, causes in watched.causes.items() if causes]


def _at_fault(file: Path, row: int) -> list[set[int]]:
    """Return the metrics at fault in the incidents that a row lies in."""
    found = []
    for line in file.read_text(encoding="utf-8").split():
        rows, metrics = line.split(":")
        first, last = map(int, rows.split("-"))
        if first <= row <= last:
            found.append({int(metric) - 1 for metric in metrics.split(",")})
    return found
