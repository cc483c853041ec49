"""Every notebook, cell by cell in a kernel of its own, as a user runs it; what it shows is what the commands say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import jupytext  # type: ignore[import-untyped]  # ships no types
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
FIRST = "01_first_triage_model.py"
# A notebook has 90 s; a test machine may be busy with others.
TIMEOUT_S = 240

# With one core joblib starts no workers, which would outlive the kernel for minutes; and on a busy machine the threads
# of linear algebra that wait for each other take four times as long as one.
ONE_CORE = {"LOKY_MAX_CPU_COUNT": "1", "OPENBLAS_NUM_THREADS": "1"}

# A shown table's cells as text, by row name.
Shown: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Ran:
    """What a notebook left: its printed and shown texts, what it complained of, and the commands' view of its model."""

    shown: tuple[str, ...]
    complaints: tuple[str, ...]
    evaluated: Mapping[str, object]
    left: tuple[str, ...]


def checkout() -> frozenset[Path]:
    """Every file of the checkout where a notebook might leave one."""
    folders = [ROOT / name for name in ("data", "models", "notebooks")]
    return frozenset([*ROOT.iterdir(), *(file for folder in folders for file in folder.rglob("*"))])


def run_notebook(path: Path, folder: Path) -> Ran:
    """Run a notebook in an empty working directory; ask the command line before the cell that removes its home."""
    notebook = jupytext.read(path)
    work, temporary = folder / "work", folder / "tmp"
    for made in (work, temporary):
        made.mkdir()
    client = NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", allow_errors=False)
    evaluated: Mapping[str, object] = {}
    with client.setup_kernel(cwd=str(work), env={**os.environ, **ONE_CORE, "TMPDIR": str(temporary)}):
        for at, cell in enumerate(notebook.cells):
            if "clean-up" in cell.metadata.get("tags", []):
                (home,) = temporary.glob("triage-notebook-*")
                evaluated = evaluate(home)
            client.execute_cell(cell, at)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return Ran(
        shown=tuple(str(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in outputs),
        complaints=tuple(output["text"] for output in outputs if output.get("name") == "stderr"),
        evaluated=evaluated,
        left=tuple(file.name for made in (work, temporary) for file in made.iterdir()),
    )


def evaluate(home: Path) -> Mapping[str, object]:
    """Return what `triage evaluate --json` says about the model of the first notebook, in the notebook's home."""
    command = ["evaluate", "first", str(ROOT / "data" / "sample" / "tickets.csv"), "--slice", "newest", "--json"]
    environ = {**os.environ, "TRIAGE_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "triage", *command], env=environ, capture_output=True, text=True, check=True, timeout=120
    )
    document: Mapping[str, object] = json.loads(done.stdout)
    return document


def to_table(text: str) -> Shown:
    """Read a shown table of numbers: row names, then cells, parted by spaces."""
    lines = [line.split() for line in text.splitlines()]
    return {cells[0]: cells[1:] for cells in lines if len(cells) > 1}


@pytest.fixture(scope="module")
def before() -> frozenset[Path]:
    return checkout()


@pytest.fixture(scope="module")
def ran(before: frozenset[Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ran]:
    """Every notebook, run from top to bottom."""
    with pytest.MonkeyPatch.context() as patch:
        # Neither the history of a person's own sessions nor their start-up files take part.
        for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        return {path.name: run_notebook(path, tmp_path_factory.mktemp(path.stem)) for path in NOTEBOOKS}


@pytest.fixture(scope="module")
def expected(ran: Mapping[str, Ran]) -> Mapping[str, Mapping[str, float | None]]:
    """Return the command line's scores of the first notebook's model, by target."""
    scores = ran[FIRST].evaluated["scores"]
    assert isinstance(scores, list)
    return {each.pop("target"): each for each in scores}


@pytest.mark.timeout(2 * TIMEOUT_S)
@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_every_notebook_runs_without_a_warning_and_leaves_nothing_behind(
    ran: Mapping[str, Ran], before: frozenset[Path], name: str
) -> None:
    assert ran[name].complaints == ()
    assert ran[name].left == ()
    assert checkout() - before == frozenset()


@pytest.mark.timeout(2 * TIMEOUT_S)
def test_the_report_of_the_first_notebook_shows_what_the_command_line_says(
    ran: Mapping[str, Ran], expected: Mapping[str, Mapping[str, float | None]]
) -> None:
    tables = [to_table(text) for text in ran[FIRST].shown if "majority_macro_f1" in text]
    assert tables
    for table in tables:
        for name in next(iter(expected.values())):
            numbers = [float("nan") if each[name] is None else each[name] for each in expected.values()]
            # The last table holds the report and the evaluation side by side; all are rounded to 4 places.
            sides = len(table[name]) // len(numbers)
            assert [float(cell) for cell in table[name]] == pytest.approx(numbers * sides, abs=6e-5, nan_ok=True)


@pytest.mark.timeout(2 * TIMEOUT_S)
def test_the_notebook_on_metrics_finds_in_memory_and_by_command_line_the_same(ran: Mapping[str, Ran]) -> None:
    printed = "".join(ran["02_metrics_and_a_first_warning.py"].shown)
    assert "the same alerts as in the file: True" in printed
    assert "the same numbers: True" in printed
