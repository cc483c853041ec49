from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from triage.cli.doctor_page import check_page, to_page, write_page
from triage.errors import UsageError
from triage.learn.doctor import Chart

HOSTILE = "<script>alert('x')</script> & \"quoted\" \x00"


def document(label: str) -> dict[str, object]:
    place = {"row": 7, "id": label, "slice": "newest"}
    finding = {
        "kind": "contradictory-labels",
        "severity": "high",
        "about": label,
        "message": label,
        "what_to_do": label,
        "count": 1,
        "counted": "tickets",
        "rows": [{**place, "says": {"label": label}, "twin": place}],
        "details": [{"label": label, "tickets": 3}, {"label": label, "share": 0.5}],
    }
    return {
        "name": label,
        "kind": "tickets",
        "incidents": 1200,
        "slices": {"fit": 840, "validate": 120, "newest": 240},
        "findings": [finding, {**finding, "kind": "refused-column", "rows": [], "details": []}],
        "notes": [label],
    }


CHARTS = (
    Chart("Labels of " + HOSTILE, ("a", HOSTILE), {"fit": (0.5, 0.0), "newest": (0.25, 1.0)}),
    Chart("Nothing", (), {"fit": ()}),
    Chart("Drift", ("a",), {"measured": (0.0,)}, is_share=False),
)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def test_nothing_of_the_file_becomes_markup_and_nothing_is_fetched() -> None:
    tags = _Tags()
    tags.feed(to_page(document(HOSTILE), CHARTS))
    assert "script" not in tags.found
    assert set(tags.found) >= {"table", "svg", "details"}
    assert all(address.startswith("#finding-") for address in tags.addresses)


def test_every_plot_is_well_formed() -> None:
    page = to_page(document("a"), CHARTS)
    drawings = [f"<svg{part.split('</svg>')[0]}</svg>" for part in page.split("<svg")[1:]]
    assert [ElementTree.fromstring(drawing).get("role") for drawing in drawings] == ["img"] * 3


def test_rows_stand_with_their_twins() -> None:
    assert "like row 7 (a)" in to_page(document("a"), ())


@pytest.mark.parametrize("name", ["report.pdf", "gone/report.html", "folder.html"])
def test_a_place_that_no_page_can_go_to_is_refused_before_any_work(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UsageError):
        check_page(tmp_path / name)


def test_the_page_is_written_in_utf_8(tmp_path: Path) -> None:
    write_page(tmp_path / "report.html", document("Störung 网络"), CHARTS)
    assert "Störung 网络" in (tmp_path / "report.html").read_text(encoding="utf-8")
