"""What was said of each row of metrics → a file. One row for each that was read, in its order. Computes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.labelled import check_out
from triage.datasets.metric_columns import find_roles
from triage.datasets.table import Table
from triage.domain import Cause
from triage.errors import UsageError

__all__ = ["ANOMALY_COLUMNS", "check_anomaly_out", "write_anomalies"]

ANOMALY_COLUMNS = ("entity", "timestamp", "score", "alert", "probability", "causes")


def check_anomaly_out(table: Table, out: Path) -> None:
    """Check that the answers can be written there, before they are worked out; raises what `write_anomalies` raises."""
    check_out(table, (), out)


def write_anomalies(
    table: Table,
    score: NDArray[np.float64],
    alert: NDArray[np.bool_],
    causes: Mapping[int, Sequence[Cause]],
    out: Path,
    probability: NDArray[np.float64] | None = None,
) -> None:
    """Write ``entity,timestamp,score,alert,probability,causes``.

    Parameters
    ----------
    table : Table
        Of metrics; timestamps are written as they came.
    score : ndarray of float64 of shape (n_rows,)
        In [0, 1]; higher is worse.
    alert : ndarray of bool of shape (n_rows,)
        Written as 0 and 1.
    causes : mapping of int to sequence of Cause
        By position of the row; a JSON list of metric and contribution, empty for the others.
    out : Path
        ``.csv``, ``.csv.gz``, ``.parquet``, ``.jsonl``, ``.ndjson`` or ``.json``. It appears whole or not at all.
    probability : ndarray of float64 of shape (n_rows,) or None, default=None
        NaN and None are written as empty cells.

    Raises
    ------
    UsageError
        When ``out`` has another ending, is the input itself, or cannot be written.
    """
    roles = find_roles(table)
    entity = np.full(len(table), table.name, dtype=object) if roles.entity is None else table.labels(roles.entity)
    said = np.full(len(table), "[]", dtype=object)
    for row, found in causes.items():
        said[row] = _to_json(found)
    frame = pd.DataFrame(
        {
            "entity": pd.Series(entity, dtype="str"),
            "timestamp": pd.Series(table.labels(roles.time), dtype="str"),
            "score": score,
            "alert": alert.astype(np.int64),
            "probability": _to_cells(probability, len(table)),
            "causes": pd.Series(said, dtype="str"),
        }
    )
    write = check_out(table, (), out)
    answers = Table(table.path, frame, ANOMALY_COLUMNS, table.rows)
    # The process id keeps two writers of one file apart.
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        write(answers, frame, part)
        part.replace(out)
    except OSError as err:
        raise UsageError(f"{out} cannot be written: {err.strerror or err}.") from err
    finally:
        part.unlink(missing_ok=True)


def _to_cells(probability: NDArray[np.float64] | None, n: int) -> pd.Series[float]:
    found = np.full(n, np.nan) if probability is None else probability
    return pd.Series(pd.array(found, dtype="Float64").copy()).mask(np.isnan(found))


def _to_json(causes: Sequence[Cause]) -> str:
    listed = [{"metric": cause.metric, "contribution": cause.contribution} for cause in causes]
    return json.dumps(listed, ensure_ascii=False)
