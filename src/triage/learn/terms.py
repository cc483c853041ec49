"""Text features: words, pairs of words and pieces of words, weighted by TF-IDF. One pass over a text for all heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from triage.learn.rows import Row
from triage.learn.text import pieces, words

__all__ = ["TermFeatures", "fit_terms"]

# A word or pair in one ticket only teaches nothing about the next; pieces are commoner, so the bar is higher.
_MIN_TICKETS_TERM, _MIN_TICKETS_PIECE = 2, 3
# The commonest terms and pieces that are kept: bounds a bundle at about 250 MB with 100 labels.
_MOST_TERMS, _MOST_PIECES = 400_000, 100_000
# How much the block of pieces weighs against the block of words; .5 was best of .3/.5/1 on the validation slice of the
# 8-topic tickets (accuracy .8608 against .8581 without pieces).
_PIECE_WEIGHT = 0.5
# Words whose pieces are remembered; Zipf's law makes a small memory answer nearly all.
_REMEMBERED_WORDS = 100_000


class TermFeatures:
    """The learnt vocabulary of a text, and the row of features it makes of one.

    Feature numbers run over the terms first, then over the pieces.

    Parameters
    ----------
    terms : sequence of str
        Words, and pairs of words joined by a space.
    term_idf : ndarray of shape (n_terms,)
    pieces : sequence of str
        Character n-grams.
    piece_idf : ndarray of shape (n_pieces,)
    """

    def __init__(
        self,
        terms: Sequence[str],
        term_idf: NDArray[np.float64],
        pieces: Sequence[str],
        piece_idf: NDArray[np.float64],
    ) -> None:
        self.terms = tuple(terms)
        self.pieces = tuple(pieces)
        self.idf = np.concatenate([term_idf, piece_idf])
        self._term_ids = {term: number for number, term in enumerate(self.terms)}
        self._piece_ids = {piece: number for number, piece in enumerate(self.pieces, start=len(self.terms))}
        # Per instance: a cache on the method would keep every instance alive.
        self._ids_of_pieces = lru_cache(_REMEMBERED_WORDS)(self._look_up_pieces)

    def __len__(self) -> int:
        return len(self.idf)

    def row(self, text: str) -> Row:
        """Return the features of one text: ``(1 + log count) * idf``, each block scaled to unit length."""
        in_order = words(text)
        terms = self._count_terms(in_order)
        found = self._count_pieces(in_order)
        return _join(self._weigh(terms, 1.0), self._weigh(found, _PIECE_WEIGHT))

    def spread(self, text: str, contributions: dict[int, float]) -> dict[str, float]:
        """Hand the contributions of pieces to the words they come from, so that every reason is a word or a pair.

        Parameters
        ----------
        text : str
            The text that the contributions are of.
        contributions : dict of int to float
            What each feature of :meth:`row` adds.

        Returns
        -------
        dict of str to float
            By word or pair; the sum is the sum of what was given.
        """
        in_order = words(text)
        shares = {self.terms[number]: contributions[number] for number in self._count_terms(in_order)}
        occurrences = self._count_pieces(in_order)
        for word, count in Counter(in_order).items():
            ids = self._ids_of_pieces(word)
            if ids:
                share = sum(contributions[number] / occurrences[number] for number in ids) * count
                shares[word] = shares.get(word, 0.0) + share
        return shares

    def _count_terms(self, in_order: list[str]) -> dict[int, int]:
        found = (self._term_ids.get(term) for term in _terms_of(in_order))
        return Counter(number for number in found if number is not None)

    def _count_pieces(self, in_order: list[str]) -> dict[int, int]:
        counts: dict[int, int] = {}
        for word, count in Counter(in_order).items():
            for number in self._ids_of_pieces(word):
                counts[number] = counts.get(number, 0) + count
        return counts

    def _look_up_pieces(self, word: str) -> tuple[int, ...]:
        found = (self._piece_ids.get(piece) for piece in pieces(word))
        return tuple(number for number in found if number is not None)

    def _weigh(self, counts: dict[int, int], weight: float) -> Row:
        ids = np.array(sorted(counts), np.int64)
        occurrences = np.array([counts[number] for number in ids.tolist()], np.float64)
        values = (1.0 + np.log(occurrences)) * self.idf[ids]
        length = np.sqrt(np.sum(values * values))
        return Row(ids, values * (weight / length) if length else values)


def fit_terms(texts: Iterable[str]) -> TermFeatures:
    """Learn which terms and pieces are worth a feature, and how rare each is.

    Parameters
    ----------
    texts : iterable of str
        The training tickets.

    Notes
    -----
    The inverse document frequency is smoothed, ``log((1 + n) / (1 + df)) + 1``, as in scikit-learn's TfidfTransformer.
    Cost: about 150 us a 45-word ticket; memory grows with the number of distinct pairs.

    Examples
    --------
    >>> fit_terms(["printer jam", "printer jam", "login"]).terms
    ('jam', 'printer', 'printer jam')
    """
    term_tickets: Counter[str] = Counter()
    piece_tickets: Counter[str] = Counter()
    pieces_of = lru_cache(_REMEMBERED_WORDS)(lambda word: frozenset(pieces(word)))
    n = 0
    for text in texts:
        n += 1
        in_order = words(text)
        term_tickets.update(set(_terms_of(in_order)))
        piece_tickets.update(frozenset().union(*map(pieces_of, set(in_order))))
    terms, term_idf = _select(term_tickets, n, _MIN_TICKETS_TERM, _MOST_TERMS)
    kept_pieces, piece_idf = _select(piece_tickets, n, _MIN_TICKETS_PIECE, _MOST_PIECES)
    return TermFeatures(terms, term_idf, kept_pieces, piece_idf)


def _terms_of(in_order: list[str]) -> list[str]:
    return in_order + [f"{first} {second}" for first, second in pairwise(in_order)]


def _select(tickets: Counter[str], n: int, least: int, most: int) -> tuple[list[str], NDArray[np.float64]]:
    kept = [(count, term) for term, count in tickets.items() if count >= least]
    if len(kept) > most:
        kept = sorted(kept, key=lambda pair: (-pair[0], pair[1]))[:most]
    kept.sort(key=lambda pair: pair[1])
    frequency = np.array([count for count, _ in kept], np.float64)
    return [term for _, term in kept], np.log((1.0 + n) / (1.0 + frequency)) + 1.0


def _join(first: Row, second: Row) -> Row:
    return Row(np.concatenate([first.ids, second.ids]), np.concatenate([first.values, second.values]))
