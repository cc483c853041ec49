"""Metrics by the commands, as a user gives them: in this process, on made-up files with a known fault."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.commands import Run, give, rows_of
from tests.metric_series import DAY, estate, long_of

from triage.cli import main

COLUMNS = ["entity", "timestamp", "score", "alert", "probability", "causes"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the metrics of six days and with the model `estate`, learnt from them."""
    folder = tmp_path_factory.mktemp("home")
    estate().to_csv(folder / "history.csv", index=False)
    later = estate(2, seed=2, faults=(1.5,))
    moments = pd.date_range("2026-09-27", periods=2 * DAY, freq="5min", unit="ns").strftime("%Y-%m-%dT%H:%M:%SZ")
    later["timestamp"] = np.repeat(moments, 2)
    later.to_csv(folder / "later.csv", index=False)
    incidents = (
        "entity,opened_at,resolved_at\nweb,2026-09-25T12:00:00Z,2026-09-25T12:30:00Z\nweb,2026-09-26T09:36:00Z,\n"
    )
    (folder / "incidents.csv").write_text(incidents, encoding="utf-8")
    (folder / "later-incidents.csv").write_text("entity,start\nweb,2026-09-28 12:00\n", encoding="utf-8")
    words = ["train", "metrics", "history.csv", "--incidents", "incidents.csv", "--name", "estate", "--horizon", "90m"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAGE_HOME", str(folder))
        patch.chdir(folder)
        with pytest.raises(SystemExit, match="0"):
            main([*words, "--json"])
    return folder


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Gives a command in the home and returns what it did."""
    monkeypatch.setenv("TRIAGE_HOME", str(home))
    monkeypatch.chdir(home)
    return partial(give, capsys)


def test_one_row_a_row_that_is_read_in_its_order(run: Run, home: Path, tmp_path: Path) -> None:
    done = run("detect", "history.csv", "--out", tmp_path / "out.csv", "--json")
    assert done.code == 0
    before, after = rows_of(home / "history.csv"), rows_of(tmp_path / "out.csv")
    assert list(after[0]) == COLUMNS
    assert [(row["entity"], row["timestamp"]) for row in after] == [(row["entity"], row["timestamp"]) for row in before]
    assert all(0.0 <= float(row["score"]) <= 1.0 for row in after)
    assert {row["probability"] for row in after} == {""}
    alerts = [row for row in after if row["alert"] == "1"]
    assert {row["alert"] for row in after} == {"0", "1"}
    assert done.document["warnings"] == len(alerts)
    assert all(row["causes"] == "[]" for row in after if row["alert"] == "0")
    assert set(json.loads(alerts[0]["causes"])[0]) == {"metric", "contribution"}


def test_entity_that_stops_is_named_though_it_has_no_row(run: Run, tmp_path: Path) -> None:
    generator, steps = np.random.default_rng(1), 400
    times = pd.date_range("2026-01-01", periods=steps, freq="min").strftime("%Y-%m-%dT%H:%M:%SZ")
    frame = pd.DataFrame({"timestamp": np.repeat(times, 3), "entity": ["a", "b", "c"] * steps})
    frame["cpu"] = generator.normal(size=len(frame))
    is_gone = (frame["entity"] == "b") & (np.arange(len(frame)) >= 600)
    frame[~is_gone].to_csv(tmp_path / "in.csv", index=False)
    done = run("detect", tmp_path / "in.csv", "--out", tmp_path / "out.csv", "--json")
    assert isinstance(done.document["stopped"], list)
    (stopped,) = done.document["stopped"]
    assert (stopped["entity"], stopped["closed_at"]) == ("b", None)
    assert "2026-01-01T03:50" <= stopped["opened_at"] <= "2026-01-01T04:30"
    assert "No metric has sent anything" in stopped["why"]
    after = rows_of(tmp_path / "out.csv")
    assert len(after) == int((~is_gone).sum())
    assert done.document["warnings"] == sum(row["alert"] == "1" for row in after) + 1


def test_problems_hold_every_warning_and_name_likely_roots(run: Run, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("caller,callee\nweb,db\n", encoding="utf-8")
    words = ("--problems", tmp_path / "problems.json", "--dependencies", tmp_path / "calls.csv")
    done = run("detect", "history.csv", "--out", tmp_path / "out.csv", *words, "--json")
    problems = json.loads((tmp_path / "problems.json").read_text(encoding="utf-8"))
    assert problems
    assert sum(len(problem["warnings"]) for problem in problems) == done.document["warnings"]
    for problem in problems:
        assert {one["entity"] for one in problem["root_causes"]} == {one["entity"] for one in problem["warnings"]}
    assert run("detect", "history.csv", "--out", tmp_path / "out.csv", *words[2:]).code == 2


def test_problems_follow_the_grouping_of_the_service(run: Run, home: Path, tmp_path: Path) -> None:
    words = ("detect", "history.csv", "--out", tmp_path / "out.csv", "--problems", tmp_path / "problems.json", "--json")
    config = home / "triage.toml"
    try:
        config.write_text("[grouping]\nenabled = false\n", encoding="utf-8")
        done = run(*words)
        problems = json.loads((tmp_path / "problems.json").read_text(encoding="utf-8"))
        assert len(problems) == done.document["warnings"]
        config.write_text('[grouping]\ndependencies = "nowhere.csv"\n', encoding="utf-8")
        assert run(*words).code == 2
    finally:
        config.unlink()


def test_duplicates_and_disorder_are_kept_and_change_no_other_row(run: Run, home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(home / "history.csv", dtype=str)
    twice = pd.concat([frame, frame.iloc[100:110]]).sample(frac=1, random_state=5)
    twice.to_csv(tmp_path / "shuffled.csv", index=False)
    run("detect", "history.csv", "--out", tmp_path / "straight-out.csv")
    run("detect", tmp_path / "shuffled.csv", "--out", tmp_path / "shuffled-out.csv")
    straight = {(row["entity"], row["timestamp"]): row for row in rows_of(tmp_path / "straight-out.csv")}
    shuffled = rows_of(tmp_path / "shuffled-out.csv")
    assert len(shuffled) == len(straight) + 10
    first = {(row["entity"], row["timestamp"]): row for row in reversed(shuffled)}
    assert {key: row["score"] for key, row in first.items()} == {key: row["score"] for key, row in straight.items()}
    assert sum(row["alert"] == "1" for row in shuffled) == sum(row["alert"] == "1" for row in straight.values())


def test_rows_in_a_silence_say_nothing_new_and_never_alert(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "silences.csv").write_text("entity,start,end\n*,2026-09-25T11:00:00Z,2026-09-25T14:00:00Z\n")
    monkeypatch.setenv("TRIAGE_SILENCES", str(tmp_path / "silences.csv"))
    run("detect", "history.csv", "--out", tmp_path / "out.csv")
    out = pd.read_csv(tmp_path / "out.csv")
    inside = out["timestamp"].between("2026-09-25T11:00:00Z", "2026-09-25T13:59:59Z")
    assert inside.sum() == 2 * 36
    assert not out.loc[inside, "alert"].any()
    assert out[inside].groupby("entity")["score"].nunique().max() == 1


def test_cutting_the_file_changes_no_row_before_the_cut(run: Run, home: Path, tmp_path: Path) -> None:
    lines = (home / "history.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "history.csv").write_text("".join(lines[:2001]), encoding="utf-8")
    run("detect", "history.csv", "--out", tmp_path / "whole.csv")
    run("detect", tmp_path / "history.csv", "--out", tmp_path / "part.csv")
    assert rows_of(tmp_path / "part.csv") == rows_of(tmp_path / "whole.csv")[:2000]


def test_long_wide_and_parquet_files_raise_the_same_warnings(run: Run, home: Path, tmp_path: Path) -> None:
    wide = pd.read_csv(home / "history.csv")
    long_of(wide).to_csv(tmp_path / "long.csv", index=False)
    wide.assign(timestamp=pd.to_datetime(wide["timestamp"])).to_parquet(tmp_path / "wide.parquet")
    found = []
    for file in (home / "history.csv", tmp_path / "long.csv", tmp_path / "wide.parquet"):
        run("detect", file, "--out", tmp_path / "out.csv")
        alerts = [row for row in rows_of(tmp_path / "out.csv") if row["alert"] == "1"]
        found.append([(row["entity"], row["timestamp"][:19], row["causes"]) for row in alerts])
    assert found[0] == found[1] == found[2] != []


def test_nab_s_format_is_one_entity_by_the_file_s_name(run: Run, tmp_path: Path) -> None:
    frame = estate()
    lone = frame[frame["entity"] == "web"][["timestamp", "latency"]].rename(columns={"latency": "value"})
    lone.assign(timestamp=lone["timestamp"].str.replace("T", " ").str[:19]).to_csv(tmp_path / "taxi.csv", index=False)
    assert run("detect", tmp_path / "taxi.csv", "--out", tmp_path / "out.csv").code == 0
    rows = rows_of(tmp_path / "out.csv")
    assert {row["entity"] for row in rows} == {"taxi"}
    assert json.loads(next(row["causes"] for row in rows if row["alert"] == "1"))[0]["metric"] == "value"


def test_a_model_goes_on_after_what_it_learnt_from(run: Run, tmp_path: Path) -> None:
    done = run("detect", "later.csv", "--model", "estate", "--out", tmp_path / "out.csv", "--json")
    assert (done.code, done.document["left_out"], done.document["version"]) == (0, 0, "1")
    warned = [row for row in rows_of(tmp_path / "out.csv") if row["alert"] == "1" and row["entity"] == "web"]
    assert any("2026-09-28T11" <= row["timestamp"] <= "2026-09-28T12:30" for row in warned)


def test_rows_that_a_model_learnt_from_are_not_answered_and_counted(run: Run, home: Path, tmp_path: Path) -> None:
    done = run("detect", "history.csv", "--model", "estate", "--out", tmp_path / "out.csv", "--json")
    assert done.code == 0
    assert done.document["left_out"] == len(rows_of(home / "history.csv"))
    assert {row["score"] for row in rows_of(tmp_path / "out.csv")} == {"0.0"}


def test_the_run_says_how_early_and_evaluate_says_the_same(run: Run) -> None:
    card = run("models", "show", "estate", "--json").document["card"]
    assert isinstance(card, dict)
    judged = run("evaluate", "estate", "history.csv", "--incidents", "incidents.csv", "--json")
    assert judged.code == 0
    assert judged.document["fit"] == "before-refit"
    assert judged.document["scores"] == card["scores"]
    assert card["scores"]["incidents"] == 2


def test_a_later_file_is_judged_by_what_serves(run: Run) -> None:
    words = ("evaluate", "estate", "later.csv", "--incidents", "later-incidents.csv", "--slice", "all")
    judged = run(*words, "--json").document
    assert (judged["fit"], judged["left_out"], judged["incidents_left_out"]) == ("served", 0, 0)
    scores = judged["scores"]
    assert isinstance(scores, dict)
    assert scores["early_recall"] == 1.0
    shown = run(*words)
    assert "lead time, median" in shown.out


def test_thirty_incidents_teach_probabilities_for_entities_never_seen(run: Run, tmp_path: Path) -> None:
    machines, steps = 40, 100
    values = np.random.default_rng(0).normal(size=(machines, steps, 2))
    values[:, :, 0] += np.maximum(np.arange(steps) - 75, 0) * 0.3
    frame = pd.DataFrame(values.reshape(-1, 2), columns=["heat", "load"])
    frame.insert(0, "timestamp", np.tile(np.arange(steps), machines))
    frame.insert(0, "entity", np.repeat([f"m{number}" for number in range(machines)], steps))
    frame[: 36 * steps].to_csv(tmp_path / "worn.csv", index=False)
    frame[36 * steps :].to_csv(tmp_path / "new.csv", index=False)
    failed = "".join(f"m{number},{steps - 1}\n" for number in range(36))
    (tmp_path / "failures.csv").write_text(f"entity,opened_at\n{failed}", encoding="utf-8")
    words = ("--step", "1h", "--horizon", "15steps", "--budget", "1/40steps", "--name", "machines", "--json")
    learnt = run("train", "metrics", tmp_path / "worn.csv", "--incidents", tmp_path / "failures.csv", *words)
    assert learnt.document["early_warning_model"] is True
    run("detect", tmp_path / "new.csv", "--model", "machines", "--out", tmp_path / "out.csv")
    said = pd.read_csv(tmp_path / "out.csv")
    assert said["probability"].between(0.0, 1.0).all()
    is_near = said["timestamp"] >= steps - 16
    assert said.loc[is_near, "probability"].mean() > 5 * said.loc[~is_near, "probability"].mean()


def test_the_list_of_models_says_what_each_learns_from(run: Run) -> None:
    assert json.loads(run("models", "list", "--json").out)[0]["kind"] == "metrics"
    assert "metrics" in run("models", "list").out


def test_every_warning_is_drawn(run: Run, tmp_path: Path) -> None:
    done = run("detect", "later.csv", "--out", tmp_path / "out.csv", "--plots", tmp_path / "plots", "--json")
    assert done.document["warnings"] == len(list((tmp_path / "plots").glob("*.png"))) > 0


def test_steps_have_the_length_that_is_said(run: Run, tmp_path: Path) -> None:
    frame = estate()
    frame["timestamp"] = np.arange(len(frame)) // 2
    frame.to_csv(tmp_path / "steps.csv", index=False)
    guessed = run("detect", tmp_path / "steps.csv", "--out", tmp_path / "guessed.csv")
    assert "step of a minute" in guessed.err
    said = run("detect", tmp_path / "steps.csv", "--step", "5m", "--out", tmp_path / "said.csv")
    assert "step of a minute" not in said.err
    run("detect", "history.csv", "--out", tmp_path / "times.csv")
    alerts = [[row["alert"] for row in rows_of(tmp_path / name)] for name in ("said.csv", "times.csv")]
    assert len(alerts[0]) == len(alerts[1])
    budget = run("detect", tmp_path / "steps.csv", "--budget", "2/1000steps", "--out", tmp_path / "b.csv", "--json")
    assert budget.code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("detect", "none.csv"), "none.csv"),
        (("detect", "incidents.csv"), "timestamp"),
        (("detect", "history.csv", "--budget", "often"), "often"),
        (("detect", "history.csv", "--budget", "2/1000steps"), "counts steps"),
        (("detect", "history.csv", "--step", "fast"), "fast"),
        (("detect", "history.csv", "--tz", "Mars/Base"), "Mars/Base"),
        (("detect", "history.csv", "--model", "nobody"), "nobody"),
        (("detect", "later.csv", "--model", "estate", "--budget", "5/day"), "leave it out"),
    ],
)
def test_bad_usage_exits_with_two_and_writes_nothing(
    run: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(*words, "--out", tmp_path / "out.csv")
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate", "estate", "history.csv"), "--incidents FILE"),
        (("evaluate", "estate", "history.csv", "--incidents", "incidents.csv", "--slice", "validate"), "newest, all"),
        (("evaluate", "estate", "history.csv", "--incidents", "incidents.csv", "--slice", "oldest"), "oldest"),
        (("label", "incidents.csv", "--model", "estate", "--out", "labelled.csv"), "triage detect"),
        (("train", "incidents", "incidents.csv", "--name", "estate"), "another name"),
        (("train", "metrics", "history.csv", "--horizon", "soon"), "--horizon"),
        (("train", "metrics", "history.csv", "--horizon", "0m"), "horizon must be above 0"),
        (("train", "metrics", "history.csv", "--incidents", "history.csv"), "opened_at"),
    ],
)
def test_what_a_model_of_metrics_cannot_do_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_rows_at_fault_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("timestamp,value\n2026-09-21 12:00,1\nnever,high\n", encoding="utf-8")
    done = run("detect", tmp_path / "bad.csv", "--out", tmp_path / "out.csv")
    assert done.code == 2
    assert "never" in done.err
    assert "high" in done.err
    assert done.err.count("Rows 3") == 2


@pytest.mark.real_data
def test_every_file_of_nab_is_read_and_answered_row_by_row(real_data: Path, run: Run, tmp_path: Path) -> None:
    files = sorted((real_data / "metrics" / "nab" / "data").rglob("*.csv"))
    assert len(files) == 29
    for file in files:
        done = run("detect", file, "--out", tmp_path / "out.csv", "--json")
        assert done.code == 0
        before, after = rows_of(file), rows_of(tmp_path / "out.csv")
        assert [row["timestamp"] for row in after] == [row["timestamp"] for row in before]
