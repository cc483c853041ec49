"""Text features: what a text's words, pairs and pieces weigh by TF-IDF. One pass over a text for all heads.

The vocabulary is hashes: neither it nor what is stored of it holds a word of a ticket. Words are read from the text at
hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import sub

import numpy as np
from numpy.typing import NDArray

from triage.learn.pair_kernel import Pairs, no_pairs
from triage.learn.rows import Row, Rows
from triage.learn.term_kernel import Tickets, build_table, weigh_tickets
from triage.learn.text import fold, letters
from triage.learn.text_kernel import VIEWS, empty_scratch, most_features
from triage.parts import Array

__all__ = ["TermFeatures", "encode", "encode_folded", "in_batches", "room_for"]

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
        self.table = build_table(self.keys, self.idf, np.array(_VIEW_WEIGHTS))

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def pieces(self) -> slice:
        """Which of the features are pieces of words."""
        return slice(self.sizes[0], self.sizes[0] + self.sizes[1])

    def row(self, text: str) -> Row:
        """Return the features of one text: ``(1 + log count) * idf``, each view scaled to its weight."""
        return self.rows([text]).row(0)

    def rows(self, texts: Sequence[str], fields: NDArray[np.int32] | None = None, pairs: Pairs | None = None) -> Rows:
        """Return the features of texts; a row depends on nothing but its own text and fields.

        Parameters
        ----------
        texts : sequence of str
        fields : ndarray of int32 of shape (len(texts), n_fields) or None
            Numbers of further features, of value 1, that each row ends with.
        pairs : Pairs or None
            Which of those fields are crossed; the features of the pairs come last.
        """
        given = np.empty((len(texts), 0), np.int32) if fields is None else fields
        crossed = no_pairs() if pairs is None else pairs
        parts = [
            self._weigh(Tickets(*encode(texts[begin:end]), given[begin:end]), crossed)
            for begin, end in in_batches(texts)
        ]
        if len(parts) == 1:
            return parts[0]
        sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.starts) for part in parts)])
        ids = np.concatenate([np.empty(0, np.int32), *(part.ids for part in parts)])
        return Rows(np.cumsum(sizes), ids, np.concatenate([np.empty(0), *(part.values for part in parts)]))

    def _weigh(self, tickets: Tickets, pairs: Pairs) -> Rows:
        most_of_text, room = room_for(tickets, pairs)
        starts, ids, values = np.empty(len(tickets.ends) + 1, np.int64), np.empty(room, np.int32), np.empty(room)
        weigh_tickets(tickets, letters(), (self.table, pairs), empty_scratch(most_of_text), starts, (ids, values))
        return Rows(starts, ids[: starts[-1]].copy(), values[: starts[-1]].copy())


def encode(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the code points of the folded texts, one after the other, and where each text ends."""
    return encode_folded([fold(text) for text in texts])


def encode_folded(folded: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the same of texts that are folded already."""
    ends = np.array(list(accumulate(map(len, folded))), np.int64)
    # JSON may hold halves of surrogate pairs; they are no letters.
    return np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), np.uint32), ends


def room_for(tickets: Tickets, pairs: Pairs) -> tuple[int, int]:
    """Return the code points of the longest text, and the most features that all rows together can have."""
    n, n_fields = tickets.fields.shape
    ends: list[int] = tickets.ends.tolist()
    lengths = list(map(sub, ends, [0, *ends]))
    return max(lengths, default=0), sum(map(most_features, lengths)) + n * (n_fields + len(pairs.members))


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
