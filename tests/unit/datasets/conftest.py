"""Files made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from triage.datasets import ReadOptions, Table, read_table, to_history
from triage.errors import DataError
from triage.training import History

ReadTable = Callable[..., Table]
ReadHistory = Callable[..., History]
Refusal = Callable[..., DataError]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes, str], Path]:
    def write(content: str | bytes, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def table_of(write: Callable[[str | bytes, str], Path]) -> ReadTable:
    def table_of(content: str | bytes, name: str = "tickets.csv", encoding: str | None = None) -> Table:
        return read_table(write(content, name), ReadOptions(encoding=encoding))

    return table_of


@pytest.fixture
def history_of(table_of: ReadTable) -> ReadHistory:
    def history_of(content: str | bytes, options: ReadOptions | None = None, name: str = "tickets.csv") -> History:
        return to_history(table_of(content, name), options or ReadOptions())

    return history_of


@pytest.fixture
def refused(history_of: ReadHistory) -> Refusal:
    """Return the error of a file that cannot be used, whether reading or understanding it fails."""

    def refused(content: str | bytes, options: ReadOptions | None = None, name: str = "tickets.csv") -> DataError:
        with pytest.raises(DataError) as caught:
            history_of(content, options, name)
        return caught.value

    return refused
