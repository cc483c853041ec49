"""Finding earlier incidents: how often a linked duplicate is found, and what a search costs, beside peers."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from benchmarks.data_folder import find_data_folder
from benchmarks.report import ResultTable
from triage.learn.list_kernel import number_features
from triage.learn.precedent_index import GAINS, PrecedentIndex, build_index
from triage.learn.redaction import redact

__all__ = ["run"]

_SIZES = (25_000, 200_000)
_WORDS = 60
# Pieces of tickets that a made ticket consists of: short ones, so that no two tickets share a long run of words.
_PIECE = (4, 8)
_QUERIES, _SLOW_QUERIES = 200, 20
_Query = TypeVar("_Query")
_K = 3


@dataclass(frozen=True, slots=True)
class _Reports:
    """Reports, oldest first; which of them repeat which earlier ones."""

    texts: list[str]
    repeats: dict[int, set[int]]


def run(is_final: bool) -> list[ResultTable]:
    """Run on the sets that are there; without ``is_final`` the newest fifth of the reports asks nothing."""
    folder, reason = find_data_folder()
    if folder is None:
        print(f"Retrieval: skipped, {reason}")
        return []
    return [_quality(folder / "tickets/gitbugs", is_final), _speed(folder / "tickets/it_service_8topic/tickets.zip")]


def _quality(folder: Path, is_final: bool) -> ResultTable:
    reports = _read_reports(folder)
    oldest = round(0.8 * len(reports.texts))
    asked = [row for row in sorted(reports.repeats) if is_final or row < oldest]
    index = build_index(reports.texts)
    rows: dict[str, Callable[[int], Sequence[int]]] = {
        "the most recent reports": lambda row: range(row - 1, -1, -1),
        "TF-IDF, words": _by_cosine(TfidfVectorizer(sublinear_tf=True), reports.texts),
        "TF-IDF, words (1, 2) and characters (3-5)": _by_cosine_of_both(reports.texts),
        "BM25 (k1 1.5, b .75)": _by_bm25(reports.texts),
        "**triage**": lambda row: index.find(reports.texts[row], row, rows=range(row)).rows,
    }
    cells = tuple((name, *_ranks(ranked, asked, reports.repeats)) for name, ranked in rows.items())
    which = "all" if is_final else "those of the oldest four fifths (the newest fifth asks nothing)"
    about = (
        f"{len(reports.texts):,} Hadoop bug reports; {len(asked)} that repeat an earlier one ask, {which}. A query "
        "sees earlier reports only; how rare a word is, all rows know from all reports. Peers are untuned. Recall is "
        "whether one of the reports it repeats is among the first 5 or 10."
    )
    return ResultTable("duplicates", "Duplicates found", about, ("row", "recall@5", "recall@10", "MRR"), cells)


def _read_reports(folder: Path) -> _Reports:
    table = pd.read_csv(folder / "hadoop_bugs.csv", dtype=str, keep_default_na=False)
    opened = pd.to_datetime(table["Created"], format="%d/%b/%y %H:%M")
    table = table.iloc[np.argsort(opened.to_numpy(), kind="stable")]
    place = {id_: row for row, id_ in enumerate(table["Issue id"])}
    repeats: dict[int, set[int]] = {}
    links = pd.read_csv(folder / "hadoop_bugs-combined.csv", dtype=str)
    for one, others in zip(links["Issue id"], links["Duplicate id"], strict=True):
        for other in re.findall(r"\d+", others):
            if one in place and other in place:
                pair = sorted((place[one], place[other]))
                repeats.setdefault(pair[1], set()).add(pair[0])
    texts = (table["Summary"] + "\n" + table["Description"]).tolist()
    return _Reports([redact(text) for text in texts], repeats)


def _ranks(ranked: Callable[[int], Sequence[int]], asked: Sequence[int], repeats: dict[int, set[int]]) -> list[str]:
    places = []
    for row in asked:
        order = list(ranked(row))
        places.append(min((order.index(one) + 1 for one in repeats[row] if one in order), default=len(order) + 1))
    found = np.array(places)
    return [f"{value:.3f}" for value in ((found <= 5).mean(), (found <= 10).mean(), (1.0 / found).mean())]


def _by_scores(scores: Callable[[int], NDArray[np.float64]]) -> Callable[[int], Sequence[int]]:
    return lambda row: np.argsort(-scores(row)[:row], kind="stable").tolist()


def _by_cosine(vectoriser: TfidfVectorizer, texts: Sequence[str]) -> Callable[[int], Sequence[int]]:
    vectors = csr_array(vectoriser.fit_transform(texts))
    return _by_scores(lambda row: (vectors @ vectors[[row]].T).toarray()[:, 0])


def _by_cosine_of_both(texts: Sequence[str]) -> Callable[[int], Sequence[int]]:
    words = csr_array(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit_transform(texts))
    pieces = csr_array(TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5)).fit_transform(texts))
    # Both are of length 1: side by side, their products add up.
    return _by_scores(lambda row: (words @ words[[row]].T + pieces @ pieces[[row]].T).toarray()[:, 0])


def _by_bm25(texts: Sequence[str], k1: float = 1.5, b: float = 0.75) -> Callable[[int], Sequence[int]]:
    counts = csr_array(CountVectorizer().fit_transform(texts)).astype(np.float64)
    lengths, n = np.asarray(counts.sum(axis=1)).ravel(), counts.shape[0]
    frequencies = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((n - frequencies + 0.5) / (frequencies + 0.5))
    norms = k1 * (1 - b + b * np.repeat(lengths / lengths.mean(), np.diff(counts.indptr)))
    weighted = counts.copy()
    weighted.data = idf[counts.indices] * counts.data * (k1 + 1) / (counts.data + norms)
    return _by_scores(lambda row: (weighted @ (counts[[row]] > 0).astype(np.float64).T).toarray()[:, 0])


def _speed(file: Path) -> ResultTable:
    generator = np.random.default_rng(1)
    pool = _read_topics(file)
    # What is asked comes from other tickets than what is found.
    cut = int(0.9 * len(pool))
    queries = _recombine(pool[cut:], _QUERIES, generator)
    cells: list[tuple[str, ...]] = []
    for size in _SIZES:
        print(f"Retrieval: {size:,} tickets", flush=True)
        texts = _recombine(pool[:cut], size, generator)
        begin = time.process_time()
        index = build_index(texts)
        built_s = time.process_time() - begin
        vectors = _vectors(index)
        asked = [_vector(index, text) for text in queries]
        brute = NearestNeighbors(n_neighbors=_K, metric="cosine", algorithm="brute").fit(vectors)
        turned = vectors.T.tocsr()
        peers = {
            "**triage**": (_cpu_ms(partial(index.find, k=_K), queries), f"{built_s:.1f}"),
            "scipy, `q @ X.T` and the best three": (
                _cpu_ms(partial(_scipy_best, turned), asked[:_SLOW_QUERIES]),
                "-",
            ),
            "scikit-learn, NearestNeighbors by brute force": (
                _cpu_ms(brute.kneighbors, asked[:_SLOW_QUERIES]),
                "-",
            ),
        }
        cells += [(f"{size:,}", name, *costs, built) for name, (costs, built) in peers.items()]
    about = (
        f"The nearest {_K} by exact cosine of the same vectors (words and word beginnings; the peers are given theirs "
        f"ready made, triage reads the text). Tickets of {_WORDS} words, made of runs of {_PIECE[0]} to {_PIECE[1]} "
        f"words of 8-topic tickets of one topic; queries from tickets that none of them is made of. {_QUERIES} queries,"
        f" {_SLOW_QUERIES} for the peers."
    )
    columns = ("tickets", "row", "CPU ms a query, mean", "median", "90th percentile", "built in, CPU s")
    return ResultTable("search", "Cost of a search", about, columns, tuple(cells))


def _read_topics(file: Path) -> list[tuple[str, list[str]]]:
    """Return the topics and words of the oldest four fifths, oldest first."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False)[::-1]
    table = table.iloc[: round(0.8 * len(table))]
    split = (text.split() for text in table["Document"])
    return [(topic, words) for topic, words in zip(table["Topic_group"], split, strict=True) if len(words) >= _PIECE[0]]


