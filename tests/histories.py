"""Small histories with a known rule behind them, for tests. Seeded; nothing is read from a file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from itertools import starmap
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.learn.fitting import Effort, choose_model
from triage.learn.inputs import InputColumns, Inputs, from_frame
from triage.learn.model import IncidentModel
from triage.training.ports import History, RefusedColumn

__all__ = [
    "COLUMNS",
    "PLAIN",
    "as_inputs",
    "constructed_history",
    "fitted_model",
    "labels_of",
    "nested",
    "reworded",
    "take",
    "timed",
]

COLUMNS = InputColumns(text=("title", "description"), fields=("site", "reported_by"), opened_at=True)

# One fit, to which every row counts the same.
PLAIN = Effort(strengths=(3.0,), half_lives=(inf,))

# A topic's own words in three languages; every ticket also holds words that say nothing.
_WORDS = {
    "network": ["vpn", "router", "wlan", "Netzwerkstörung", "Verbindung getrennt", "网络断开", "无法连接", "gateway"],
    "printing": ["printer", "toner", "paper jam", "Drucker", "Papierstau", "打印机", "卡纸", "tray"],
    "access": ["password", "locked account", "login", "Kennwort", "Konto gesperrt", "密码", "账户锁定", "badge"],
}
_FILLER = ["please", "help", "since today", "bitte", "seit heute", "请帮忙", "urgent", "again", "INC0012345", "—"]
_SITES = ["Bonn", "Lyon", "Osaka"]
# The usual matrix; what is drawn from it is what a test expects to be learnt.
_PRIORITY = {("1", "1"): "1", ("1", "2"): "2", ("2", "1"): "2", ("2", "2"): "3"}
_HOUR = np.timedelta64(3600, "s")


def constructed_history(
    n: int = 240, seed: int = 0, *, noise: float = 0.1, priority: bool = False, known_after_h: float | None = 5.0
) -> History:
    """Draw tickets whose topic shows in their words, and whose impact and urgency show in site and words.

    Parameters
    ----------
    n : int
        Incidents, one an hour.
    seed : int
    noise : float
        Share of topics, impacts and urgencies that are drawn blindly, in [0, 1].
    priority : bool
        Whether impact, urgency and priority are targets too.
    known_after_h : float or None
        Hours from opening to the label; None for a file that does not say.
    """
    generator = np.random.default_rng(seed)
    topics = generator.choice(list(_WORDS), n)
    opened_at = pd.Series(pd.date_range("2026-01-05", periods=n, freq="h", tz="UTC", unit="ns"))
    titles = [_draw_words(generator, [*_WORDS[topic], *_FILLER[:4]], 3) for topic in topics]
    bodies = [_draw_words(generator, [*_WORDS[topic], *_FILLER], 6) for topic in topics]
    inputs = pd.DataFrame(
        {
            "title": pd.Series(titles, dtype=object),
            "description": _with_missing(generator, bodies, 0.1),
            "site": _with_missing(generator, generator.choice(_SITES, n).tolist(), 0.2),
            # Nearly every value is rare: what comes later is mostly unseen.
            "reported_by": pd.Series([f"user {number}" for number in generator.integers(0, n, n)], dtype=object),
        }
    )
    targets = pd.DataFrame({"topic": pd.Series(_blur(generator, topics.tolist(), noise), dtype=object)})
    if priority:
        impacts = ["1" if site == "Bonn" else "2" for site in inputs["site"]]
        urgencies = ["1" if "urgent" in text else "2" for text in bodies]
        targets["impact"] = pd.Series(_blur(generator, impacts, noise), dtype=object)
        targets["urgency"] = pd.Series(_blur(generator, urgencies, noise), dtype=object)
        pairs = zip(targets["impact"], targets["urgency"], strict=True)
        targets["priority"] = pd.Series([_PRIORITY[pair] for pair in pairs], dtype=object)
    return History(
        name="constructed",
        kind="tickets",
        inputs=inputs,
        targets=targets,
        opened_at=opened_at,
        known_at=None if known_after_h is None else opened_at + pd.Timedelta(hours=known_after_h),
        ids=pd.Series([f"INC{number:05}" for number in range(n)], dtype=object),
        columns=COLUMNS,
        refused=(RefusedColumn("resolved_by", "not known at opening"),),
        fingerprint=hashlib.sha256(repr((n, seed, noise, priority)).encode()).hexdigest(),
        keys=_to_keys(inputs, opened_at),
        outcomes=pd.DataFrame(index=inputs.index),
    )


def nested(history: History) -> History:
    """Return the history with a target "kind" more, of two labels a topic: in Bonn, and elsewhere."""
    kinds = [
        f"{topic} {'in Bonn' if site == 'Bonn' else 'elsewhere'}"
        for topic, site in zip(history.targets["topic"], history.inputs["site"], strict=True)
    ]
    return replace(history, targets=history.targets.assign(kind=pd.Series(kinds, dtype=object)))


def as_inputs(history: History) -> Inputs:
    """Return a history's rows as a model reads them."""
    return from_frame(history.inputs, history.opened_at, history.columns)


