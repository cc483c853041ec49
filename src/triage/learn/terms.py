"""Text features: what a text's words, pairs and pieces weigh by TF-IDF. One pass over a text for all heads.

The vocabulary is hashes: neither it nor what is stored of it holds a word of a ticket. Words are read from the text at
hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import sub

import numpy as np
from numpy.typing import NDArray

from triage.learn.rows import Row, Rows
from triage.learn.term_kernel import Names, Tickets, build_table, empty_names, name_features, share_out, weigh_texts
from triage.learn.text import fold, letters
from triage.learn.text_kernel import VIEWS, empty_scratch, most_features
from triage.parts import Array

__all__ = ["TermFeatures", "TextNames", "encode", "in_batches"]

# How much each view weighs against the first. On validation slices the second half of them, at a half, lifted the
# accuracy on the 8-topic tickets from .8422 to .8539 (LinearSVC, C .2), and more with fewer tickets to learn from.
_VIEW_WEIGHTS = (1.0, 1.0, 0.5, 0.5)
# Texts of so many characters go through the kernel at a time: bounds the room for their rows at about 25 MB.
_BATCH_CHARACTERS, _BATCH_TEXTS = 200_000, 1_000


class TermFeatures:
    """The learnt vocabulary of a text, and the rows of features it makes of texts.

    Feature numbers run over the views: words and pairs, pieces of words, words and pairs of the beginning, pairs in
    either order.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n_features,)
        Hashes, in feature order; see :mod:`triage.learn.text_kernel`.
    idf : ndarray of float64 of shape (n_features,)
    sizes : tuple of int
        How many features each of the four views has.

    Raises
    ------
    ValueError
        When the sizes do not add up to the keys and the idf.
    """

    def __init__(self, keys: Array, idf: Array, sizes: tuple[int, ...]) -> None:
        if len(sizes) != VIEWS or not sum(sizes) == len(keys) == len(idf):
            raise ValueError(f"Sizes must be {VIEWS} and add up to {len(keys)} keys and {len(idf)} idf. Got {sizes}.")
        # Copies: the kernel is compiled for arrays of its own, and what is mapped from a file may be read-only.
        self.keys = np.array(keys, np.uint64)
        self.idf = np.array(idf, np.float64)
        self.sizes = tuple(sizes)
        self._table = build_table(self.keys, self.idf, np.array(_VIEW_WEIGHTS))

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, text: str) -> Row:
        """Return the features of one text: ``(1 + log count) * idf``, each view scaled to its weight."""
        return self.rows([text]).row(0)

    def rows(self, texts: Sequence[str], fields: NDArray[np.int32] | None = None) -> Rows:
        """Return the features of texts; a row depends on nothing but its own text.

        Parameters
        ----------
        texts : sequence of str
        fields : ndarray of int32 of shape (len(texts), n_fields) or None
            Numbers of further features, of value 1, that each row ends with.
        """
        if fields is None:
            fields = np.empty((len(texts), 0), np.int32)
        if len(texts) == 1:
            return self._weigh(Tickets(*encode(texts), fields))
        parts = [self._weigh(Tickets(*encode(texts[begin:end]), fields[begin:end])) for begin, end in in_batches(texts)]
        sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.starts) for part in parts)])
        ids = np.concatenate([np.empty(0, np.int32), *(part.ids for part in parts)])
        return Rows(np.cumsum(sizes), ids, np.concatenate([np.empty(0), *(part.values for part in parts)]))

    def names(self, text: str) -> TextNames:
        """Return what the features of a text's row are called, in words of the text itself."""
        codes, _ = encode([text])
        scratch, names = empty_scratch(len(codes)), empty_names(most_features(len(codes)))
        n_found, n_names = name_features(codes, letters(), self._table, scratch, names)
        cut = Names(
            names.name[:n_found],
            names.feature[:n_found],
            names.share[:n_found],
            names.first[:n_names],
            names.second[:n_names],
        )
        return TextNames(cut, fold(text), scratch.begins, scratch.ends)

    def _weigh(self, tickets: Tickets) -> Rows:
        n, n_fields = tickets.fields.shape
        ends: list[int] = tickets.ends.tolist()
        lengths = list(map(sub, ends, [0, *ends]))
        room = sum(map(most_features, lengths)) + n * n_fields
        starts, ids, values = np.empty(n + 1, np.int64), np.empty(room, np.int32), np.empty(room)
        scratch = empty_scratch(max(lengths, default=0))
        weigh_texts(tickets, letters(), self._table, scratch, starts, (ids, values))
        return Rows(starts, ids[: starts[-1]].copy(), values[: starts[-1]].copy())


@dataclass(frozen=True, slots=True, eq=False)
class TextNames:
    """What the features of one text's row are called: words, ``first second``, or ``first … second`` if not adjacent.

    Parameters
    ----------
    names : Names
    folded : str
    begins, ends : ndarray of int32
        Where the words lie in the folded text.
    """

    names: Names
    folded: str
    begins: NDArray[np.int32]
    ends: NDArray[np.int32]

    def share_out(self, contributions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each name adds, given what each feature of the text's row adds.

        A feature's contribution is shared by the places in the text where it occurs.
        """
        amounts = np.zeros(len(self.names.first))
        share_out(self.names, contributions, amounts)
        return amounts

    def name(self, number: int) -> str:
        """Return a name in words."""
        first, second = int(self.names.first[number]), int(self.names.second[number])
        if second < 0:
            return self._word(first)
        return f"{self._word(first)}{' ' if second == first + 1 else ' … '}{self._word(second)}"

    def _word(self, place: int) -> str:
        return self.folded[self.begins[place] : self.ends[place]]


def encode(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the code points of the folded texts, one after the other, and where each text ends."""
    folded = [fold(text) for text in texts]
    ends = np.array(list(accumulate(map(len, folded))), np.int64)
    # JSON may hold halves of surrogate pairs; they are no letters.
    return np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), np.uint32), ends


def in_batches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield slices of texts that are worth a call of a kernel and leave room for its results."""
    begin = characters = 0
    for at, text in enumerate(texts):
        if at > begin and (characters + len(text) > _BATCH_CHARACTERS or at - begin == _BATCH_TEXTS):
            yield begin, at
            begin, characters = at, 0
        characters += len(text)
    if begin < len(texts):
        yield begin, len(texts)
