"""Which column says when an incident was opened: by names, else by what the moments do. Decides nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from triage.datasets.profiles import Profile
from triage.datasets.table import ReadOptions, Table
from triage.datasets.times import looks_like_times, read_times
from triage.exports import opened_columns, refusal

__all__ = ["find_time"]

# Every incident was opened; a few have not ended. What is empty in more rows tells of something that came later.
_FULL = 0.98
# Exports run in the order of opening, or against it. A few rows were moved.
_IN_ORDER = 0.98


def find_time(table: Table, options: ReadOptions, profiles: Mapping[str, Profile]) -> str | None:
    """Return the time of opening: the column asked for, the first so called and filled in, or the earliest by values.

    Notes
    -----
    Of columns whose names say nothing those that are always given come first, then those by which the file is sorted;
    of what is left the one that is no later than any other in most rows.
    """
    if options.time is not None:
        return options.time
    named = [name for name in opened_columns(table.columns) if looks_like_times(table.labels(name), named=True)]
    if named:
        return table.fullest(named)
    unnamed = [each.name for each in profiles.values() if each.is_times and refusal(each.name) is None]
    if len(unnamed) < 2:
        return unnamed[0] if unnamed else None
    moments, _ = read_times(table, unnamed, options.tz, month_first=options.month_first)
    return _earliest(pd.DataFrame({name: moments[name] for name in unnamed}))


def _earliest(moments: pd.DataFrame) -> str:
    full = moments.notna().mean() >= _FULL
    left = moments.loc[:, full] if full.any() else moments
    ordered = [name for name in left if _is_ordered(left[name])]
    left = left[ordered] if ordered else left
    return str(left.eq(left.min(axis=1), axis=0).mean().idxmax())


def _is_ordered(moments: pd.Series) -> bool:
    steps = np.diff(moments.dropna().to_numpy(dtype="datetime64[ns]").view(np.int64))
    return len(steps) > 0 and max(_share(steps >= 0), _share(steps <= 0)) >= _IN_ORDER


def _share(holds: Sequence[bool] | np.ndarray) -> float:
    return float(np.mean(holds))