def labels_of(history: History) -> dict[str, list[str | None]]:
    """Return a history's labels by target."""
    return {str(name): history.targets[name].tolist() for name in history.targets}


def take(history: History, rows: range) -> tuple[Inputs, dict[str, list[str | None]]]:
    """Return some rows of a history, with their labels by target."""
    labels = {target: [column[row] for row in rows] for target, column in labels_of(history).items()}
    return as_inputs(history).take(rows), labels


@cache
def fitted_model() -> IncidentModel:
    """Return a model with heads for topic, impact, urgency and priority; tests share it, and nothing changes it."""
    history = constructed_history(priority=True)
    model, _ = choose_model(take(history, range(170)), take(history, range(170, 240)), COLUMNS, PLAIN)
    return model


def reworded(history: History, rows: NDArray[np.int64]) -> History:
    """Return the history with the given rows' content and labels replaced by others."""
    inputs, targets = history.inputs.copy(), history.targets.copy()
    inputs.loc[rows, ["title", "description"]] = "完全不同 something else entirely"
    inputs.loc[rows, "site"] = "Nowhere"
    for name in targets:
        targets.loc[rows, name] = targets[name].iloc[0]
    return replace(history, inputs=inputs, targets=targets, keys=_to_keys(inputs, history.opened_at))


def timed(history: History, seed: int = 0) -> History:
    """Return the history with hours to resolution: printing is quick, access slow, and the rest takes a day or so."""
    assert history.opened_at is not None
    means = history.targets["topic"].map({"printing": 0.5, "network": 24.0, "access": 100.0}).to_numpy(np.float64)
    hours = pd.Series(np.random.default_rng(seed).exponential(means))
    resolved_at = history.opened_at + pd.to_timedelta(hours, unit="h")
    return replace(history, outcomes=pd.DataFrame({"resolved_at": resolved_at, "hours": hours}))


def _draw_words(generator: np.random.Generator, words: list[str], most: int) -> str:
    return " ".join(generator.choice(words, generator.integers(1, most + 1)))


def _with_missing(generator: np.random.Generator, values: list[str], share: float) -> pd.Series:
    missing = generator.random(len(values)) < share
    return pd.Series([None if gone else value for value, gone in zip(values, missing, strict=True)], dtype=object)


def _blur(generator: np.random.Generator, labels: list[str], noise: float) -> list[str]:
    blind = generator.choice(sorted(set(labels)), len(labels)).tolist()
    swapped = generator.random(len(labels)) < noise
    return [other if swap else label for label, other, swap in zip(labels, blind, swapped, strict=True)]


def _to_keys(inputs: pd.DataFrame, opened_at: pd.Series | None) -> NDArray[np.uint64]:
    moments = [None] * len(inputs) if opened_at is None else opened_at.tolist()
    rows = zip(moments, inputs.to_numpy().tolist(), strict=True)
    return np.array(list(starmap(_to_key, rows)), np.uint64)


def _to_key(moment: object, cells: list[object]) -> int:
    return int.from_bytes(hashlib.blake2b(repr((moment, cells)).encode(), digest_size=8).digest())
