from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from triage.cli import main


def test_help_imports_neither_scikit_learn_nor_pandas_nor_a_web_framework() -> None:
    heavy = ("sklearn", "pandas", "numpy", "fastapi", "mlflow", "sqlalchemy")
    probe = f"import sys, triage.cli.app; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"


def ended_with(commands: typer.Typer, *words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(words, commands)
    return ended.value.code


def test_interrupted_command_says_so_and_ends_as_shells_expect(capsys: pytest.CaptureFixture[str]) -> None:
    commands = typer.Typer()

    @commands.command()
    def slow() -> None:
        raise KeyboardInterrupt

    assert ended_with(commands) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_other_ends_are_as_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    commands = typer.Typer(rich_markup_mode=None)

    @commands.command()
    def leave(code: int = 0) -> None:
        raise typer.Exit(code)

    assert [ended_with(commands), ended_with(commands, "--code", "3")] == [0, 3]
    assert capsys.readouterr().err == ""
    assert ended_with(commands, "--cde", "3") == 2
    assert "No such option" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [[], ["train"], ["models"], ["deliver"], ["deliver", "dead"], ["feedback"], ["datasets"]]
)
def test_no_line_of_a_list_of_commands_is_cut_short(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    listed = capsys.readouterr().out.partition("Commands:")[2]
    assert listed.strip()
    assert "..." not in listed
