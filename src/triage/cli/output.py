"""Where a command prints: progress and errors on stderr; a report, or JSON alone, on stdout."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from triage.errors import TriageError

__all__ = ["say", "show_error", "show_json", "show_table"]

# All but the line breaks between the problems.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def say(message: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def show_error(error: TriageError) -> None:
    """Print an error of ours, with its problems, and no traceback.

    What came out of a file may be anything: bytes that a terminal would act on are shown as what they are not.
    """
    say(_CONTROL.sub("\ufffd", f"Error: {error}"))


def show_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document, the only thing on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> None:
    """Print a table for people; numbers come formatted, and stand right in all columns but the first.

    Text is shown as it is: to rich, a label in square brackets would be markup.
    """
    table = Table(title=Text(title), title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        table.add_column(Text(column), overflow="fold", justify="right" if numbers and position else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout, soft_wrap=False).print(table)
