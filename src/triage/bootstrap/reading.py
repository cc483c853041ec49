"""How a file is to be read: the command's options over the settings' ``[columns]``, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

from triage.datasets import ReadOptions, Table, read_table
from triage.decide.priority import IMPACT, PRIORITY, URGENCY
from triage.errors import DataError
from triage.settings import Settings
from triage.training import Card

__all__ = [
    "REMEMBERED",
    "as_in_training",
    "complete_targets",
    "over_settings",
    "part_names",
    "read_as_in_training",
    "tell_encoding",
    "to_label_by",
]

# What of the options cannot be told from a file's columns again; a model's card keeps it.
REMEMBERED = ("order", "time", "id", "state", "updated", "tz", "encoding")


def over_settings(settings: Settings, given: ReadOptions) -> ReadOptions:
    """Fill what was not given from ``[columns]`` of triage.toml."""
    usual = settings.columns
    return replace(
        given,
        targets=given.targets or usual.targets,
        text=given.text or usual.text,
        fields=given.fields or usual.fields,
        time=given.time or usual.time,
        id=given.id or usual.id,
        state=given.state or usual.state,
        updated=given.updated or usual.updated,
    )


def part_names(options: ReadOptions, columns: Collection[str]) -> ReadOptions:
    """Part names of several columns at their commas, except where the whole is a column of the file.

    Examples
    --------
    >>> part_names(ReadOptions(targets=("impact, urgency", "city, site")), ["city, site", "impact"]).targets
    ('impact', 'urgency', 'city, site')
    """

    def parted(given: Iterable[str]) -> tuple[str, ...]:
        parts = ([whole] if whole in columns else map(str.strip, whole.split(",")) for whole in given)
        return tuple(dict.fromkeys(name for names in parts for name in names if name))

    return replace(options, targets=parted(options.targets), text=parted(options.text), fields=parted(options.fields))


def complete_targets(options: ReadOptions, columns: Iterable[str]) -> ReadOptions:
    """Add what priority is derived from, where the file has it; or priority, where impact and urgency are asked for.

    Examples
    --------
    >>> complete_targets(ReadOptions(targets=("priority",)), ["impact", "urgency", "priority"]).targets
    ('priority', 'impact', 'urgency')
    """
    there = {column.casefold(): column for column in columns}
    family = [there[name] for name in (IMPACT, URGENCY, PRIORITY) if name in there]
    asked = {target.casefold() for target in options.targets}
    if len(family) == 3 and (PRIORITY in asked or {IMPACT, URGENCY} <= asked):
        return replace(options, targets=tuple(dict.fromkeys((*options.targets, *family))))
    return options


def as_in_training(card: Card) -> ReadOptions:
    """Return the options that read a file as the model's own training file was read.

    Raises
    ------
    DataError
        The card does not say.
    """
    columns, reading, targets = card.get("columns"), card.get("reading"), card.get("targets")
    if not (isinstance(columns, dict) and isinstance(reading, dict) and isinstance(targets, list)):
        raise DataError("The model's card does not say how its file was read. Train it again.")
    return ReadOptions(
        targets=tuple(targets),
        text=tuple(columns["text"]),
        fields=tuple(columns["fields"]),
        only_named=True,
        **reading,
    )


def read_as_in_training(file: Path, learnt: ReadOptions) -> Table:
    """Read a file in the encoding of the training file, unless it can be read without naming one.

    Raises
    ------
    UsageError
        No such file, or an ending that is not read.
    DataError
        Nothing in the file can be read.
    """
    if learnt.encoding is None:
        return read_table(file, learnt)
    try:
        table = read_table(file, replace(learnt, encoding=None))
    except DataError:
        return read_table(file, learnt)
    # Read by the name, a file that is UTF-8 by now would be garbled without a word.
    return read_table(file, learnt) if table.problems or table.encoding else table


def tell_encoding(table: Table, progress: Callable[[str], None]) -> None:
    """Say in which encoding a file was read where it is not UTF-8 and nobody named one."""
    if table.encoding:
        progress(f"{table.path.name} is read as {table.encoding}, by its letters; --encoding says otherwise.")


def to_label_by(card: Card, given: ReadOptions, table: Table) -> ReadOptions:
    """Fill what was not given for labelling from how the training file was read, as far as the table has it."""
    learnt = as_in_training(card)
    return replace(
        given,
        time=given.time or (learnt.time if learnt.time in table.columns else None),
        id=given.id or (learnt.id if learnt.id in table.columns else None),
        state=learnt.state if learnt.state in table.columns else None,
        updated=learnt.updated if learnt.updated in table.columns else None,
        tz=given.tz or learnt.tz,
        month_first=learnt.month_first,
    )
