from __future__ import annotations

import json

import pytest

from triage.cli.output import show_error, show_json, show_table
from triage.errors import DataError, Problem


def test_square_brackets_of_a_label_are_shown_and_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("[red]Title", ["[bold]label"], [("[/x] open",), ("[link]y",)])
    shown = capsys.readouterr().out
    for text in ("[red]Title", "[bold]label", "[/x] open", "[link]y"):
        assert text in shown


def test_json_alone_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"label": "Drücker"})
    assert json.loads(capsys.readouterr().out) == {"label": "Drücker"}


def test_bytes_of_a_file_that_a_terminal_would_act_on_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_error(DataError("Bad.", [Problem("is no column", where="\x1b[2Jname\x00\x9b1m")]))
    assert capsys.readouterr().err == "Error: Bad.\n  - \ufffd[2Jname\ufffd\ufffd1m: is no column\n"
