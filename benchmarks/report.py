"""Tables of results: printed, and written into the benchmarks' README with the day, the commit and the machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

__all__ = ["ResultTable", "record"]

_README = Path(__file__).with_name("README.md")
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas")


@dataclass(frozen=True, slots=True)
class ResultTable:
    """One benchmark's result.

    Parameters
    ----------
    key : str
        Names the place in the README: ``<!-- key -->`` to ``<!-- /key -->``.
    title, about : str
        What was measured on what.
    columns : tuple of str
    rows : tuple of tuple of str
    """

    key: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_markdown(self) -> str:
        """Return the table in Markdown."""
        lines = [
            f"### {self.title}",
            "",
            self.about,
            "",
            f"| {' | '.join(self.columns)} |",
            f"|{'---|' * len(self.columns)}",
            *(f"| {' | '.join(row)} |" for row in self.rows),
        ]
        return "\n".join(lines) + "\n"


def record(tables: Sequence[ResultTable], is_final: bool) -> None:
    """Write tables into their places in the README; a final run also adds a line to the list of openings.

    What opens no newest slice (speeds, generated estates) has one place for either run.
    """
    text = _README.read_text(encoding="utf-8")
    for table in tables:
        final = f"{table.key}-final"
        key = final if is_final and f"<!-- {final} -->" in text else table.key
        text = _replace(text, key, f"{table.as_markdown()}\n{_run_line()}\n")
    if is_final:
        opened = [
            f"- {_run_line()} {table.title}: {'; '.join(': '.join(row[:2]) for row in table.rows)}\n"
            for table in tables
        ]
        text = text.replace("<!-- /openings -->", "".join(opened) + "<!-- /openings -->")
    _README.write_text(text, encoding="utf-8")


def _replace(text: str, key: str, content: str) -> str:
    pattern = re.compile(rf"(<!-- {key} -->\n).*?(<!-- /{key} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"benchmarks/README.md has no place <!-- {key} -->.")
    return pattern.sub(lambda found: found.group(1) + content + found.group(2), text)


def _run_line() -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    libraries = ", ".join(f"{library} {version(library)}" for library in _LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, after commit {commit.stdout.strip() or 'none'}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {libraries}."
    )
