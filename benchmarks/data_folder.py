"""Where real data is: the one place that knows. Reads no data itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["BESIDE_CHECKOUT", "find_data_folder"]

BESIDE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "data"


def find_data_folder(
    environ: Mapping[str, str] = os.environ, beside: Path = BESIDE_CHECKOUT
) -> tuple[Path, str] | tuple[None, str]:
    """Return the folder named by ``BENCH_DATA_DIR``, else the one beside the checkout.

    Parameters
    ----------
    environ : mapping of str to str
        The environment.
    beside : Path
        Taken when the environment names no folder.

    Returns
    -------
    folder : Path or None
        None when there is none.
    reason : str
        Where it was found, or why there is none.
    """
    named = environ.get("BENCH_DATA_DIR", "")
    if named:
        folder = Path(named).expanduser()
        if folder.is_dir():
            return folder, "named by BENCH_DATA_DIR"
        return None, f"real data is missing: BENCH_DATA_DIR names {named!r}, which is no folder"
    if beside.is_dir():
        return beside, "beside the checkout"
    return None, f"real data is missing: BENCH_DATA_DIR is not set, and there is no folder {beside}"
