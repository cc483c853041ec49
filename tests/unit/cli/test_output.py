from __future__ import annotations

import json

import pytest

from triage.cli.output import show_json, show_table


def test_square_brackets_of_a_label_are_shown_and_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("[red]Title", ["[bold]label"], [("[/x] open",), ("[link]y",)])
    shown = capsys.readouterr().out
    for text in ("[red]Title", "[bold]label", "[/x] open", "[link]y"):
        assert text in shown


def test_json_alone_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"label": "Drücker"})
    assert json.loads(capsys.readouterr().out) == {"label": "Drücker"}
