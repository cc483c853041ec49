from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

import triage.errors as errors_module
from triage.cli.app import app
from triage.errors import TriageError
from triage.settings import Settings

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[tuple[str, list[str]]]:
    """Every command with its long options."""
    group = typer.main.get_command(app)
    found: list[tuple[str, list[str]]] = []

    def walk(command: object, words: list[str]) -> None:
        children = getattr(command, "commands", None)
        if children:
            for name, child in children.items():
                walk(child, [*words, name])
            return
        options = [name for each in getattr(command, "params", []) for name in each.opts if name.startswith("--")]
        found.append((" ".join(words), [option for option in options if option != "--help"]))

    walk(group, ["triage"])
    return found


@pytest.mark.parametrize(("command", "options"), commands())
def test_every_command_and_option_stands_in_the_reference(command: str, options: list[str]) -> None:
    assert command in REFERENCE
    assert [option for option in options if f"`{option}" not in REFERENCE] == []


@pytest.mark.parametrize("command", [command for command, _ in commands()])
def test_every_command_stands_in_the_readme(command: str) -> None:
    group, _, last = command.rpartition(" ")
    assert command in README or (group in README and f"`{last}`" in README)


@pytest.mark.parametrize("key", Settings.known_keys())
def test_every_setting_stands_in_the_reference(key: str) -> None:
    assert f"`{key}`" in REFERENCE


def test_every_error_stands_in_the_reference() -> None:
    leaves = [
        name
        for name, kind in vars(errors_module).items()
        if isinstance(kind, type) and issubclass(kind, TriageError) and kind is not TriageError
    ]
    assert [name for name in leaves if f"`{name}`" not in REFERENCE] == []


def test_every_event_of_the_log_stands_in_the_reference() -> None:
    logged = re.compile(r"_log\.\w+\(\s*\"(\w+)\"")
    events = {
        event for file in (ROOT / "src").rglob("*.py") for event in logged.findall(file.read_text(encoding="utf-8"))
    }
    assert len(events) > 30
    assert [event for event in sorted(events) if f"`{event}`" not in REFERENCE] == []


def test_every_metric_of_the_service_stands_in_the_reference() -> None:
    source = (ROOT / "src" / "triage" / "api" / "metrics.py").read_text(encoding="utf-8")
    names = set(re.findall(r"\"(triage_[a-z_]+)\"", source))
    assert len(names) > 15
    # A counter is shown with the ending of its kind.
    assert [name for name in sorted(names) if not re.search(f"`{name}(?:_total)?[`{{]", REFERENCE)] == []


def test_every_file_that_the_documents_link_to_is_there() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), ROOT / "data/README.md"]
    broken = [
        f"{document.name}: {link}"
        for document in documents
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / link).exists()
    ]
    assert broken == []
