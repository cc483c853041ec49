"""How a file is to be read: the command's options over the settings' ``[columns]``, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from triage.datasets import ReadOptions, Table
from triage.decide.priority import IMPACT, PRIORITY, URGENCY
from triage.errors import DataError
from triage.settings import Settings
from triage.training import Card

__all__ = ["REMEMBERED", "as_in_training", "complete_targets", "over_settings", "to_label_by"]

# What of the options cannot be told from a file's columns again; a model's card keeps it.
REMEMBERED = ("order", "time", "id", "tz")


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
    )


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


def to_label_by(card: Card, given: ReadOptions, table: Table) -> ReadOptions:
    """Fill what was not given for labelling from how the training file was read, as far as the table has it."""
    learnt = as_in_training(card)
    return replace(
        given,
        time=given.time or (learnt.time if learnt.time in table.columns else None),
        id=given.id or (learnt.id if learnt.id in table.columns else None),
        tz=given.tz or learnt.tz,
    )
