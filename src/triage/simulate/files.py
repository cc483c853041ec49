"""A simulated estate on disk: the same bytes on every platform. It changes nothing of what it writes."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pandas as pd

from triage.errors import UsageError
from triage.simulate.estate import Estate

__all__ = ["FILES", "write_estate"]

# By part of an estate, the file that holds it.
FILES = {
    "tickets": "tickets.csv",
    "metrics": "metrics.csv.gz",
    "incidents": "incidents.csv",
    "changes": "changes.csv",
    "faults": "faults.csv",
    "harmless": "harmless.csv",
}


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
    written = []
    for part, name in FILES.items():
        content = _to_csv(getattr(estate, part))
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
