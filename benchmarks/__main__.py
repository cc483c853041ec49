"""Runs the benchmarks whose data is there, prints their tables, and writes them into ``benchmarks/README.md``."""

from __future__ import annotations

import os
import sys

from benchmarks import (
    acceptance,
    detection,
    early_warning,
    estates,
    grouping,
    hours,
    learning_curve,
    metrics_kernel,
    nab,
    outcomes,
    pauses,
    promises,
    readiness,
    remote_write,
    retrieval,
    root_cause,
    serving,
    tickets,
    training,
)
from benchmarks.report import record

_ALL = {
    "nab": nab.run,
    "metrics_kernel": metrics_kernel.run,
    "serving": serving.run,
    "readiness": readiness.run,
    "tickets": tickets.run,
    "outcomes": outcomes.run,
    "promises": promises.run,
    "hours": hours.run,
    "retrieval": retrieval.run,
    "learning_curve": learning_curve.run,
    "training": training.run,
    "remote_write": remote_write.run,
    "acceptance": acceptance.run,
    "detection": detection.run,
    "early_warning": early_warning.run,
    "estates": estates.run,
    "grouping": grouping.run,
    "pauses": pauses.run,
    "root_cause": root_cause.run,
}


def main() -> int:
    """Run all, or those named by ``ONLY``; exit 1 when none had its data, so that nobody takes a skip for a result."""
    is_final = os.environ.get("FINAL") == "1"
    only = [name for name in os.environ.get("ONLY", "").split(",") if name]
    unknown = sorted(set(only) - set(_ALL))
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}; there are {', '.join(_ALL)}.", file=sys.stderr)
        return 2
    found = False
    for name in only or _ALL:
        tables = _ALL[name](is_final)
        for table in tables:
            print(table.as_markdown(), flush=True)
        # At once, so that what takes an hour is not lost to what fails in its last minute.
        record(tables, is_final)
        found |= bool(tables)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
