"""Options that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer

__all__ = [
    "AsJson",
    "Encoding",
    "Fields",
    "IdColumn",
    "Order",
    "StepLength",
    "Targets",
    "TextColumns",
    "TimeColumn",
    "TimeZone",
    "distinct_names",
]

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, alone, on stdout.")]
Targets: TypeAlias = Annotated[
    list[str] | None, typer.Option("--target", metavar="COL[,COL…]", help="Columns to predict; found if not given.")
]
TextColumns: TypeAlias = Annotated[
    list[str] | None, typer.Option("--text", metavar="COL", help="Column of text; repeatable, found if not given.")
]
Fields: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="COL", help="Column of categories; repeatable, found if not given."),
]
TimeColumn: TypeAlias = Annotated[
    str | None, typer.Option("--time", metavar="COL", help="When an incident was opened; found if not given.")
]
IdColumn: TypeAlias = Annotated[
    str | None, typer.Option("--id", metavar="COL", help="An incident's number; found if not given.")
]
Order: TypeAlias = Annotated[
    str | None, typer.Option("--order", help="oldest-first or newest-first, where there is no time column.")
]
TimeZone: TypeAlias = Annotated[str | None, typer.Option("--tz", help="Zone of times that name none; UTC otherwise.")]
Encoding: TypeAlias = Annotated[
    str | None, typer.Option("--encoding", help="Of a text file that is not UTF-8; told by its letters if not given.")
]

StepLength: TypeAlias = Annotated[
    str | None, typer.Option("--step", metavar="5m", help="Length of a step, where timestamps are whole numbers.")
]


def distinct_names(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the values of a repeatable option, once each; one that holds several names is parted later.

    Only the file's columns tell whether a comma parts two names or is in one.

    Examples
    --------
    >>> distinct_names(["impact,urgency", "category", "category"])
    ('impact,urgency', 'category')
    """
    return tuple(dict.fromkeys(given or ()))
