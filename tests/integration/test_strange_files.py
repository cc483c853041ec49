"""Files that nothing was tuned to: other column names, several languages, many rare labels; and one without a text."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.commands import Run, give, rows_of

_SYLLABLES = {
    "de": re.findall("..", "schaltwerkdrucknetzverbindungstörlastkassenlagertürgerätelüftheizbandwagenplatzsiegelfehl"),
    "en": re.findall("...", "logprinmailocknetscandiskbadgephonportsynfilecodpaslinkformqueuedrivtokenhostclockpad"),
    "zh": list("网络断开打印机密码账户锁定邮件无法连接服务器慢屏幕键盘软件安装报表权限电话仓库订单"),
}
_SMALL = {
    "de": ["die", "der", "ist", "nicht", "und", "seit", "heute", "bitte"],
    "en": ["the", "is", "not", "and", "since", "today", "please", "on"],
    "zh": list("的是不了请在"),
}
_SITES = ("Ulm", "Leeds", "上海", "Graz", "York")


def many_labels(n: int, seed: int = 5) -> pd.DataFrame:
    """Tickets of 75 labels, half of which have fewer than 20, in three languages, with columns of a desk of its own."""
    generator = np.random.default_rng(seed)
    own = {
        label: {
            language: ["".join(generator.choice(parts, 3)) for _ in range(4)] for language, parts in _SYLLABLES.items()
        }
        for label in range(75)
    }
    share = 1.0 / (1.0 + np.arange(75)) ** 1.1
    rows = []
    for label in generator.choice(75, n, p=share / share.sum()).tolist():
        language = ("de", "en", "zh")[generator.choice(3, p=[0.5, 0.3, 0.2])]
        words = [*generator.choice(own[label][language], 3), *generator.choice(_SMALL[language], 6)]
        generator.shuffle(words)
        rows.append(
            {
                "Kurztext": " ".join(words[:4]),
                "Langtext": ("" if language == "zh" else " ").join(words[2:]),
                "Standort": _SITES[label % 5] if generator.random() < 0.7 else str(generator.choice(_SITES)),
                "Sachgebiet": f"Gebiet {label:02}"
                if generator.random() > 0.04
                else f"Gebiet {generator.integers(75):02}",
            }
        )
    return pd.DataFrame(rows)


def no_text(n: int, seed: int = 6) -> pd.DataFrame:
    """Incidents of a monitor: three short fields, and a team that follows from two of them."""
    generator = np.random.default_rng(seed)
    host, check = generator.integers(0, 12, n), generator.integers(0, 8, n)
    team = np.where(generator.random(n) < 0.05, generator.integers(0, 6, n), (host * 5 + check) % 6)
    return pd.DataFrame(
        {
            "host": [f"srv-{at:02}" for at in host],
            "check": [f"check_{at}" for at in check],
            "level": generator.choice(["warn", "crit"], n),
            "team": [f"team {at}" for at in team],
        }
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))
    return partial(give, capsys)


def learnt(run: Run, folder: Path, tickets: pd.DataFrame, target: str, cut: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train on the oldest rows and label the others; return the truth and the answers."""
    tickets.iloc[:cut].to_csv(folder / "old.csv", index=False)
    tickets.iloc[cut:].drop(columns=target).to_csv(folder / "new.csv", index=False)
    trained = run("train", "incidents", folder / "old.csv", "--target", target, "--name", "desk", "--json")
    assert trained.code == 0, trained.err
    labelled = run("label", folder / "new.csv", "--model", "desk", "--out", folder / "out.csv", "--json")
    assert labelled.code == 0, labelled.err
    return tickets.iloc[cut:].reset_index(drop=True), pd.DataFrame(rows_of(folder / "out.csv"))


def assert_kept(truth: pd.Series, answers: pd.DataFrame, target: str) -> None:
    """Hold that what is automatic is right about as often as was promised, or that nothing is."""
    right = answers[f"{target}_pred"] == truth
    automatic = right[answers[f"{target}_decision"] == "auto"]
    assert not len(automatic) or automatic.mean() >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / len(automatic))


def test_many_rare_labels_in_three_languages_are_learnt(run: Run, tmp_path: Path) -> None:
    tickets = many_labels(1900)
    counts = tickets["Sachgebiet"].iloc[:1500].value_counts()
    assert len(counts) >= 70
    assert (counts < 20).mean() >= 0.5
    truth, answers = learnt(run, tmp_path, tickets, "Sachgebiet", 1500)
    right = answers["Sachgebiet_pred"] == truth["Sachgebiet"]
    usual = (truth["Sachgebiet"] == counts.index[0]).mean()
    assert right.mean() > usual + 0.4
    assert_kept(truth["Sachgebiet"], answers, "Sachgebiet")


def test_file_without_a_text_is_learnt(run: Run, tmp_path: Path) -> None:
    truth, answers = learnt(run, tmp_path, no_text(1200), "team", 900)
    assert (answers["team_pred"] == truth["team"]).mean() > 0.8
    assert_kept(truth["team"], answers, "team")
