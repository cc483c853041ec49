"""``triage doctor``: what is wrong with a file of incidents before anything is learnt from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.doctor_page import check_page, write_page
from triage.cli.options import (
    AsJson,
    Encoding,
    Fields,
    IdColumn,
    Order,
    Targets,
    TextColumns,
    TimeColumn,
    TimeZone,
    distinct_names,
)
from triage.cli.output import say, show_json, show_table

if TYPE_CHECKING:
    from triage.bootstrap.doctoring import Examined
    from triage.learn.doctor import Finding, RowNote

__all__ = ["doctor"]

# Rows of a finding that fit a screen beside the others; JSON and the page have as many as --rows says.
_SHOWN = 5


def doctor(
    file: Annotated[Path, typer.Argument(metavar="INCIDENTS", help="csv, zipped csv, parquet or json-lines.")],
    target: Targets = None,
    text: TextColumns = None,
    field: Fields = None,
    time: TimeColumn = None,
    id_column: IdColumn = None,
    order: Order = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="REPORT.html", help="Write a page with plots too.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=10_000, help="Rows that a finding names at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with a history: duplicates, leaks, contradictions, label errors, drift, languages."""
    from triage.bootstrap import doctoring, places  # start-up cost: pandas
    from triage.datasets import ReadOptions

    if out is not None:
        check_page(out)
    options = ReadOptions(
        targets=distinct_names(target),
        text=distinct_names(text),
        fields=distinct_names(field),
        time=time,
        id=id_column,
        order=order,
        tz=tz,
        encoding=encoding,
    )
    examined = doctoring.examine_file(places.read_settings(), file, options, rows, say)
    document = examined.as_document()
    if out is not None:
        write_page(out, document, examined.diagnosis.charts)
        say(f"Wrote {out}")
    if as_json:
        show_json(document)
    else:
        _print(file, examined)


def _print(file: Path, examined: Examined) -> None:
    findings = examined.diagnosis.findings
    columns = [each for each in findings if each.kind == "refused-column"]
    others = [each for each in findings if each.kind != "refused-column"]
    slices = ", ".join(f"{name} {n:,}" for name, n in examined.diagnosis.slices.items())
    show_table(
        f"{file.name}: {len(examined.history):,} incidents ({slices})",
        ["severity", "finding", "about", "count"],
        [[str(each.severity), each.kind, each.about or "-", _count(each)] for each in others],
    )
    for each in others:
        about = f" in {each.about}" if each.about else ""
        title = f"\n{each.kind}{about}: {each.message}\n{each.advice}"
        show_table(title, ["row", "id", "slice", "says"], _lines(each, examined))
    if columns:
        show_table("\nColumns that are not read", ["column", "why"], [(c.about, c.message) for c in columns])
    for note in examined.diagnosis.notes:
        say(note)


def _count(finding: Finding) -> str:
    word = finding.counted.removesuffix("s") if finding.count == 1 else finding.counted
    return f"{finding.count:,} {word}"


def _lines(finding: Finding, examined: Examined) -> Iterator[list[str]]:
    for note in finding.rows[:_SHOWN]:
        place = examined.row_document(note)
        yield [
            str(place["row"]),
            str(place["id"] or "-"),
            str(place["slice"] or "-"),
            _says(note, place),
        ]
    if len(finding.rows) > _SHOWN or finding.count > len(finding.rows) > 0:
        yield ["…", "", "", f"{_count(finding)} in all"]


def _says(note: RowNote, place: Mapping[str, object]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in note.says.items())
    twin = place.get("twin")
    if not isinstance(twin, Mapping):
        return told
    named = f"like row {twin['row']}" + (f" ({twin['id']})" if twin["id"] else "")
    return f"{told}; {named}" if told else named
