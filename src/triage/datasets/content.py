"""The bytes of a file, out of its zip or gzip. Does not look at what they say."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from triage.errors import DataError, UsageError, bounded

__all__ = ["content_of", "inner_suffix"]


def inner_suffix(path: Path) -> str:
    """Return the ending that says the format, in lower case: ``.csv`` for ``a.csv``, ``a.csv.gz`` and any zip.

    Examples
    --------
    >>> inner_suffix(Path("tickets.CSV.gz")), inner_suffix(Path("tickets.zip")), inner_suffix(Path("tickets.parquet"))
    ('.csv', '.csv', '.parquet')
    """
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return path.with_suffix("").suffix.lower()
    return ".csv" if suffix == ".zip" else suffix


def content_of(path: Path) -> bytes:
    """Return what is in a file, unpacked.

    Raises
    ------
    UsageError
        When there is no such file, or it cannot be read.
    DataError
        When it is a broken archive, or a zip that does not hold exactly one csv file.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Name one file in it.")
    try:
        if path.suffix.lower() == ".zip":
            return _only_csv(path)
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix.lower() == ".gz" else raw
    except FileNotFoundError as err:
        raise UsageError(f"{path} does not exist.") from err
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as err:
        raise DataError(
            f"{path} is not a whole {path.suffix.lower().lstrip('.')} archive: {err}. Pack it again."
        ) from err
    except OSError as err:
        raise UsageError(f"{path} cannot be read: {err.strerror or err}.") from err


def _only_csv(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_debris(member.filename)]
        tables = [member for member in members if member.filename.lower().endswith(".csv")]
        if len(tables) != 1:
            listed = bounded(member.filename for member in members) or "nothing"
            raise DataError(f"{path} must hold exactly one csv file. It holds {len(tables)} among: {listed}.")
        if tables[0].flag_bits & 0x1:  # bit 0 of the zip format's general purpose flag: encrypted
            raise DataError(f"{tables[0].filename} in {path} is encrypted. Unpack it and name the csv file.")
        try:
            return archive.read(tables[0])
        except NotImplementedError as err:
            raise DataError(f"{tables[0].filename} in {path} is packed in a way that is not read here: {err}.") from err


def _is_debris(name: str) -> bool:
    # macOS adds a shadow of every file, and its Finder a folder listing.
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] == ".DS_Store"
