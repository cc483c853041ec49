"""Answers on incidents as a model's heads and features give them. Applies what was learnt; never fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, cycle, islice, pairwise
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from triage.compiling import resolved
from triage.domain import RankedLabel, Reason, WouldHelp
from triage.learn.answer_arrays import FIELD, MOST_TIED, NEAR, WORD, Found, Network
from triage.learn.answer_kernel import answer_tickets
from triage.learn.bags import Bag
from triage.learn.features import Features
from triage.learn.heads import Head
from triage.learn.inputs import Inputs
from triage.learn.lineage import NO_LINEAGE, Lineage, parent_reason, to_links
from triage.learn.missing_fields import NO_FIELDS, Asker, FieldTable
from triage.learn.missing_kernel import Asked
from triage.learn.rooms import Rooms
from triage.learn.rows import Row
from triage.learn.term_kernel import Tickets
from triage.learn.terms import encode_folded, in_batches, room_for
from triage.learn.text import fold, letters

__all__ = ["MOST_LABELS", "Answerer", "HeadAnswer", "RowAnswer", "to_network"]

# A person choosing from a list reads five lines; more is stored by nobody.
MOST_LABELS = 5
# An answer has dozens: made without the step in Python that a named tuple's own constructor takes, in half the time.
_ranked = cast("Callable[[tuple[str, float]], RankedLabel]", partial(tuple.__new__, RankedLabel))
_reason = cast("Callable[[tuple[str, str, str, float]], Reason]", partial(tuple.__new__, Reason))


class HeadAnswer(NamedTuple):
    """One head's answer on one incident.

    Parameters
    ----------
    probabilities : ndarray of float64 of shape (n_classes,)
        Calibrated. They sum to 1, or to less where the head follows another whose answer may leave it without a label.
    ranked : tuple of RankedLabel
        At most five labels, likeliest first; of equal ones, the first among the classes.
    reasons : tuple of Reason
        The largest exact contributions to the likeliest label, for and against, by absolute size, then kind and name.
    would_help : WouldHelp or None
        The missing field that would raise the likeliest label's probability most.
    """

    probabilities: NDArray[np.float64]
    ranked: tuple[RankedLabel, ...]
    reasons: tuple[Reason, ...]
    would_help: WouldHelp | None = None


class RowAnswer(NamedTuple):
    """Every head's answer on one incident.

    Parameters
    ----------
    answers : dict of str to HeadAnswer
        By target.
    is_blank : bool
        Whether the incident gave nothing that the model knows how to read: no known word, no field. When it was opened
        alone says nothing about it.
    row : Row
        The incident's features.
    """

    answers: dict[str, HeadAnswer]
    is_blank: bool
    row: Row


def to_network(heads: Sequence[Head], bag: Bag, lineage: Sequence[Lineage] = NO_LINEAGE) -> Network:
    """Put the numbers of all heads side by side, so that one look at a feature serves all of them."""
    outputs = [
        head.outputs if len(head.outputs) == bag.n_units else np.zeros((bag.n_units, len(head.classes)), np.float32)
        for head in heads
    ]
    return Network(
        weights=np.concatenate([head.weights for head in heads], axis=1),
        means=np.stack([head.weights.mean(axis=1, dtype=np.float64) for head in heads], axis=1),
        intercepts=np.concatenate([head.intercept for head in heads]),
        borders=np.cumsum([0, *(len(head.classes) for head in heads)]),
        scales=np.array([head.calibration.scale for head in heads]),
        layer=bag.layer,
        outputs=np.concatenate(outputs, axis=1),
        centred=np.ascontiguousarray(
            np.concatenate([each - each.mean(axis=1, keepdims=True) for each in outputs], axis=1).T
        ),
        links=to_links(lineage, heads),
    )


class Answerer:
    """Answers with heads from features. May be used by several threads at a time.

    Parameters
    ----------
    features : Features
    heads : sequence of Head
    bag : Bag
    lineage : sequence of Lineage, optional
        Which heads follow which.
    table : FieldTable, optional
        What missing fields would tell.
    """

    def __init__(
        self,
        features: Features,
        heads: Sequence[Head],
        bag: Bag,
        lineage: Sequence[Lineage] = NO_LINEAGE,
        table: FieldTable = NO_FIELDS,
    ) -> None:
        self.network = to_network(heads, bag, lineage)
        self._features = features
        self._targets = [head.target for head in heads]
        self._classes = [head.classes for head in heads]
        # Where each head's labels begin, among those of all of them.
        self._firsts = self.network.borders[:-1, None]
        self._labels = [label for classes in self._classes for label in classes]
        self._related = _related(self._targets, lineage)
        self._asker = Asker(table, features)
        self._rooms = Rooms()
        self._kernel: Callable[..., None] | None = None

    def answer(self, inputs: Inputs, most_reasons: int) -> Iterator[RowAnswer]:
        """Answer rows; an answer depends on nothing but its own row, to the last bit.

        Parameters
        ----------
        inputs : Inputs
        most_reasons : int
            Reasons a head, at least 0.
        """
        cuts = list(pairwise(self.network.borders.tolist()))
        for begin, (folded, fields), found in self._batches(inputs, most_reasons):
            starts: list[int] = found.starts.tolist()
            given = _reasons(self._features, inputs, (begin, folded), found)
            if self._related and most_reasons:
                self._add_related(given, found, cuts)
            blank, helping = _blank(self._features, inputs, begin, starts), self._would_help(fields, found)
            # Copies: their room is filled again by the next call.
            ids, values = found.ids[: starts[-1]].copy(), found.values[: starts[-1]].copy()
            of_heads = (of_row[first:last] for of_row in found.probabilities for first, last in cuts)
            heads = map(HeadAnswer, of_heads, self._rank(found), given, chain.from_iterable(helping))
            for at, is_blank in enumerate(blank):
                cut = slice(starts[at], starts[at + 1])
                # Each row takes as many of the heads as there are targets.
                answers = dict(zip(self._targets, heads, strict=False))
                yield RowAnswer(answers, is_blank, Row(ids[cut], values[cut]))

    def probabilities(self, inputs: Inputs) -> NDArray[np.float64]:
        """Return all heads' probabilities, of shape (len(inputs), n_labels), as `answer` gives them."""
        parts = [found.probabilities for _, _, found in self._batches(inputs, 0)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.network.intercepts)))

    def _would_help(self, fields: NDArray[np.int32], found: Found) -> list[list[WouldHelp | None]]:
        if not (found.most_reasons and self._asker):
            return [[None] * len(self._targets)] * len(fields)
        return self._asker.would_help(Asked(fields, found.probabilities, found.best, self.network.borders))

    def _rank(self, found: Found) -> list[tuple[RankedLabel, ...]]:
        """Return the likeliest labels of each row's heads, row by row."""
        # Where a head has fewer, what stands for the others is cut off.
        places = (found.best + self._firsts).ravel().tolist()
        labels = map(self._labels.__getitem__, places)
        named = list(map(_ranked, zip(labels, found.chances.ravel().tolist(), strict=True)))
        begins = range(0, len(named), MOST_LABELS)
        sizes = cycle(len(classes[:MOST_LABELS]) for classes in self._classes)
        return [tuple(named[begin : begin + size]) for begin, size in zip(begins, sizes, strict=False)]

    def _add_related(self, reasons: list[tuple[Reason, ...]], found: Found, cuts: Sequence[tuple[int, int]]) -> None:
        """Put what targets say of each other among the reasons of each row's heads."""
        for at in range(len(found.ends)):
            for head, other in self._related.items():
                label = self._classes[other][found.best[at, other, 0]]
                cut = slice(*cuts[head])
                reason = parent_reason(self._targets[other], label, found.apart[at, cut], found.probabilities[at, cut])
                place = at * len(cuts) + head
                ranked = sorted((*reasons[place], reason), key=_by_size)
                reasons[place] = tuple(ranked[: found.most_reasons])

    def _batches(
        self, inputs: Inputs, most_reasons: int
    ) -> Iterator[tuple[int, tuple[list[str], NDArray[np.int32]], Found]]:
        """Yield what is found about so many rows at a time: from which one on, their folded texts and fields, what."""
        numbers = self._features.numbers(inputs)
        for begin, end in in_batches(inputs.texts):
            folded = [fold(text) for text in inputs.texts[begin:end]]
            fields = numbers[begin:end]
            yield begin, (folded, fields), self._find(Tickets(*encode_folded(folded), fields), most_reasons)

    def _find(self, tickets: Tickets, most_reasons: int) -> Found:
        features, network = self._features, self.network
        longest, most = room_for(tickets, features.crossed)
        n, n_heads = len(tickets.ends), len(network.scales)
        room = self._rooms.room(longest, len(features.fields.values), len(network.layer.bias))
        ids, values = self._rooms.rows(most)
        follows = bool(len(network.links.rules))
        most_given = n * n_heads * (most_reasons + MOST_TIED) if most_reasons else 0
        found = Found(
            starts=np.empty(n + 1, np.int64),
            ids=ids,
            values=values,
            probabilities=np.empty((n, len(network.intercepts))),
            apart=np.empty((n, len(network.intercepts)) if follows else (0, 0)),
            scratch=np.empty(len(network.intercepts) if follows else 0),
            best=np.empty((n, n_heads, MOST_LABELS), np.int32),
            chances=np.empty((n, n_heads, MOST_LABELS)),
            most_reasons=most_reasons,
            ends=np.zeros((n, n_heads), np.int64),
            is_tied=np.empty((n, n_heads), np.bool_),
            spans=np.empty((most_given, 5), np.int32),
            amounts=np.empty(most_given),
        )
        learnt = features.terms.table, features.crossed
        if self._kernel is None:
            # Every array is made here or by the parts, always of the same type.
            self._kernel = resolved(answer_tickets, tickets, letters(), learnt, network, room, found)
        self._kernel(tickets, letters(), learnt, network, room, found)
        return found


