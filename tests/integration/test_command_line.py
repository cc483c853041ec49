"""The commands as a user gives them, in this process: what they print, where, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from tests.commands import Done, Run, give, rows_of

from triage.cli import main
from triage.simulate import SAMPLE_START, simulate_tickets
from triage.store import SqlJournal

TRAIN = ("--target", "category,impact,urgency", "--name", "desk", "--effort", "quick")


@pytest.fixture(scope="module")
def tickets() -> pd.DataFrame:
    return simulate_tickets(700, seed=3, start=SAMPLE_START)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tickets: pd.DataFrame) -> Path:
    """A home with the model `desk`, learnt from the oldest 600 tickets."""
    folder = tmp_path_factory.mktemp("home")
    tickets.iloc[:600].to_csv(folder / "history.csv", index=False)
    tickets.iloc[600:].to_csv(folder / "new.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAGE_HOME", str(folder))
        with pytest.raises(SystemExit, match="0"):
            main(["train", "incidents", str(folder / "history.csv"), *TRAIN, "--json"])
    return folder


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Gives a command and returns what it did."""
    monkeypatch.setenv("TRIAGE_HOME", str(home))
    return partial(give, capsys)


def scores_of(done: Done) -> dict[str, dict[str, float]]:
    scores = done.document["scores"]
    assert isinstance(scores, list)
    return {each["target"]: each for each in scores}


def test_the_newest_slice_of_the_training_file_is_judged_by_the_fit_from_before_the_refit(run: Run, home: Path) -> None:
    done = run("evaluate", "desk", home / "history.csv", "--slice", "newest", "--json")
    assert done.code == 0
    assert done.document["fit"] == "before-refit"
    assert (done.document["in_slice"], done.document["left_out"]) == (120, 0)
    shown = run("models", "show", "desk", "--json").document["card"]
    assert isinstance(shown, dict)
    assert scores_of(done) == {each["target"]: each for each in shown["scores"]}


def test_a_file_that_the_model_never_saw_is_judged_by_the_served_fit(run: Run, home: Path) -> None:
    done = run("evaluate", "desk", home / "new.csv", "--slice", "all", "--json")
    assert (done.document["fit"], done.document["left_out"], done.document["in_slice"]) == ("served", 0, 100)
    assert set(scores_of(done)) == {"category", "impact", "urgency", "priority"}


def test_all_rows_of_the_training_file_are_judged_only_as_far_as_no_fit_has_seen_them(run: Run, home: Path) -> None:
    done = run("evaluate", "desk", home / "history.csv", "--slice", "all", "--json")
    card = run("models", "show", "desk", "--json").document["card"]
    assert isinstance(card, dict)
    assert done.document["in_slice"] == 600
    assert done.document["left_out"] == card["split"]["fit"] + card["split"]["validate"]


def test_label_writes_the_same_rows_in_the_same_order(run: Run, home: Path, tmp_path: Path) -> None:
    done = run("label", home / "new.csv", "--model", "desk", "--out", tmp_path / "out.csv", "--json")
    assert done.code == 0
    before, after = rows_of(home / "new.csv"), rows_of(tmp_path / "out.csv")
    assert [{name: row[name] for name in before[0]} for row in after] == before
    for row in after:
        ranked = json.loads(row["category_top"])
        assert row["category_pred"] == ranked[0]["label"]
        assert float(row["category_prob"]) == ranked[0]["probability"]
        assert row["category_decision"] in {"auto", "suggest", "abstain"}
        hours = [float(row[name]) for name in ("hours_p10", "hours_p50", "hours_p80", "hours_p90")]
        assert hours == sorted(hours)


def test_hours_to_resolution_are_judged_in_training_and_evaluation_alike(run: Run, home: Path) -> None:
    judged = run("evaluate", "desk", home / "history.csv", "--json").document["hours"]
    card = run("models", "show", "desk", "--json").document["card"]
    assert isinstance(judged, dict)
    assert isinstance(card, dict)
    assert card["duration"]["scores"] == judged
    assert "within the 80 % / 90 % bound" in run("evaluate", "desk", home / "history.csv").out


def test_label_refuses_a_file_that_is_labelled_already(run: Run, home: Path, tmp_path: Path) -> None:
    run("label", home / "new.csv", "--model", "desk", "--out", tmp_path / "once.csv")
    again = run("label", tmp_path / "once.csv", "--model", "desk", "--out", tmp_path / "twice.csv")
    assert again.code == 2
    assert "category_pred" in again.err
    assert not (tmp_path / "twice.csv").exists()


def test_a_row_order_of_its_own_changes_no_label(run: Run, home: Path, tmp_path: Path) -> None:
    shuffled = pd.read_csv(home / "new.csv", dtype=str).sample(frac=1, random_state=1)
    shuffled.to_csv(tmp_path / "shuffled.csv", index=False)
    run("label", home / "new.csv", "--model", "desk", "--out", tmp_path / "straight-out.csv")
    run("label", tmp_path / "shuffled.csv", "--model", "desk", "--out", tmp_path / "shuffled-out.csv")
    straight = {row["number"]: row for row in rows_of(tmp_path / "straight-out.csv")}
    assert {row["number"]: row for row in rows_of(tmp_path / "shuffled-out.csv")} == straight


