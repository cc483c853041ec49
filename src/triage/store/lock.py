"""One process a database file: an advisory lock that the system takes back when its holder dies. POSIX only."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from triage.errors import Conflict, StoreUnavailable

__all__ = ["FileLock"]


class FileLock:
    """Held from construction until `release`, or until the process ends in whatever way.

    Parameters
    ----------
    guarded : Path
        The file that only one process may write. The lock is a file beside it, which stays.

    Raises
    ------
    Conflict
        Somebody else holds it.
    StoreUnavailable
        The lock file cannot be made.
    """

    def __init__(self, guarded: Path) -> None:
        path = guarded.with_name(f"{guarded.name}.lock")
        try:
            self._file = path.open("a+")
        except OSError as err:
            raise StoreUnavailable(f"{path} cannot be opened: {err.strerror}. Make the folder writable.") from err
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise Conflict(
                f"{guarded} is being written by another process (number {holder}). One process a file: stop that one, "
                "or set another database_url: PostgreSQL takes several."
            ) from err
        # Truncated first: the file is in append mode and may hold the number of one that died.
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let go; twice is once."""
        self._file.close()
