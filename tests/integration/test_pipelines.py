"""The steps of `pipelines/` as a scheduler runs them, and the `MLproject` that names them."""

from __future__ import annotations

import csv
import importlib
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer
import yaml  # type: ignore[import-untyped]  # comes with MLflow, which reads the same file by it
from tests.commands import Done, Run

from triage.simulate import SAMPLE_START, simulate_tickets

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "pipelines"
STEPS = sorted(path.stem for path in PIPELINES.glob("*.py"))
ENTRY_POINTS = yaml.safe_load((ROOT / "MLproject").read_text(encoding="utf-8"))["entry_points"]
TRAIN = ("--targets", "category,impact", "--name", "desk", "--effort", "quick")


@pytest.fixture(scope="module")
def tickets() -> pd.DataFrame:
    return simulate_tickets(500, seed=5, start=SAMPLE_START)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tickets: pd.DataFrame) -> Path:
    folder = tmp_path_factory.mktemp("home")
    tickets.iloc[:400].to_csv(folder / "history.csv", index=False)
    tickets.iloc[400:].to_csv(folder / "new.csv", index=False)
    return folder


def run_script(patch: pytest.MonkeyPatch, home: Path, step: str, *words: str | Path) -> int:
    """Run a script as `python pipelines/STEP.py WORDS` does, in this process: MLflow takes seconds to import."""
    script = PIPELINES / f"{step}.py"
    patch.setenv("TRIAGE_HOME", str(home))
    patch.chdir(home)
    patch.setattr(sys, "argv", [str(script), *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture(scope="module")
def trained(home: Path) -> Path:
    """A home with the model `desk`, learnt by the step from the oldest 400 tickets."""
    with pytest.MonkeyPatch.context() as patch:
        assert run_script(patch, home, "train_triage", "--incidents", home / "history.csv", *TRAIN) == 0
    return home


@pytest.fixture
def run(trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def give(step: str, *words: str | Path) -> Done:
        capsys.readouterr()
        code = run_script(monkeypatch, trained, step, *words)
        return Done(code, *capsys.readouterr())

    return give


def options_of(step: str) -> set[str]:
    command = typer.main.get_command(importlib.import_module(f"pipelines.{step}").step)
    return {name for parameter in command.params for name in parameter.opts}


def test_train_triage_adds_a_version_and_says_what_it_did(
    run: Run, trained: Path, tmp_path: Path, tickets: pd.DataFrame
) -> None:
    spoilt = tickets.iloc[:400].copy()
    labels = spoilt["category"].to_numpy().copy()
    labels[:320] = labels[:320][::-1]
    spoilt["category"] = labels
    spoilt.to_csv(tmp_path / "spoilt.csv", index=False)
    done = run("train_triage", "--incidents", tmp_path / "spoilt.csv", *TRAIN)
    assert done.code == 3
    assert (done.document["model"], done.document["promoted"]) == ("desk", False)
    assert "worse than the champion" in done.err
    assert (trained / "mlflow.db").is_file()
    assert not (trained / "mlruns").exists()


def test_evaluate_judges_what_came_in_since_the_training(run: Run, trained: Path) -> None:
    done = run("evaluate", "--incidents", trained / "new.csv", "--name", "desk", "--slice", "all")
    assert done.code == 0
    assert (done.document["fit"], done.document["in_slice"], done.document["left_out"]) == ("served", 100, 0)


def test_label_backfill_writes_every_row_with_its_labels(run: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "labelled.csv"
    done = run("label_backfill", "--incidents", trained / "new.csv", "--name", "desk", "--out", out)
    assert done.code == 0
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert done.document["rows"] == len(rows) == 100
    assert {"category_pred", "category_prob", "category_decision", "category_top"} <= set(rows[0])


def test_promote_puts_a_version_in_force(run: Run) -> None:
    done = run("promote", "--name", "desk", "--version", "1")
    assert (done.code, done.document) == (0, {"name": "desk", "champion": "1"})


@pytest.mark.parametrize(
    ("step", "words", "said"),
    [
        ("train_triage", ("--incidents", "history.csv", "--name", "desk", "--targets", "categroy"), "did you mean"),
        ("train_triage", ("--incidents", "history.csv"), "--name"),
        ("evaluate", ("--incidents", "new.csv", "--name", "desk", "--slice", "oldest"), "oldest"),
        ("promote", ("--name", "desk", "--version", "99"), "99"),
        ("label_backfill", ("--incidents", "none.csv", "--name", "desk", "--out", "out.csv"), "none.csv"),
    ],
)
def test_bad_usage_or_data_exits_with_two_and_prints_nothing_on_stdout(
    run: Run, step: str, words: tuple[str, ...], said: str
) -> None:
    done = run(step, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_step_is_a_script_that_needs_no_working_directory_of_its_own(trained: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(PIPELINES / "evaluate.py"), "--incidents", str(trained / "new.csv")]
    done = subprocess.run(
        [*command, "--name", "nobody"],
        cwd=tmp_path,
        env={"TRIAGE_HOME": str(trained)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "nobody" in done.stderr


def test_every_step_is_an_entry_point_and_stands_in_the_readme() -> None:
    readme = (PIPELINES / "README.md").read_text(encoding="utf-8")
    assert sorted(ENTRY_POINTS) == STEPS
    assert [step for step in STEPS if f"`{step}`" not in readme] == []


@pytest.mark.parametrize("name", sorted(ENTRY_POINTS))
def test_an_entry_point_names_a_script_and_only_options_that_it_has(name: str) -> None:
    interpreter, script, *words = shlex.split(ENTRY_POINTS[name]["command"])
    assert interpreter == "python"
    assert (ROOT / script) == PIPELINES / f"{name}.py"
    options, values = words[::2], words[1::2]
    assert set(options) <= options_of(name)
    # Every parameter is used once, for the option of its name; what is not declared could not be filled in.
    parameters = [re.fullmatch(r"\{(\w+)\}", value) for value in values]
    assert [f"--{found[1]}" for found in parameters if found] == options
    assert {found[1] for found in parameters if found} == set(ENTRY_POINTS[name]["parameters"])


@pytest.mark.parametrize("name", sorted(ENTRY_POINTS))
def test_an_entry_point_asks_for_every_option_that_its_step_requires(name: str) -> None:
    command = typer.main.get_command(importlib.import_module(f"pipelines.{name}").step)
    required = {parameter.opts[0].removeprefix("--") for parameter in command.params if parameter.required}
    assert required <= set(ENTRY_POINTS[name]["parameters"])