def test_a_surely_worse_candidate_is_stored_but_not_promoted_and_exits_with_three(
    run: Run, home: Path, tickets: pd.DataFrame, tmp_path: Path
) -> None:
    spoilt = tickets.iloc[:600].copy()
    labels = spoilt["category"].to_numpy().copy()
    labels[:480] = labels[:480][::-1]
    spoilt["category"] = labels
    spoilt.to_csv(tmp_path / "spoilt.csv", index=False)
    before = run("models", "list", "--json")
    done = run("train", "incidents", tmp_path / "spoilt.csv", *TRAIN)
    assert done.code == 3
    assert "worse than the champion" in done.err
    assert json.loads(run("models", "list", "--json").out)[0]["champion"] == json.loads(before.out)[0]["champion"]


def test_promote_and_verify_work_on_any_version(run: Run) -> None:
    assert run("models", "promote", "desk", "1").code == 0
    assert run("models", "verify", "desk", "--json").document["verified"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate", "nobody", "new.csv"), "nobody"),
        (("evaluate", "desk", "missing.csv"), "missing.csv"),
        (("evaluate", "desk", "new.csv", "--slice", "oldest"), "oldest"),
        (("train", "incidents", "history.csv", "--target", "categroy"), "did you mean"),
        (("train", "incidents", "history.csv", "--target", "category", "--promise", "1.5"), "1.5"),
        (("train", "incidents", "history.csv", "--target", "category", "--effort", "heroic"), "heroic"),
        (("train", "incidents", "history.csv", "--target", "category", "--name", "Not A Name"), "Not A Name"),
        (("models", "promote", "desk", "99"), "99"),
        (("serve", "--model", "nobody"), "nobody"),
        (("serve", "--host", "0.0.0.0"), "loopback"),
    ],
)
def test_bad_usage_exits_with_two_and_says_what_was_got(run: Run, home: Path, words: Sequence[str], said: str) -> None:
    done = run(*(home / word if word.endswith(".csv") else word for word in words))
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_bad_row_is_named_by_its_number(run: Run, home: Path, tmp_path: Path) -> None:
    lines = (home / "history.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    lines[7] = lines[7].replace(lines[7].split(",")[1], "the day before yesterday")
    (tmp_path / "bad.csv").write_text("".join(lines), encoding="utf-8")
    done = run("train", "incidents", tmp_path / "bad.csv", *TRAIN)
    assert done.code == 2
    assert "opened_at" in done.err
    assert "8" in done.err
    assert "the day before yesterday" in done.err


def test_config_show_says_where_each_setting_came_from(run: Run) -> None:
    rows = json.loads(run("config", "show", "--json").out)
    assert {"key": "home", "origin": "environment"}.items() <= {row["key"]: row for row in rows}["home"].items()


def test_version_is_printed(run: Run) -> None:
    assert run("--version").out.startswith("triage ")


def test_label_says_which_columns_the_file_lacks(run: Run, home: Path, tmp_path: Path) -> None:
    fewer = tmp_path / "fewer.csv"
    pd.read_csv(home / "new.csv", dtype=str).drop(columns=["service", "opened_at"]).to_csv(fewer, index=False)
    done = run("label", fewer, "--model", "desk", "--out", tmp_path / "out.csv", "--json")
    assert done.code == 0
    assert done.document["missing_columns"] == ["service", "opened_at"]
    assert "answers without it: service, opened_at" in done.err
    whole = run("label", home / "new.csv", "--model", "desk", "--out", tmp_path / "whole.csv", "--json")
    assert whole.document["missing_columns"] == []


def test_train_checks_its_home_before_it_reads_the_file(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path / "file" / "home"))
    done = run("train", "incidents", home / "history.csv", *TRAIN)
    assert done.code == 2
    assert "cannot be written: Not a directory" in done.err
    assert "Reading" not in done.err
    assert "Traceback" not in done.err


def test_a_version_is_shown_by_what_somebody_asks_of_it(run: Run) -> None:
    shown = run("models", "show", "desk")
    assert shown.code == 0
    for said in ("in force", "accuracy", "category", "short_description", "Columns that are not read"):
        assert said in shown.out
    assert "sha256" in run("models", "show", "desk", "--json").out
    assert "--json" in shown.err


def test_empty_shelf_says_where_it_stands(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))
    done = run("models", "list")
    assert (done.code, str(tmp_path / "models") in done.err) == (0, True)


def test_destination_that_is_not_set_is_refused(run: Run, home: Path) -> None:
    with SqlJournal.open(f"sqlite:///{home / 'triage.db'}"):
        pass
    for words in (("deliver", "enable", "desks"), ("deliver", "dead", "list", "--to", "desks")):
        done = run(*words)
        assert (done.code, "'desks'" in done.err) == (2, True)
    assert "[deliver.NAME]" in run("deliver", "list").err
    assert "No message" in run("deliver", "dead", "list").err
