"""Past incidents from a history: what of it may be found again, and whether what is found is of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.domain import ModelRef, PrecedentQuery
from triage.exports import is_caller
from triage.learn.duplicates import CLOSE, DuplicateRule, fit_close, fit_linked
from triage.learn.endings import NOT_KNOWN, Coded, Endings
from triage.learn.fixes import to_fix
from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, Inputs
from triage.learn.precedent_index import HEAD_REPEATS, PrecedentIndex, build_index
from triage.learn.precedent_texts import precedent_texts
from triage.learn.precedents import Asked, Precedents
from triage.parts import JSON
from triage.training.ports import History

__all__ = ["PrecedentScores", "gather_precedents", "judge_precedents"]

# Searches for a rule or a score: two thousand fix a share to a point, in seconds.
_MOST_SEARCHES = 2_000
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PrecedentScores:
    """What the nearest earlier incident is worth, on the newest incidents.

    Parameters
    ----------
    judged : int
        Newest incidents that were looked at.
    found : float
        Share of them for which there was one, in [0, 1].
    same_label : mapping of str to float
        By target, the share of those labelled whose nearest earlier incident has the same label.
    commonest_label : mapping of str to float
        The same of the commonest label of the earlier incidents.
    """

    judged: int
    found: float
    same_label: Mapping[str, float]
    commonest_label: Mapping[str, float]

    def as_metrics(self) -> dict[str, float]:
        """Return the hit rates by name, for the record of runs; NaN left out."""
        named = {"precedents.found": self.found}
        named |= {f"precedents.{target}.same_label": share for target, share in self.same_label.items()}
        return {name: value for name, value in named.items() if not np.isnan(value)}

    def as_document(self) -> dict[str, JSON]:
        """Return them as JSON values."""
        return {
            "judged": self.judged,
            "found": self.found,
            "same_label": dict(self.same_label),
            "commonest_label": dict(self.commonest_label),
        }


def gather_precedents(
    history: History, inputs: Inputs, rows: NDArray[np.int64] | None = None, *, with_rule: bool = True
) -> Precedents:
    """Index a history's incidents, but for those that are restricted.

    Parameters
    ----------
    history : History
    inputs : Inputs
        Its rows, as a model reads them.
    rows : ndarray of int64 or None, default=None
        Which rows, ascending; None for all.
    with_rule : bool, default=True
        Whether a rule for duplicates is learnt.
    """
    chosen = np.arange(len(history)) if rows is None else rows
    restricted = _outcome(history, "restricted")
    if restricted is not None:
        chosen = chosen[[not restricted[row] for row in chosen.tolist()]]
    taken = inputs.take(chosen.tolist())
    repeats = HEAD_REPEATS if history.columns.text else 1
    texts = precedent_texts(taken, history.columns)
    index = build_index(texts, repeats)
    endings = _endings(history, taken, chosen)
    rule = _duplicate_rule(history, index, endings, texts, chosen) if with_rule else None
    return Precedents(index, endings, rule)


def judge_precedents(
    history: History, inputs: Inputs, older: NDArray[np.int64], newest: NDArray[np.int64]
) -> PrecedentScores:
    """Look the newest incidents up among the older ones.

    Parameters
    ----------
    history : History
    inputs : Inputs
    older, newest : ndarray of int64
        Rows, ascending.
    """
    precedents = gather_precedents(history, inputs, older, with_rule=False)
    judged = newest[np.linspace(0, len(newest) - 1, min(len(newest), _MOST_SEARCHES)).astype(np.int64)]
    texts = precedent_texts(inputs.take(judged.tolist()), history.columns)
    one, nobody = PrecedentQuery(1), ModelRef("", "")
    nearest = [precedents.find(Asked("", text, {}, None), one, nobody)[0] for text in texts]
    same: dict[str, float] = {}
    commonest: dict[str, float] = {}
    for target in map(str, history.targets):
        labels = history.targets[target]
        truths = labels.iloc[judged].tolist()
        hits = [
            bool(found) and found[0].labels.get(target) == truth
            for found, truth in zip(nearest, truths, strict=True)
            if truth is not None
        ]
        counted = labels.iloc[older].value_counts()
        often = None if counted.empty else counted.index[0]
        same[target] = _share(hits)
        commonest[target] = _share([truth == often for truth in truths if truth is not None])
    return PrecedentScores(len(judged), _share([bool(found) for found in nearest]), same, commonest)


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _outcome(history: History, name: str) -> list[object] | None:
    return history.outcomes[name].tolist() if name in history.outcomes else None


def _endings(history: History, taken: Inputs, rows: NDArray[np.int64]) -> Endings:
    ids = [f"row-{row + 1}" for row in rows.tolist()] if history.ids is None else history.ids.iloc[rows].tolist()
    opened_at, known_at = _micros(history.opened_at, rows), _micros(history.known_at, rows)
    resolved_at = _micros(history.outcomes.get("resolved_at"), rows)
    is_known = (opened_at != NOT_KNOWN) & (resolved_at != NOT_KNOWN)
    hours = np.where(is_known, (resolved_at - np.where(is_known, opened_at, 0)) / 3.6e9, np.nan)
    reopened, fixes = _outcome(history, "reopened"), _outcome(history, "fix")
    callers = [name for name in taken.fields if is_caller(name)]
    return Endings(
        ids=tuple(ids),
        opened_at=opened_at,
        known_at=np.where(known_at == NOT_KNOWN, resolved_at, known_at),
        hours=hours,
        reopened=np.array([_as_code(None if reopened is None else reopened[row]) for row in rows.tolist()], np.int32),
        fixes=Coded.of(_fixes(None if fixes is None else [fixes[row] for row in rows.tolist()], taken, callers)),
        targets={str(name): Coded.of(history.targets[name].iloc[rows].tolist()) for name in history.targets},
        fields={
            name: Coded.of(values)
            for name, values in taken.fields.items()
            if name not in (OPENED_HOUR, OPENED_WEEKDAY, *callers)
        },
    )


def _fixes(fixes: Sequence[object] | None, taken: Inputs, callers: Sequence[str]) -> list[str | None]:
    if fixes is None:
        return [None] * len(taken)
    redacted: list[str | None] = []
    for row, fix in enumerate(fixes):
        names = tuple(value for name in callers if (value := taken.fields[name][row]) is not None)
        redacted.append(to_fix(fix, names) if isinstance(fix, str) and fix.strip() else None)
    return redacted


def _as_code(reopened: object) -> int:
    return int(reopened) if isinstance(reopened, bool) else -1


def _micros(moments: pd.Series | None, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if moments is None:
        return np.full(len(rows), NOT_KNOWN)
    return moments.iloc[rows].to_numpy("datetime64[us]").astype(np.int64)


def _duplicate_rule(
    history: History, index: PrecedentIndex, endings: Endings, texts: Sequence[str], rows: NDArray[np.int64]
) -> DuplicateRule | None:
    groups = _linked_groups(history, endings, rows)
    if groups is not None:
        rule = _linked_rule(index, texts, groups)
        if rule is not None:
            return rule
    return _close_rule(index, endings, texts)


def _linked_groups(history: History, endings: Endings, rows: NDArray[np.int64]) -> list[int] | None:
    """Return which rows people have linked to one another: the same number for each group."""
    links = _outcome(history, "duplicate_of")
    if links is None or history.ids is None:
        return None
    place = {id_: at for at, id_ in enumerate(endings.ids)}
    group = list(range(len(rows)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for at, row in enumerate(rows.tolist()):
        link = links[row]
        for other in str(link).replace(";", ",").split(",") if isinstance(link, str) else ():
            if (found := place.get(other.strip())) is not None:
                group[root(max(at, found))] = root(min(at, found))
    return [root(at) for at in range(len(rows))]


def _linked_rule(index: PrecedentIndex, texts: Sequence[str], groups: Sequence[int]) -> DuplicateRule | None:
    # A group is numbered by its first row: what has another number repeats something.
    repeats = [at for at, group in enumerate(groups) if group != at]
    others = _spread([at for at, group in enumerate(groups) if group == at and at > 0], _MOST_SEARCHES)
    stands_for = (len(groups) - len(repeats)) / max(len(others), 1)
    asked = [*_spread(repeats, _MOST_SEARCHES), *others]
    found = [index.find(texts[at], 1, rows=range(at)) for at in asked]
    pairs = [(at, each.rows[0], each.similarities[0]) for at, each in zip(asked, found, strict=True) if each.rows]
    return fit_linked(
        [similarity for _, _, similarity in pairs],
        [groups[at] == groups[row] for at, row, _ in pairs],
        [1.0 if groups[at] != at else stands_for for at, _, _ in pairs],
    )


def _close_rule(index: PrecedentIndex, endings: Endings, texts: Sequence[str]) -> DuplicateRule | None:
    times = endings.opened_at
    if not len(times) or times[0] == NOT_KNOWN:
        return None
    day, week = (int(each / timedelta(microseconds=1)) for each in (CLOSE, _WEEK))
    recent, earlier = [], []
    asked = np.flatnonzero(times - times[0] > week + day)
    for at in _spread(asked.tolist(), _MOST_SEARCHES):
        now = times[at]
        edges = np.searchsorted(times, [now - day, now - week - day, now - week])
        near = index.find(texts[at], 1, rows=range(int(edges[0]), at))
        far = index.find(texts[at], 1, rows=range(int(edges[1]), int(edges[2])))
        if near.rows or far.rows:
            recent.append(near.similarities[0] if near.rows else 0.0)
            earlier.append(far.similarities[0] if far.rows else 0.0)
    return fit_close(recent, earlier)


def _spread(rows: Sequence[int], most: int) -> list[int]:
    if len(rows) <= most:
        return list(rows)
    return [rows[at] for at in np.linspace(0, len(rows) - 1, most).astype(np.int64).tolist()]