def _related(targets: Sequence[str], lineage: Sequence[Lineage]) -> dict[int, int]:
    """Return the heads that answer with another, and which: the parent, or of a topmost one its first child."""
    place = {target: number for number, target in enumerate(targets)}
    of_children = {place[each.parent]: place[each.child] for each in reversed(lineage)}
    return {**of_children, **{place[each.child]: place[each.parent] for each in lineage}}


def _blank(features: Features, inputs: Inputs, begin: int, starts: Sequence[int]) -> list[bool]:
    """Tell of each row whether it holds no known word or piece and no field, the time of opening aside."""
    least = len(features.fields.values)
    columns = [inputs.fields[name] for name in features.columns.fields]
    return [
        end - start <= least and all(column[row] is None for column in columns)
        for row, (start, end) in enumerate(pairwise(starts), start=begin)
    ]


def _reasons(
    features: Features, inputs: Inputs, texts: tuple[int, Sequence[str]], found: Found
) -> list[tuple[Reason, ...]]:
    """Return the reasons of each row's heads, row by row."""
    n, n_heads = found.ends.shape
    if not found.most_reasons:
        return [()] * (n * n_heads)
    ends: list[int] = found.ends.ravel().tolist()
    begin, folded = texts
    # Column by column: a list for each reason would take twice as long.
    spans = zip(*found.spans[: ends[-1]].T.tolist(), found.amounts[: ends[-1]].tolist(), strict=True)
    named: list[Reason] = []
    for row, (text, last_of_row) in enumerate(zip(folded, ends[n_heads - 1 :: n_heads], strict=True), start=begin):
        named += [
            _reason(("term", text[first:last], "", amount))
            if kind == WORD
            else _reason(("term", f"{text[first:last]}{' ' if kind == NEAR else ' … '}{text[second:end]}", "", amount))
            if kind < FIELD
            else features.reason(kind - FIELD, inputs, row, amount)
            for kind, first, last, second, end, amount in islice(spans, last_of_row - len(named))
        ]
    of_heads = [named[first:last] for first, last in pairwise([0, *ends])]
    for given, is_tied in zip(of_heads, found.is_tied.ravel().tolist(), strict=True):
        if is_tied:
            given.sort(key=_by_size)
    return [tuple(given[: found.most_reasons]) for given in of_heads]


def _by_size(reason: Reason) -> tuple[float, str, str]:
    return -abs(reason.contribution), reason.kind, reason.name