def _recombine(pool: Sequence[tuple[str, list[str]]], n: int, generator: np.random.Generator) -> list[str]:
    by_topic: dict[str, list[list[str]]] = {}
    for topic, words in pool:
        by_topic.setdefault(topic, []).append(words)
    topics = sorted(by_topic)
    shares = np.array([len(by_topic[topic]) for topic in topics]) / len(pool)
    made = []
    for chosen in generator.choice(len(topics), n, p=shares).tolist():
        tickets, words = by_topic[topics[chosen]], list[str]()
        while len(words) < _WORDS:
            ticket = tickets[generator.integers(len(tickets))]
            length = int(generator.integers(_PIECE[0], _PIECE[1] + 1))
            begin = int(generator.integers(0, max(1, len(ticket) - length + 1)))
            words += ticket[begin : begin + length]
        made.append(" ".join(words[:_WORDS]))
    return made


def _vectors(index: PrecedentIndex) -> csr_array:
    features = (index.entries >> np.uint32(6)).astype(np.int32)
    scales = np.repeat(index.lists.scales, np.diff(index.row_starts))
    values = index.idf[features] * GAINS[index.entries & np.uint32(63)] * scales
    return csr_array((values, features, index.row_starts.astype(np.int32)), shape=(len(index), len(index.keys)))


def _vector(index: PrecedentIndex, text: str) -> csr_array:
    asked = build_index([text], index.repeats)
    numbers = np.empty(len(asked.keys), np.int32)
    number_features(asked.keys, index.lists.features, numbers)
    gains, known = GAINS[asked.entries & np.uint32(63)], numbers >= 0
    values = np.where(known, index.idf[numbers], index.unknown_idf) * gains
    values = values[known] / np.sqrt((values**2).sum())
    shape = (1, len(index.keys))
    return csr_array((values, (np.zeros(len(values), np.int32), numbers[known])), shape=shape)


def _scipy_best(turned: csr_array, query: csr_array) -> NDArray[np.int64]:
    similarities = (query @ turned).toarray()[0]
    return np.argpartition(-similarities, _K)[:_K]


def _cpu_ms(search: Callable[[_Query], object], queries: Sequence[_Query]) -> tuple[str, str, str]:
    search(queries[0])
    costs = []
    for query in queries:
        begin = time.process_time_ns()
        search(query)
        costs.append((time.process_time_ns() - begin) / 1e6)
    return f"{statistics.mean(costs):.3f}", f"{statistics.median(costs):.3f}", f"{np.percentile(costs, 90):.3f}"
