"""The bytes of a file, out of its zip or gzip. Does not look at what they say."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from triage.errors import DataError, UsageError, bounded

__all__ = ["content_of"]

# What of a zip is the table. A text file beside one is a note; alone it is the table.
_TABLES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".json")


def content_of(path: Path) -> tuple[bytes, str]:
    """Return what is in a file, unpacked, and the ending that says its format.

    Returns
    -------
    content : bytes
    suffix : str
        In lower case: ``.csv`` for ``a.csv``, ``a.CSV.gz`` and a zip that holds ``a.csv``.

    Raises
    ------
    UsageError
        When there is no such file, or it cannot be read.
    DataError
        When it is a broken archive, or a zip that does not hold exactly one table.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Name one file in it.")
    suffix = path.suffix.lower()
    try:
        if suffix == ".zip":
            return _only_table(path)
        raw = path.read_bytes()
        if suffix == ".gz":
            return gzip.decompress(raw), path.with_suffix("").suffix.lower()
    except FileNotFoundError as err:
        raise UsageError(f"{path} does not exist.") from err
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as err:
        raise DataError(
            f"{path} is not a whole {path.suffix.lower().lstrip('.')} archive: {err}. Pack it again."
        ) from err
    except OSError as err:
        raise UsageError(f"{path} cannot be read: {err.strerror or err}.") from err
    return raw, suffix


def _only_table(path: Path) -> tuple[bytes, str]:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_debris(member.filename)]
        tables = [member for member in members if member.filename.lower().endswith(_TABLES)]
        tables = tables or [member for member in members if member.filename.lower().endswith(".txt")]
        if len(tables) != 1:
            listed = bounded(member.filename for member in members) or "nothing"
            raise DataError(
                f"{path} must hold exactly one table ({', '.join(_TABLES)}). It holds {len(tables)} among: {listed}."
            )
        [table] = tables
        if table.flag_bits & 0x1:  # bit 0 of the zip format's general purpose flag: encrypted
            raise DataError(f"{table.filename} in {path} is encrypted. Unpack it and name the file itself.")
        try:
            return archive.read(table), PurePosixPath(table.filename).suffix.lower()
        except NotImplementedError as err:
            raise DataError(f"{table.filename} in {path} is packed in a way that is not read here: {err}.") from err


def _is_debris(name: str) -> bool:
    # macOS adds a shadow of every file, and its Finder a folder listing.
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] == ".DS_Store"
