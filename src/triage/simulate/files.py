"""A simulated estate on disk: the same bytes on every platform. It changes nothing of what it writes."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from triage.errors import UsageError
from triage.simulate.estate import Estate
from triage.simulate.storms import Storms

__all__ = ["ALERT_FILES", "FILES", "write_estate", "write_storms"]

# By part of an estate, the file that holds it.
FILES = {
    "tickets": "tickets.csv",
    "metrics": "metrics.csv.gz",
    "incidents": "incidents.csv",
    "changes": "changes.csv",
    "faults": "faults.csv",
    "harmless": "harmless.csv",
}

# The same for the alerts, which are written when they are asked for.
ALERT_FILES = {"alerts": "alerts.csv", "causes": "alert_causes.csv", "dependencies": "dependencies.csv"}


def write_estate(out: Path, estate: Estate) -> tuple[Path, ...]:
    """Write every part of an estate as csv into a folder, which is made if need be.

    Parameters
    ----------
    out : Path
        The folder; files of the same names are replaced.
    estate : Estate
        What to write.

    Returns
    -------
    tuple of Path
        The files, in the order of `FILES`: csv in UTF-8, one line a row, ending in a single newline character. The
        metrics are compressed by gzip, without name and time.

    Raises
    ------
    UsageError
        If a file cannot be written.

    Notes
    -----
    Equal estates give equal files, byte for byte. For the compressed one that holds with the same zlib; what it
    unpacks to is the same with any.
    """
    return _write(out, {name: getattr(estate, part) for part, name in FILES.items()})


def write_storms(out: Path, storms: Storms) -> tuple[Path, ...]:
    """Write alerts, what caused them and who depends on whom; as `write_estate` does."""
    return _write(out, {name: getattr(storms, part) for part, name in ALERT_FILES.items()})


def _write(out: Path, frames: Mapping[str, pd.DataFrame]) -> tuple[Path, ...]:
    written = []
    for name, frame in frames.items():
        content = _to_csv(frame)
        file = out / name
        try:
            out.mkdir(parents=True, exist_ok=True)
            # As bytes: text mode would turn newlines into the platform's own.
            file.write_bytes(_compress(content) if file.suffix == ".gz" else content)
        except OSError as err:
            raise UsageError(f"The estate cannot be written to {file}: {err.strerror}.") from err
        written.append(file)
    return tuple(written)


def _to_csv(frame: pd.DataFrame) -> bytes:
    whole = {name for name in frame.columns if frame[name].dtype.kind == "f" and (frame[name].dropna() % 1 == 0).all()}
    # 140, not 140.0: a column of whole numbers with gaps is a column of floats only in memory.
    shown = frame.assign(**{name: frame[name].astype("Int64") for name in sorted(whole)})
    return shown.to_csv(index=False, lineterminator="\n").encode()


def _compress(content: bytes) -> bytes:
    buffer = io.BytesIO()
    # gzip.compress would name the operating system in the header.
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()
