"""Which service of a problem is its root: faults injected into micro-services, beside trivial ways."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from triage.bootstrap.grouping import read_dependencies
from triage.decide.grouping import Topology
from triage.decide.root_causes import Evidence, RootCause, rank_root_causes

__all__ = ["in_trouble", "run"]

_FAR = 5.0  # robust deviations from usual that count as trouble; not chosen on these faults
_METRICS = ("latency", "availability")  # the two that symptoms are seen in
_LEAST_STEPS = 12


def run(is_final: bool) -> list[ResultTable]:  # noqa: ARG001  # no slice is held back here
    """Rank the services of every fault, and count where its root stands."""
    folder, reason = find_data_folder()
    if folder is None or not (folder / "metrics" / "petshop").is_dir():
        print(f"root_cause: {reason}")
        return []
    places: dict[str, list[tuple[float, float]]] = {}
    roots = set()
    for target in sorted((folder / "metrics" / "petshop").glob("*/train/*/target.json")):
        told = json.loads(target.read_text(encoding="utf-8"))
        roots.add(told["root_cause"]["node"])
        for way, found in _ranked(target.parent, told["target"]).items():
            places.setdefault(way, []).append(_hits(found, told["root_cause"]["node"]))
    faults = len(next(iter(places.values())))
    rows = [(way, *(f"{share:.2f}" for share in np.mean(hits, axis=0))) for way, hits in places.items()]
    about = (
        f"{faults} faults of PetShop at {len(roots)} different service(s): too few to tell ways apart finely; "
        "with one root in all whoever always named that service would be right every time. Evidence is the robust "
        "distance of mean latency and availability from a quiet past (another estate's where there is none), not the "
        "watcher's score, for a fault's file holds too few steps for that. It counts until five minutes after the "
        "symptom. Nothing was chosen on these faults."
    )
    return [ResultTable("root-cause", "Root causes", about, ("row", "root first", "root among three"), tuple(rows))]


def in_trouble(past: pd.DataFrame, during: pd.DataFrame, until_s: float) -> list[Evidence]:
    """Return which services were far from usual up to a moment; columns are (service, metric), rows seconds."""
    found = []
    during = during.loc[during.index <= until_s]
    services, metrics = (during.columns.get_level_values(level).to_list() for level in (0, 1))
    for service, metric in zip(services, metrics, strict=True):
        if metric not in _METRICS or (service, metric) not in past.columns:
            continue
        usual = past[service, metric].dropna()
        if len(usual) < _LEAST_STEPS:
            continue
        quarters = usual.quantile([0.25, 0.5, 0.75]).to_numpy()
        wide = max((quarters[2] - quarters[0]) / 1.349, 0.01 * abs(quarters[1]), 1e-9)
        far = ((during[service, metric] - quarters[1]).abs() / wide).dropna()
        if (far >= _FAR).any():
            began_s = float(far.index[(far >= _FAR).to_numpy().argmax()])
            found.append(Evidence(service, datetime.fromtimestamp(began_s, UTC), float(far.max())))
    return found


def _ranked(folder: Path, symptom: Mapping[str, object]) -> dict[str, Sequence[str] | int]:
    estate = folder.parents[1]
    # Estates with no quiet past of their own: the steps of the fault's file before it are too few to say what is usual.
    quiet = estate / "noissue" / "metrics.csv"
    past = _read(quiet if quiet.is_file() else estate.parent / "low_traffic" / "noissue" / "metrics.csv")
    during = _read(folder / "metrics.csv")
    found = in_trouble(past, during, float(str(symptom["timestamp"])) + 300)
    # Evidence is squeezed as the score of a warning is, so that one wild ratio is not all there is.
    squeezed = [Evidence(one.entity, one.began_at, one.strength / (one.strength + _FAR)) for one in found]
    topology = read_dependencies(estate / "graph.csv")
    strongest = sorted(found, key=lambda one: -one.strength)
    return {
        "by calls, onset and strength (ours)": _names(rank_root_causes(squeezed, topology)),
        "by onset and strength (ours without calls)": _names(rank_root_causes(squeezed, Topology())),
        "a random service": during.columns.get_level_values(0).nunique(),
        "where the symptom is": [str(symptom["node"])],
        "the farthest from usual": list(dict.fromkeys(one.entity for one in strongest)),
        "the first far from usual": list(
            dict.fromkeys(one.entity for one in sorted(strongest, key=lambda one: one.began_at))
        ),
    }


def _names(ranked: Sequence[RootCause]) -> list[str]:
    return [one.entity for one in ranked]


def _hits(found: Sequence[str] | int, root: str) -> tuple[float, float]:
    if isinstance(found, int):
        return 1 / found, min(1.0, 3 / found)
    return float(root in found[:1]), float(root in found[:3])


def _read(file: Path) -> pd.DataFrame:
    table = pd.read_csv(file, header=[0, 1, 2], index_col=0)
    table.index = pd.Index(table.index.astype(float))
    kept = table.columns.get_level_values(2) == "Average"
    return table.loc[:, kept].astype(float).droplevel(2, axis="columns")
