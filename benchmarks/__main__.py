"""Runs every benchmark whose data is there, prints the tables, and writes them into ``benchmarks/README.md``."""

from __future__ import annotations

import os
import sys

from benchmarks import detection, metrics_kernel, nab, serving, tickets
from benchmarks.report import record


def main() -> int:
    """Run; exit 1 when a benchmark's data is missing, so that nobody takes a skip for a result."""
    is_final = os.environ.get("FINAL") == "1"
    tables = [
        *nab.run(is_final),
        *detection.run(is_final),
        *metrics_kernel.run(is_final),
        *serving.run(is_final),
        *tickets.run(is_final),
    ]
    for table in tables:
        print(table.as_markdown(), flush=True)
    record(tables, is_final)
    return 0 if tables else 1


if __name__ == "__main__":
    sys.exit(main())
