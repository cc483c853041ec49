"""What a stored version is, as tables for people; scripts and the curious read the whole manifest as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from math import nan
from types import SimpleNamespace
from typing import Any, TypeAlias

from triage.cli.reports import score_table

__all__ = ["card_tables"]

_Table: TypeAlias = tuple[str, Sequence[str], Sequence[Sequence[str]]]

# What somebody asks of a model in force: the rest of the manifest (recipes, learning curves, hashes) is for programs.
_SHOWN = ("data", "effort", "promise", "split", "budget", "horizon_ns", "gap_ns", "incidents", "incidents_left_out")
_COLUMNS = (("text", "text"), ("fields", "field"))


def card_tables(manifest: Mapping[str, Any], champion: str | None) -> Iterator[_Table]:
    """Yield a title, a header and rows for what a version was learnt from, how it did, and what it reads.

    Parameters
    ----------
    manifest : mapping of str to object
        As it is stored.
    champion : str or None
        The version in force.
    """
    card: Mapping[str, Any] = manifest["card"]
    version = str(manifest["version"])
    facts = [
        ("learns from", str(manifest["kind"])),
        ("in force", "yes" if version == champion else f"no, that is version {champion}" if champion else "no"),
        ("made at", str(manifest["created_at"])),
        ("by triage", str(manifest["code_version"])),
    ]
    facts += [fact for name in _SHOWN if name in card for fact in _facts(name, card[name])]
    yield f"{manifest['name']} version {version}", ["", ""], facts
    yield from _score_tables(card)
    columns = card.get("columns", {})
    if columns:
        read = [(column, kind) for key, kind in _COLUMNS for column in columns.get(key, ())]
        yield "Columns", ["column", "read as"], read
        refused = [(each["name"], each["reason"]) for each in columns.get("refused", ())]
        yield "Columns that are not read", ["column", "why"], refused


def _score_tables(card: Mapping[str, Any]) -> Iterator[_Table]:
    scores = card.get("scores")
    title = f"Scores from {card.get('scores_are_from', 'training')}"
    if isinstance(scores, list):
        # The measures are those of scores that were just taken; in a card what is no number is null.
        taken: Any = [
            SimpleNamespace(**{name: nan if value is None else value for name, value in each.items()})
            for each in scores
        ]
        yield title, *score_table(taken)
    elif isinstance(scores, Mapping):
        yield title, ["", ""], _facts("", scores)


def _facts(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [fact for key, inner in value.items() for fact in _facts(f"{name} {key}".strip(), inner)]
    words = name.replace("_", " ")
    if name.endswith("_ns") and isinstance(value, int):
        return [(words.removesuffix(" ns"), str(timedelta(microseconds=value // 1000)))]
    if isinstance(value, list):
        return [(words, ", ".join(map(str, value)))]
    if isinstance(value, float):
        return [(words, f"{value:.6g}")]
    return [(words, "-" if value is None else str(value))]
