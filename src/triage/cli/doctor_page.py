"""Findings as one HTML page without scripts, fonts or pictures from elsewhere. Works nothing out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.learn.doctor import Chart

__all__ = ["check_page", "to_page", "write_page"]

# Okabe and Ito's set, which people with any common colour blindness tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#D55E00", "#009E73")
_GREY = "#767676"
# In pixels: names, bars, values; a bar, and the room between two labels.
_NAMES, _BARS, _VALUES, _BAR, _GAP = 240, 460, 70, 11, 8
_MOST_NAME_CHARACTERS = 36
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1080px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; } h2 { font-size: 1.2em; margin-top: 2.2em; border-bottom: 1px solid #ddd; }
h3 { font-size: 1em; margin-bottom: .2em; }
.wide { overflow-x: auto; } .wide table { min-width: 38em; }
table { border-collapse: collapse; width: 100%; font-size: .92em; } caption { text-align: left; font-weight: 600; }
td, th { text-align: left; vertical-align: top; padding: .25em .6em; border-bottom: 1px solid #eee;
  overflow-wrap: break-word; }
th, td span { white-space: nowrap; }
.high, .medium, .low { color: #fff; border-radius: 3px; padding: 0 .4em; font-size: .85em; }
.high { background: #b3440a; } .medium { background: #8a6100; } .low { background: #666; }
.charts { display: flex; flex-wrap: wrap; gap: 1.5em; } svg { max-width: 100%; height: auto; }
details { margin: .4em 0 1em; } summary { cursor: pointer; } .note { color: #555; }
"""


def check_page(path: Path) -> None:
    """Refuse a path that no page can be written to, before any work is done.

    Raises
    ------
    UsageError
        Another ending than .html, a folder that is not there, or a folder of that name.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--out must end in .html. Got {path.name!r}.")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: {'it is a folder' if path.is_dir() else 'no such folder'}.")


def write_page(path: Path, document: Mapping[str, object], charts: Sequence[Chart]) -> None:
    """Write the page; see `to_page`.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    try:
        path.write_text(to_page(document, charts), encoding="utf-8")
    except OSError as err:
        raise UsageError(f"{path} cannot be written: {err.strerror or err}.") from err


def to_page(document: Mapping[str, object], charts: Sequence[Chart]) -> str:
    """Render findings and charts.

    Parameters
    ----------
    document : mapping
        As ``triage doctor --json`` prints it. Whatever it holds is escaped.
    charts : sequence of Chart
    """
    title = f"What is wrong with {document['name']}"
    findings = [each for each in _mappings(document["findings"]) if each["kind"] != "refused-column"]
    refused = [each for each in _mappings(document["findings"]) if each["kind"] == "refused-column"]
    slices = document["slices"]
    counts = ", ".join(f"{name} {n:,}" for name, n in slices.items()) if isinstance(slices, Mapping) else ""
    body = [
        f"<h1>{_text(title)}</h1>",
        f"<p>{document['incidents']:,} incidents ({_text(document['kind'])}), oldest first: {_text(counts)}.</p>",
        *(f'<p class="note">{_text(note)}</p>' for note in _items(document["notes"])),
        "<h2>Findings</h2>",
        _table(
            ["severity", "finding", "about", "count", "what"],
            [
                [
                    f'<span class="{_text(each["severity"])}">{_text(each["severity"])}</span>',
                    f'<a href="#finding-{at}">{_text(each["kind"])}</a>',
                    _text(each["about"] or ""),
                    _text(f"{each['count']:,} {each['counted']}"),
                    _text(each["message"]),
                ]
                for at, each in enumerate(findings)
            ],
        ),
        "<h2>Plots</h2>",
        f'<div class="charts">{"".join(map(_chart, charts))}</div>',
        "<h2>Rows</h2>",
        *(line for at, each in enumerate(findings) for line in _finding(at, each)),
        "<h2>Columns that are not read</h2>",
        _table(["column", "why"], [[_text(each["about"]), _text(each["message"])] for each in refused]),
    ]
    head = f'<meta charset="utf-8"><title>{_text(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _finding(at: int, each: Mapping[str, object]) -> Iterator[str]:
    about = f": {each['about']}" if each["about"] else ""
    yield f'<h3 id="finding-{at}">{_text(each["kind"])}{_text(about)}</h3>'
    yield f"<p>{_text(each['message'])} <em>{_text(each['what_to_do'])}</em></p>"
    if rows := list(_mappings(each["rows"])):
        lines = [[_text(row["row"]), _text(row["id"] or ""), _text(row["slice"] or ""), _says(row)] for row in rows]
        yield f"<details><summary>{len(rows)} rows</summary>{_table(['row', 'id', 'slice', 'says'], lines)}</details>"
    if details := list(_mappings(each["details"])):
        header = list(dict.fromkeys(name for detail in details for name in detail))
        lines = [[_text(detail.get(name, "")) for name in header] for detail in details]
        yield f"<details><summary>numbers</summary>{_table(header, lines)}</details>"


def _says(row: Mapping[str, object]) -> str:
    says, twin = row["says"], row.get("twin")
    told = [f"{name}: {value}" for name, value in says.items()] if isinstance(says, Mapping) else []
    if isinstance(twin, Mapping):
        told.append(f"like row {twin['row']}" + (f" ({twin['id']})" if twin["id"] else ""))
    return _text("; ".join(told))


def _chart(chart: Chart) -> str:
    """Draw bars by hand: a few rectangles need no library, and the page stays one file."""
    n_series = len(chart.series)
    step = n_series * _BAR + _GAP
    height = 46 + len(chart.labels) * step
    width = _NAMES + _BARS + _VALUES
    most = max((value for values in chart.series.values() for value in values), default=0.0) or 1.0
    parts = [f'<text x="0" y="14" font-weight="600">{_text(chart.title)}</text>']
    for at, name in enumerate(chart.series):
        colour, x = _COLOURS[at % len(_COLOURS)], _NAMES + 110 * at
        parts.append(f'<rect x="{x}" y="22" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 14}" y="31" fill="{_GREY}">{_text(_short(name))}</text>')
    for place, label in enumerate(chart.labels):
        top = 42 + place * step
        middle = top + n_series * _BAR / 2 + 4
        parts.append(f'<text x="{_NAMES - 8}" y="{middle:.0f}" text-anchor="end">{_text(_short(label))}</text>')
        for at, values in enumerate(chart.series.values()):
            y, length = top + at * _BAR, max(_BARS * values[place] / most, 0.0)
            shown = f"{values[place]:.1%}" if chart.is_share else f"{values[place]:.3f}"
            colour = _COLOURS[at % len(_COLOURS)]
            parts.append(f'<rect x="{_NAMES}" y="{y}" width="{length:.1f}" height="{_BAR - 1}" fill="{colour}"/>')
            parts.append(f'<text x="{_NAMES + length + 4:.1f}" y="{y + 9}" font-size="9" fill="{_GREY}">{shown}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{_text(chart.title)}" font-size="12" font-family="system-ui, sans-serif">'
        f"{''.join(parts)}</svg>"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set cells that are HTML already into a table."""
    if not rows:
        return "<p>None.</p>"
    head = "".join(f"<th>{_text(name)}</th>" for name in header)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    # In a narrow window the table is moved, not the page.
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _text(value: object) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # XML's forbidden control characters would break the drawings.
    return escape("".join(sign if sign.isprintable() else " " for sign in shown))


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _MOST_NAME_CHARACTERS else line[: _MOST_NAME_CHARACTERS - 1] + "…"


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    yield from (each for each in _items(value) if isinstance(each, Mapping))
