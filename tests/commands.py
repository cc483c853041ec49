"""Commands given in this process: what they did, and the files that they wrote."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from triage.cli import main

__all__ = ["Done", "Run", "give", "rows_of"]


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, object]:
        """The JSON on stdout, which holds nothing else."""
        found: dict[str, object] = json.loads(self.out)
        return found


Run = Callable[..., Done]


def give(capsys: pytest.CaptureFixture[str], *words: str | Path) -> Done:
    """Give a command and return what it did."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, out, err)


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of a csv file."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
